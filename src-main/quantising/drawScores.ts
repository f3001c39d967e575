import { magnitudesOf } from '#main/datasets/clips/polarPicture'
import { codesName } from '#main/models/quantise/quantiser'
import type { RvqVaeConfig } from '#main/models/quantise/rvqVae'
import type { NamedArrays } from '#main/engine/engine'
import { logSpectralDistance } from '#shared/metrics/logSpectralDistance'

/** How sounds that were drawn compare with real ones. */
export interface DrawScores {
  /** Deviation of drawn latents over that of real ones. */
  readonly spread: number
  /** Squared distance of drawn latents from the nearest sums of codes over the variance of real latents. */
  readonly awayFromCodes: number
  /** Decibels between both mean spectra. */
  readonly spectrumDistance: number
}

/** Positions of a map whose distance from codes is measured, evenly over it. */
const measuredPositions = 128

/** @param deviation of real latents */
export function scoreDraws(
  config: RvqVaeConfig,
  parameters: NamedArrays,
  deviation: number,
  drawn: { readonly latents: readonly Float32Array[]; readonly pictures: readonly Float32Array[] },
  real: readonly Float32Array[],
): DrawScores {
  const away = drawn.latents.reduce((sum, latent) => sum + distanceFromCodes(config, parameters, latent), 0) / drawn.latents.length
  return {
    spread: deviationOf(drawn.latents) / deviation,
    awayFromCodes: away / deviation ** 2,
    spectrumDistance: logSpectralDistance(meanSpectrum(real, config), meanSpectrum(drawn.pictures, config), config.bins),
  }
}

/** Mean squared distance of a latent map from what its layers of codes make of it. */
function distanceFromCodes({ quantiser: { layers, codes, dimensions } }: RvqVaeConfig, parameters: NamedArrays, latent: Float32Array): number {
  const positions = latent.length / dimensions
  const count = Math.min(measuredPositions, positions)
  let total = 0
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * positions) / count) * dimensions
    const rest = latent.slice(from, from + dimensions)
    for (let layer = 0; layer < layers; layer++) subtractNearest(rest, parameters[codesName(layer)]!, codes)
    total += rest.reduce((sum, value) => sum + value * value, 0) / dimensions
  }
  return total / count
}

function subtractNearest(rest: Float32Array, codebook: Float32Array, codes: number): void {
  const dimensions = rest.length
  let [best, least] = [0, Infinity]
  for (let code = 0; code < codes; code++) {
    let sum = 0
    for (let d = 0; d < dimensions; d++) sum += (rest[d]! - codebook[code * dimensions + d]!) ** 2
    if (sum < least) [best, least] = [code, sum]
  }
  for (let d = 0; d < dimensions; d++) rest[d]! -= codebook[best * dimensions + d]!
}

function deviationOf(maps: readonly Float32Array[]): number {
  let [sum, squares, count] = [0, 0, 0]
  for (const map of maps) {
    count += map.length
    for (const value of map) {
      sum += value
      squares += value * value
    }
  }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
}

function meanSpectrum(pictures: readonly Float32Array[], { sound, bins }: RvqVaeConfig): Float32Array {
  const mean = new Float32Array(bins)
  for (const picture of pictures) {
    const magnitudes = magnitudesOf(picture, sound)
    const frames = magnitudes.length / bins
    magnitudes.forEach((value, i) => (mean[i % bins]! += value / frames / pictures.length))
  }
  return mean
}
