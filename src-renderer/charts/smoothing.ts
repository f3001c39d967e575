import type { ChartPoint } from '#renderer/charts/chartSpec'

/**
 * Returns the exponential running mean of `points`. `factor` in [0, 1) is the weight that a value keeps over one epoch, so that a curve
 * of many points an epoch is smoothed over the same width as one of a single point; 0 returns the points as they are. The mean is over
 * what was seen so far only, so that it does not hang on to the first value, and what is drawn already never moves.
 */
export function smoothed(points: readonly ChartPoint[], factor: number): readonly ChartPoint[] {
  if (factor <= 0) return points
  let sum = 0
  let weight = 0
  let before = 0
  return points.map((point) => {
    // A value stands for the stretch since the one before it.
    const stretch = Math.max(1e-6, point.epoch - before)
    before = point.epoch
    const kept = factor ** stretch
    const known = Number.isFinite(point.y)
    sum = kept * sum + (known ? stretch * point.y : 0)
    weight = kept * weight + (known ? stretch : 0)
    return { ...point, y: weight === 0 ? point.y : sum / weight }
  })
}
