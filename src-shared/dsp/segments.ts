import { AppError } from '#shared/errors'

export interface SegmentConfig {
  /** Frames (or samples) a segment. */
  readonly size: number
  /** Part of a segment that it shares with the next, from 0 to 0.9. */
  readonly overlap: number
}

/**
 * How something long is cut into overlapping pieces of one size, and how much each piece counts where several overlap.
 * Segment i starts at i·step; the last one may reach past the end, where its input is padded and its output dropped.
 */
export interface SegmentPlan {
  readonly size: number
  readonly step: number
  /** How many later segments one overlaps; a stream must know whether these exist before it weighs a segment. */
  readonly reach: number
  /** Segments that cover `length`; at least 1. */
  count(length: number): number
  /**
   * Returns `size` weights of segment `index` out of `count` (any number beyond index + reach while the end is unknown).
   * At every position the weights of all segments that cover it add up to 1. The array is shared: do not change it.
   */
  weights(index: number, count: number): Float32Array
}

/** Returns the plan. @throws AppError INVALID_INPUT for a size or an overlap out of range. */
export function createSegmentPlan({ size, overlap }: SegmentConfig): SegmentPlan {
  if (!Number.isInteger(size) || size < 1 || !(overlap >= 0 && overlap <= 0.9)) {
    throw new AppError(
      'INVALID_INPUT',
      `Segments of ${size} that overlap by ${overlap} are not possible; nothing was computed. ` +
        'Use a whole size from 1 and an overlap from 0 to 0.9.',
    )
  }
  const step = Math.max(1, size - Math.round(size * overlap))
  const reach = Math.ceil(size / step) - 1
  const cache = new Map<string, Float32Array>()
  return {
    size,
    step,
    reach,
    count: (length) => 1 + Math.max(0, Math.ceil((length - size) / step)),
    weights(index, count) {
      const before = Math.min(index, reach)
      const after = Math.max(0, Math.min(count - 1 - index, reach))
      const key = `${before}:${after}`
      const weights = cache.get(key) ?? crossFade(size, step, before, after)
      cache.set(key, weights)
      return weights
    },
  }
}

/** Ramps up and down over the overlap, divided by the sum of the ramps of the segments that exist around. */
function crossFade(size: number, step: number, before: number, after: number): Float32Array {
  const slope = size - step
  const ramp = (i: number) => {
    const edge = Math.min(i + 0.5, size - i - 0.5)
    return edge < 0 ? 0 : Math.min(1, edge / slope)
  }
  return Float32Array.from({ length: size }, (_, i) => {
    let total = 0
    for (let j = -before; j <= after; j++) total += ramp(i - j * step)
    return ramp(i) / total
  })
}
