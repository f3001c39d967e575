import type { NamedArrays } from '#main/engine/engine'
import { codesName, useName, type QuantiserConfig } from '#main/models/quantise/quantiser'
import { AppError } from '#shared/errors'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import type { RandomStream } from '#shared/random'

const rounds = 10

/**
 * Codebooks to begin with, by k-means of what the layers before leave of `vectors` (`[vector, dimension]`, row by row: a
 * few thousand that the encoder gives), and an even use of them.
 * @throws AppError DATASET_EMPTY where there are fewer vectors than codes
 * @see Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", 2007
 */
export async function kMeansCodebooks(config: QuantiserConfig, vectors: Float32Array, random: RandomStream, context: WorkContext): Promise<NamedArrays> {
  const { layers, codes, dimensions } = config
  if (vectors.length < codes * dimensions) {
    throw new AppError(
      'DATASET_EMPTY',
      `There are ${Math.floor(vectors.length / dimensions)} pieces of sound to begin ${codes} codes with; nothing was trained. Add more recordings, or choose fewer codes.`,
    )
  }
  const left = vectors.slice()
  const found: NamedArrays = {}
  for (let layer = 0; layer < layers; layer++) {
    const centres = await kMeans(left, codes, dimensions, random.fork(layer), context)
    subtractNearest(left, centres, dimensions)
    found[codesName(layer)] = centres
    found[useName(layer)] = new Float32Array(codes).fill(1)
    context.onProgress({ stage: 'codebooks', completed: layer + 1, total: layers, unit: 'steps' })
  }
  return found
}

/** Centres `[centre, dimension]` of clusters of `points`. Those that no point is nearest to go where a random point is. */
export async function kMeans(points: Float32Array, count: number, dimensions: number, random: RandomStream, context: WorkContext): Promise<Float32Array> {
  const centres = await seeded(points, count, dimensions, random, context)
  const total = points.length / dimensions
  for (let round = 0; round < rounds; round++) {
    const sums = new Float64Array(centres.length)
    const sizes = new Float64Array(count)
    for (let point = 0; point < total; point++) {
      const { place } = nearest(points, point * dimensions, centres, dimensions)
      sizes[place]!++
      for (let d = 0; d < dimensions; d++) sums[place * dimensions + d]! += points[point * dimensions + d]!
    }
    for (let centre = 0; centre < count; centre++) {
      const stray = random.integer(total) * dimensions
      for (let d = 0; d < dimensions; d++) {
        const at = centre * dimensions + d
        centres[at] = sizes[centre]! > 0 ? sums[at]! / sizes[centre]! : points[stray + d]!
      }
    }
    await checkpointCancel(context)
  }
  return centres
}

/** Centres to begin with: points that are drawn the more likely the further they lie from those drawn before. */
async function seeded(points: Float32Array, count: number, dimensions: number, random: RandomStream, context: WorkContext): Promise<Float32Array> {
  const total = points.length / dimensions
  const centres = new Float32Array(count * dimensions)
  const least = new Float64Array(total).fill(Infinity)
  let drawn = random.integer(total)
  for (let centre = 0; centre < count; centre++) {
    const latest = points.subarray(drawn * dimensions, (drawn + 1) * dimensions)
    centres.set(latest, centre * dimensions)
    let sum = 0
    for (let point = 0; point < total; point++) {
      least[point] = Math.min(least[point]!, squaredDistance(points, point * dimensions, latest, 0, dimensions))
      sum += least[point]!
    }
    drawn = drawFrom(least, sum * random.uniform())
    if (centre % 16 === 0) await checkpointCancel(context)
  }
  return centres
}

function drawFrom(weights: Float64Array, mark: number): number {
  let passed = 0
  for (let i = 0; i < weights.length; i++) if ((passed += weights[i]!) > mark) return i
  return weights.length - 1
}

/** The vector's nearest centre and its squared distance. */
function nearest(points: Float32Array, from: number, centres: Float32Array, dimensions: number): { place: number; distance: number } {
  let place = 0
  let distance = Infinity
  for (let centre = 0; centre * dimensions < centres.length; centre++) {
    const found = squaredDistance(points, from, centres, centre * dimensions, dimensions)
    if (found < distance) [place, distance] = [centre, found]
  }
  return { place, distance }
}

function squaredDistance(a: Float32Array, from: number, b: Float32Array, other: number, dimensions: number): number {
  let sum = 0
  for (let d = 0; d < dimensions; d++) {
    const difference = a[from + d]! - b[other + d]!
    sum += difference * difference
  }
  return sum
}

function subtractNearest(points: Float32Array, centres: Float32Array, dimensions: number): void {
  for (let from = 0; from < points.length; from += dimensions) {
    const { place } = nearest(points, from, centres, dimensions)
    for (let d = 0; d < dimensions; d++) points[from + d]! -= centres[place * dimensions + d]!
  }
}
