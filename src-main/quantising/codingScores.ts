import { magnitudesOf } from '#main/datasets/clips/polarPicture'
import { CodeUsageMeter, type CodeUsage } from '#main/models/quantise/codeUsage'
import { codesName } from '#main/models/quantise/quantiser'
import type { NamedArrays } from '#main/engine/engine'
import type { SoundCoder } from '#main/quantising/soundCoder'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { logSpectralDistance } from '#shared/metrics/logSpectralDistance'

/** What a quantised VAE does to sounds that it is measured on. */
export interface CodingScores {
  /** Squared error of pictures over the variance of those that it learned from. */
  readonly reconstruction: number
  /** Of the magnitudes, in decibels, a mean over sounds. */
  readonly distance: number
  /** How far latents lie from what each layer makes of them, summed over layers; a mean over their numbers. */
  readonly commitment: number
  /** Squared distance of latents from the sum of their codes over the variance of latents: 0 exact, 1 no better than their mean. */
  readonly quantisationError: number
  /** Of every layer: how its codes are used, and what is left of the error behind it. */
  readonly layers: readonly (CodeUsage & { readonly error: number })[]
}

/** Pictures that are held in memory at once. */
const atOnce = 16

/** Measures a coder on pictures, of which there is one at least. @throws AppError AUDIO_SILENT; the signal's reason */
export async function measureCoding(pictures: Iterable<Float32Array>, coder: SoundCoder, parameters: NamedArrays, variance: number, context: WorkContext): Promise<CodingScores> {
  const { layers, codes, dimensions } = coder.config.quantiser
  const usage = new CodeUsageMeter(layers, codes)
  const latents = new LatentSums(layers, dimensions, Array.from({ length: layers }, (_, layer) => parameters[codesName(layer)]!))
  const bins = coder.config.bins
  let [squares, values, distance, count] = [0, 0, 0, 0]
  const take = async (some: readonly Float32Array[]) => {
    const coded = await coder.code(some)
    coded.forEach(({ picture, latent, codes: numbers }, i) => {
      const truth = some[i]!
      for (let at = 0; at < truth.length; at++) squares += (truth[at]! - picture[at]!) ** 2
      values += truth.length
      distance += logSpectralDistance(magnitudesOf(truth, coder.config.sound), magnitudesOf(picture, coder.config.sound), bins)
      count++
      usage.add(numbers)
      latents.add(latent, numbers)
    })
    await checkpointCancel(context)
  }
  let some: Float32Array[] = []
  for (const picture of pictures) {
    some.push(picture)
    if (some.length === atOnce) {
      await take(some)
      some = []
    }
  }
  if (some.length > 0) await take(some)
  const errors = latents.errors()
  const spread = latents.variance()
  return {
    reconstruction: squares / values / variance,
    distance: distance / count,
    commitment: errors.reduce((sum, error) => sum + error, 0),
    quantisationError: relative(errors.at(-1)!, spread),
    layers: usage.result().map((layer, i) => ({ ...layer, error: relative(errors[i]!, spread) })),
  }
}

function relative(error: number, spread: number): number {
  return spread > 0 ? error / spread : 0
}

/** Sums over latents and what each layer leaves of them. */
class LatentSums {
  private readonly left: Float64Array
  private count = 0
  private readonly sums: Float64Array
  private squares = 0

  constructor(
    private readonly layers: number,
    private readonly dimensions: number,
    private readonly codebooks: readonly Float32Array[],
  ) {
    this.left = new Float64Array(layers)
    this.sums = new Float64Array(dimensions)
  }

  add(latent: Float32Array, numbers: Float32Array): void {
    const { dimensions, layers } = this
    const rest = new Float32Array(dimensions)
    for (let position = 0; position * dimensions < latent.length; position++) {
      rest.set(latent.subarray(position * dimensions, (position + 1) * dimensions))
      for (let d = 0; d < dimensions; d++) {
        this.sums[d]! += rest[d]!
        this.squares += rest[d]! * rest[d]!
      }
      for (let layer = 0; layer < layers; layer++) {
        const from = numbers[position * layers + layer]! * dimensions
        const codes = this.codebooks[layer]!
        let sum = 0
        for (let d = 0; d < dimensions; d++) {
          const value = (rest[d]! -= codes[from + d]!)
          sum += value * value
        }
        this.left[layer]! += sum
      }
      this.count += dimensions
    }
  }

  /** Mean squared distance behind every layer. */
  errors(): number[] {
    return [...this.left].map((sum) => sum / this.count)
  }

  /** Mean over dimensions of their variances. */
  variance(): number {
    const positions = this.count / this.dimensions
    const means = this.sums.reduce((total, sum) => total + (sum / positions) ** 2, 0)
    return this.squares / this.count - means / this.dimensions
  }
}
