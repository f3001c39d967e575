/** Where many points in latent space lie. */
export interface LatentStatistics {
  readonly mean: Float32Array
  /** Of every latent by itself. */
  readonly deviation: Float32Array
}

/** @param points of equal length; at least one */
export function statisticsOf(points: readonly Float32Array[]): LatentStatistics {
  const size = points[0]!.length
  const mean = new Float64Array(size)
  for (const point of points) for (let i = 0; i < size; i++) mean[i]! += point[i]! / points.length
  const variance = new Float64Array(size)
  for (const point of points) for (let i = 0; i < size; i++) variance[i]! += (point[i]! - mean[i]!) ** 2 / points.length
  return { mean: Float32Array.from(mean), deviation: Float32Array.from(variance, Math.sqrt) }
}

/** The mean of the points of each label, labels in order of the alphabet. */
export function classMeans(points: readonly Float32Array[], labels: readonly string[]): { label: string; mean: Float32Array }[] {
  const names = [...new Set(labels)].toSorted()
  return names.map((label) => ({ label, mean: statisticsOf(points.filter((_, i) => labels[i] === label)).mean }))
}

/** Pearson's r; 0 where either does not vary. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const count = a.length
  let [meanA, meanB] = [0, 0]
  for (let i = 0; i < count; i++) {
    meanA += a[i]! / count
    meanB += b[i]! / count
  }
  let [aa, bb, ab] = [0, 0, 0]
  for (let i = 0; i < count; i++) {
    aa += (a[i]! - meanA) ** 2
    bb += (b[i]! - meanB) ** 2
    ab += (a[i]! - meanA) * (b[i]! - meanB)
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0
}
