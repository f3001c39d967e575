import { LoudnessMeter } from '#shared/audio/loudness'
import type { LoudnessFacts } from '#shared/contract/render'
import type { WorkContext } from '#shared/jobs/work'
import { openAudio } from '#main/node/audioReader'
import { mixBlocks, type MixInput, progressOf, type Report } from '#main/node/projectMix'

/** Returns loudness and true peak of every file of a plan as its tracks sound, before any common gain; writes nothing. */
export async function measureMix(input: MixInput, context: WorkContext): Promise<LoudnessFacts[]> {
  const report = progressOf(input.plan, 1, context)
  const found: LoudnessFacts[] = []
  for (const file of input.plan.files) {
    const meter = new LoudnessMeter(input.plan.sampleRate, file.channels)
    for await (const block of mixBlocks(input, file, context, report)) meter.add(block)
    found.push(factsOf(meter))
  }
  return found
}

/** Reads a sound file through; returns its loudness and its frames. @throws what openAudio throws */
export async function measureFile(path: string, context: WorkContext, report: Report): Promise<{ loudness: LoudnessFacts; frames: number }> {
  const reader = await openAudio(path, { minimumSeconds: 0 })
  const meter = new LoudnessMeter(reader.info.sampleRate, reader.info.channels)
  let frames = 0
  try {
    for await (const block of reader.blocks({ signal: context.signal })) {
      meter.add(block)
      frames += block[0]!.length
      await report(block[0]!.length)
    }
    return { loudness: factsOf(meter), frames }
  } finally {
    await reader.close()
  }
}

function factsOf(meter: LoudnessMeter): LoudnessFacts {
  const integrated = meter.integrated()
  return { ...(Number.isFinite(integrated) && { integrated }), truePeak: Math.max(-200, meter.truePeak()) }
}
