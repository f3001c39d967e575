import { statisticsOf } from '#main/generating/latentStatistics'
import type { RandomStream } from '#shared/random'

/** A Gaussian in latent space, each latent by itself; several are drawn from as likely one as another. */
export interface LatentGaussian {
  readonly mean: ArrayLike<number>
  /** One number where it is the same for all latents. */
  readonly deviation: ArrayLike<number> | number
}

/** So many points around the mean of one of `components`, drawn anew each time; `spread` multiplies deviations. */
export function drawLatents(components: readonly LatentGaussian[], count: number, random: RandomStream, spread = 1): Float32Array[] {
  return Array.from({ length: count }, (_, k) => {
    const stream = random.fork(k)
    const { mean, deviation } = stream.pick(components)
    return Float32Array.from(mean, (middle, i) => middle + spread * (typeof deviation === 'number' ? deviation : deviation[i]!) * stream.normal())
  })
}

/** N(0, I) of so many latents. */
export function standardNormal(latents: number): LatentGaussian {
  return { mean: new Float32Array(latents), deviation: 1 }
}

/** Points on the straight line from one point to another, both among them. */
export function latentPath(from: ArrayLike<number>, to: ArrayLike<number>, steps: number): Float32Array[] {
  return Array.from({ length: steps }, (_, k) => {
    const share = k / (steps - 1)
    return Float32Array.from(from, (value, i) => (1 - share) * value + share * to[i]!)
  })
}

/** Where points lie, as one Gaussian; a single point has no spread of its own and is given that of all. */
export function gaussianOf(points: readonly Float32Array[], all: LatentGaussian): LatentGaussian {
  const { mean, deviation } = statisticsOf(points)
  return points.length > 1 ? { mean, deviation } : { mean, deviation: typeof all.deviation === 'number' ? all.deviation : Float32Array.from(all.deviation, (value) => value / 4) }
}
