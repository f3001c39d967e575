import type { PriorVariant } from '#shared/contract/quantising'
import type { MapShape } from '#main/models/quantise/flow/bijector'
import type { RealNvpConfig } from '#main/models/quantise/flow/realNvp'
import type { RealNvpLossConfig } from '#main/models/quantise/flow/realNvpLoss'

export interface Prior {
  readonly flow: RealNvpConfig
  readonly loss: RealNvpLossConfig
}

const modes = 4
const kernelPenalty = 5e-5

/** What a prior has to know of the maps that it is to learn, before it sees them. */
export interface MapStatistics {
  /** Least and largest value of all. */
  readonly range: readonly [low: number, high: number]
  readonly deviation: number
}

/** Over all values of all maps, of which there is one at least. */
export function mapStatistics(maps: readonly Float32Array[]): MapStatistics {
  let [low, high, sum, squares, count] = [Infinity, -Infinity, 0, 0, 0]
  for (const map of maps) {
    count += map.length
    for (const value of map) {
      low = Math.min(low, value)
      high = Math.max(high, value)
      sum += value
      squares += value * value
    }
  }
  return { range: [low, high], deviation: Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)) }
}

/** The prior of a variant over maps of `shape`; the published logit takes them as lying between the ends of their range. */
export function priorVariant(variant: PriorVariant, shape: MapShape, data: MapStatistics): Prior {
  const published: RealNvpConfig = {
    family: 'realnvp',
    shape,
    scales: 2,
    couplings: 3,
    filters: [64, 128],
    residualBlocks: 2,
    normalisation: 'batch',
    preprocess: { kind: 'logit', range: data.range },
    base: { kind: 'gaussian' },
  }
  const plain: RealNvpConfig = { ...published, preprocess: { kind: 'none' } }
  const flows: Record<PriorVariant, RealNvpConfig> = {
    published,
    sigmoid: { ...published, preprocess: { kind: 'sigmoid' } },
    noPreprocess: plain,
    moreBlocks: { ...plain, couplings: 5 },
    multiModal: { ...plain, base: { kind: 'mixture', modes } },
    ours: { ...plain, normalisation: 'act', base: { kind: 'mixture', modes } },
  }
  // A tenth of the deviation blurs discrete values into each other without hiding which of them is meant.
  return { flow: flows[variant], loss: { kernelPenalty, dequantisation: variant === 'ours' ? 0.1 * data.deviation : 0 } }
}
