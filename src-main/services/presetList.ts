import type { ComputeClient } from '#main/compute/client'
import type { ComputeResult } from '#main/compute/protocol'
import { configOf, presetOf } from '#main/services/runPlans'
import { presets } from '#main/training/presets'
import type { TrainingPreset } from '#shared/contract/training'

/** Returns what lists the networks that can be trained; how large they are is found out once, in the process of `reader`. */
export function createPresetList(reader: ComputeClient): () => Promise<TrainingPreset[]> {
  let described: Promise<ComputeResult<'describePresets'>> | undefined
  return async () => {
    described ??= reader.run('describePresets', undefined)
    // One that failed, as when its process died, is tried again the next time.
    described.catch(() => (described = undefined))
    const measured = new Map((await described).map((facts) => [facts.id, facts]))
    return Object.keys(presets).map((id) => {
      const preset = presetOf(id)
      const { name, summary, kind, contents } = preset
      return { name, summary, kind, contents: [...contents], config: configOf(preset, {}), parameters: 0, memory: 0, ...measured.get(id), id }
    })
  }
}
