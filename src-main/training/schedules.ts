/** Linear warm-up over `warmUp` of the run, then half a cosine down to `floor` × the rate. `progress` is in [0, 1]. */
export function learningRateAt(progress: number, rate: number, warmUp = 0.02, floor = 0.02): number {
  if (progress < warmUp) return rate * Math.max(progress / warmUp, 0.01)
  const along = Math.min(1, (progress - warmUp) / (1 - warmUp))
  return rate * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * along)))
}

/** The weight of the KL divergence: from 0 up to `beta` over the first `warmUp` of the run, whole at once where that is 0. */
export function betaAt(progress: number, beta: number, warmUp = 0.2): number {
  return warmUp === 0 ? beta : beta * Math.min(1, progress / warmUp)
}
