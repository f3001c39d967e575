import { principalComponents, projected } from '#main/generating/principalComponents'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

export interface TsneConfig {
  /** How many neighbours a point has, in effect. */
  readonly perplexity: number
  readonly iterations: number
  readonly seed: number
}

export const tsneDefaults = { perplexity: 30, iterations: 500 } as const

/** As in the paper: neighbours are drawn together more strongly at first. */
const exaggeration = 12
const exaggeratedIterations = 150
/** Points that it takes: time and memory grow with their square. */
export const mostPoints = 3000

/**
 * Lays points out in two dimensions so that neighbours stay neighbours, exactly, without approximations; begins from the first
 * two principal components and a little noise of the seed, so that the same points and seed give the same map.
 * @see van der Maaten and Hinton, "Visualizing data using t-SNE", 2008
 * @throws the signal's reason
 */
export async function tsne(points: readonly Float32Array[], { perplexity, iterations, seed }: TsneConfig, context: WorkContext): Promise<Float64Array> {
  const count = points.length
  // More neighbours than there are points, or nearly so, say nothing of who is near.
  const together = await affinities(points, Math.min(perplexity, Math.max(1, (count - 1) / 3)), context)
  const places = beginning(points, seed)
  const motion = { velocity: new Float64Array(2 * count), gain: new Float64Array(2 * count).fill(1), rate: Math.max(50, count / exaggeration / 4) }
  const nearness = new Float32Array(count * count)
  for (let step = 0; step < iterations; step++) {
    const gradient = gradientOf(places, together, nearness, step < exaggeratedIterations ? exaggeration : 1)
    move(places, gradient, motion, step < exaggeratedIterations ? 0.5 : 0.8)
    context.onProgress({ stage: 'mapping', completed: step + 1, total: iterations, unit: 'steps' })
    await checkpointCancel(context)
  }
  return places
}

/** Joint probabilities `[point, point]` of two points being neighbours; they sum up to 1. */
async function affinities(points: readonly Float32Array[], perplexity: number, context: WorkContext): Promise<Float32Array> {
  const count = points.length
  const joint = new Float32Array(count * count)
  for (let i = 0; i < count; i++) {
    const distances = Float64Array.from(points, (other) => squaredDistance(points[i]!, other))
    const row = neighbourhood(distances, i, perplexity)
    for (let j = 0; j < count; j++) {
      joint[i * count + j]! += row[j]! / (2 * count)
      joint[j * count + i]! += row[j]! / (2 * count)
    }
    if (i % 64 === 0) await checkpointCancel(context)
  }
  return joint
}

/** Gaussian probabilities whose width is searched so that their perplexity is the one wanted. */
function neighbourhood(distances: Float64Array, self: number, perplexity: number): Float64Array {
  const wanted = Math.log(perplexity)
  let [beta, low, high] = [1, 0, Infinity]
  let row = new Float64Array(distances.length)
  const nearest = distances.reduce((least, value, j) => (j === self ? least : Math.min(least, value)), Infinity)
  for (let attempt = 0; attempt < 60; attempt++) {
    let [sum, weighted] = [0, 0]
    row = distances.map((value, j) => (j === self ? 0 : Math.exp(-beta * (value - nearest))))
    for (let j = 0; j < row.length; j++) {
      sum += row[j]!
      weighted += row[j]! * (distances[j]! - nearest)
    }
    row = row.map((value) => value / sum)
    const entropy = Math.log(sum) + (beta * weighted) / sum
    if (Math.abs(entropy - wanted) < 1e-5) break
    if (entropy > wanted) [low, beta] = [beta, high === Infinity ? beta * 2 : (beta + high) / 2]
    else [high, beta] = [beta, (beta + low) / 2]
  }
  return row
}

function beginning(points: readonly Float32Array[], seed: number): Float64Array {
  const components = principalComponents(points, 2)
  const scale = 1e-2 / Math.max(1e-12, Math.sqrt(components.variances[0] ?? 0))
  const random = randomStream(seed).fork('map')
  return Float64Array.from(points.flatMap((point) => {
    const [x = 0, y = 0] = projected(point, components)
    return [scale * x + 1e-4 * random.normal(), scale * y + 1e-4 * random.normal()]
  }))
}

/** @param nearness room for `[point, point]` */
function gradientOf(places: Float64Array, together: Float32Array, nearness: Float32Array, emphasis: number): Float64Array {
  const count = places.length / 2
  let sum = 0
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const [dx, dy] = [places[2 * i]! - places[2 * j]!, places[2 * i + 1]! - places[2 * j + 1]!]
      const near = 1 / (1 + dx * dx + dy * dy)
      nearness[i * count + j] = near
      sum += 2 * near
    }
  }
  const gradient = new Float64Array(places.length)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const near = nearness[i * count + j]!
      const pull = 4 * (emphasis * together[i * count + j]! - near / sum) * near
      const [dx, dy] = [pull * (places[2 * i]! - places[2 * j]!), pull * (places[2 * i + 1]! - places[2 * j + 1]!)]
      gradient[2 * i]! += dx
      gradient[2 * i + 1]! += dy
      gradient[2 * j]! -= dx
      gradient[2 * j + 1]! -= dy
    }
  }
  return gradient
}

/** Gradient descent with momentum, and a gain a coordinate that grows while its direction stays. */
function move(places: Float64Array, gradient: Float64Array, { velocity, gain, rate }: { velocity: Float64Array; gain: Float64Array; rate: number }, momentum: number): void {
  for (let i = 0; i < places.length; i++) {
    const stays = Math.sign(gradient[i]!) !== Math.sign(velocity[i]!)
    gain[i] = Math.max(0.01, stays ? gain[i]! + 0.2 : gain[i]! * 0.8)
    velocity[i] = momentum * velocity[i]! - rate * gain[i]! * gradient[i]!
    places[i]! += velocity[i]!
  }
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return sum
}
