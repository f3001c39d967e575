import type { Across, ChartSpec, Heat } from '#renderer/charts/chartSpec'
import { type ChartedRun, placeOf, runLetter, runTokens } from '#renderer/features/train/charts/chartedRun'
import { collapsedChannels } from '#shared/training/verdict'

/**
 * Returns how much each latent channel carries: for one run as a picture of all channels, for several as the number of channels that carry
 * something. Undefined where no run has measured it.
 */
export function latentChart(runs: readonly ChartedRun[], { across }: { across: Across }): ChartSpec | undefined {
  const measured = runs.some(({ history }) => history.some(({ klPerLatent }) => klPerLatent && klPerLatent.length > 0))
  if (!measured) return undefined
  const rest = { id: 'latents', across, marks: [], captions: [], better: 'neither' } as const
  const [first] = runs
  if (runs.length === 1) {
    return { ...rest, title: 'KL by latent channel', unit: 'nats', scale: 'linear', curves: [], heat: heatOf(first!, across) }
  }
  const curves = runs.map(({ run, history }, index) => ({
    id: run.id,
    label: `${runLetter(index)} ${run.name}`,
    kind: 'exact' as const,
    look: { token: runTokens[index % runTokens.length]!, dash: [] },
    tag: runLetter(index),
    trace: [],
    epochs: history.flatMap((line) => {
      const channels = collapsedChannels(line)
      return channels ? [{ x: placeOf(line, across), epoch: line.epoch, y: channels.all - channels.nothing }] : []
    }),
  }))
  const known = curves.filter(({ epochs }) => epochs.length > 0)
  return { ...rest, title: 'Latent channels in use', unit: '', scale: 'linear', curves: known }
}

function heatOf({ history }: ChartedRun, across: Across): Heat {
  const lines = history.filter(({ klPerLatent }) => klPerLatent && klPerLatent.length > 0)
  const newest = lines.at(-1)!.klPerLatent!
  return {
    xs: lines.map((line) => placeOf(line, across)),
    epochs: lines.map(({ epoch }) => epoch),
    columns: lines.map(({ klPerLatent }) => klPerLatent!),
    order: newest.map((_, channel) => channel).toSorted((a, b) => newest[b]! - newest[a]!),
  }
}
