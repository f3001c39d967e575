import type { NamedArrays } from '#main/engine/engine'
import type { HistoryLine } from '#shared/training/history'

/** What is known of an epoch that is not over yet; part of every checkpoint, so that its line is the same after a pause. */
export interface EpochSums {
  steps: number
  /** Of the loss and its terms. */
  sums: Record<string, number>
  /** Of the KL divergence of each latent channel; empty where the network does not tell. */
  latent: number[]
  /** Loss within the epoch so far, and of the steps since the last point. */
  trace: [number, number][]
  block: { steps: number; sum: number }
  /** Seconds of its steps, and of those the ones that were spent waiting for data. */
  seconds: number
  waited: number
}

export function noSums(): EpochSums {
  return { steps: 0, sums: {}, latent: [], trace: [], block: { steps: 0, sum: 0 }, seconds: 0, waited: 0 }
}

/** Output of a loss program, `[latent channels]`, that is not a term. */
const latentOutput = 'klPerLatent'
const tracePoints = 32

/** Adds a step's outputs. @param step its number, from 1 */
export function addStep(epoch: EpochSums, step: number, outputs: NamedArrays, norm: number, stepsPerEpoch: number): void {
  const { [latentOutput]: latent, ...scalars } = outputs
  epoch.steps++
  for (const [name, values] of Object.entries(scalars)) epoch.sums[name] = (epoch.sums[name] ?? 0) + values[0]!
  epoch.sums.gradientNorm = (epoch.sums.gradientNorm ?? 0) + norm
  latent?.forEach((value, i) => (epoch.latent[i] = (epoch.latent[i] ?? 0) + value))
  const { block } = epoch
  block.steps++
  block.sum += scalars.loss![0]!
  if (block.steps < Math.ceil(stepsPerEpoch / tracePoints)) return
  epoch.trace.push([step, block.sum / block.steps])
  epoch.block = { steps: 0, sum: 0 }
}

/** What an epoch's line says of its steps, of which there is one at least. */
export function meansOf(epoch: EpochSums): Pick<HistoryLine, 'train' | 'waiting' | 'stepsPerSecond' | 'trace' | 'klPerLatent'> {
  const { steps, sums, latent, seconds, waited } = epoch
  return {
    train: Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / steps])),
    waiting: waited / Math.max(1e-9, seconds),
    ...(seconds > 0 && { stepsPerSecond: steps / seconds }),
    trace: epoch.trace,
    ...(latent.length > 0 && { klPerLatent: latent.map((sum) => sum / steps) }),
  }
}
