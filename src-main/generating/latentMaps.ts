import { principalComponents, projected } from '#main/generating/principalComponents'
import { tsne, tsneDefaults } from '#main/generating/tsne'
import type { MapMethod } from '#shared/contract/generating'
import type { WorkContext } from '#shared/jobs/work'

/** Points in two dimensions, both from about -1 to 1. */
export interface LaidOutPoints {
  readonly places: readonly { readonly x: number; readonly y: number }[]
  /** Share of the variance that is seen; of PCA only. */
  readonly explained?: number
}

/** Lays points of latent space out on a map. @throws the signal's reason */
export async function layOut(points: readonly Float32Array[], method: MapMethod, options: { perplexity: number; seed: number }, context: WorkContext): Promise<LaidOutPoints> {
  if (method === 'tsne') {
    const flat = await tsne(points, { ...tsneDefaults, ...options }, context)
    return { places: fitted(points.map((_, i) => [flat[2 * i]!, flat[2 * i + 1]!])) }
  }
  const components = principalComponents(points, 2)
  const seen = components.variances.reduce((sum, value) => sum + value, 0)
  return {
    places: fitted(points.map((point) => projected(point, components)).map(([x = 0, y = 0]) => [x, y])),
    explained: components.totalVariance > 0 ? seen / components.totalVariance : 0,
  }
}

/** Points whose sounds a place of a map mixes. */
const neighbours = 5

/**
 * The latents of a place of a map: those of its nearest points, weighted by how near they are, so that a place on a point has that
 * point's own. The map itself has no way back.
 */
export function latentAt(x: number, y: number, places: LaidOutPoints['places'], latents: readonly Float32Array[]): Float32Array {
  const near = places
    .map((place, index) => ({ index, distance: (place.x - x) ** 2 + (place.y - y) ** 2 }))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, neighbours)
  const weights = near.map(({ distance }) => 1 / (distance + 1e-9))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return latents[0]!.map((_, i) => near.reduce((value, { index }, k) => value + (weights[k]! / sum) * latents[index]![i]!, 0))
}

/** Moved and scaled, the same both ways, so that the points fill the square from -1 to 1. */
function fitted(points: readonly (readonly [number, number])[]): { x: number; y: number }[] {
  const range = (axis: 0 | 1) => {
    const values = points.map((point) => point[axis])
    const [low, high] = [Math.min(...values), Math.max(...values)]
    return { middle: (low + high) / 2, half: (high - low) / 2 }
  }
  const [horizontal, vertical] = [range(0), range(1)]
  const half = Math.max(horizontal.half, vertical.half) || 1
  return points.map(([x, y]) => ({ x: (x - horizontal.middle) / half, y: (y - vertical.middle) / half }))
}
