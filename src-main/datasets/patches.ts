import type { Stereo } from '#main/datasets/effects/stereo'
import type { TakeStudio } from '#main/datasets/takes'
import type { NamedArrays } from '#main/engine/engine'
import { rowCount } from '#main/models/bandLayout'
import { featureShape, maskShape, type DuoVaeConfig } from '#main/models/duoVae'
import { featureKinds, powerScale, rowPowers, writeFeatures, writePowers, type StereoSpectrum } from '#main/models/spectralFeatures'
import type { Stft } from '#shared/dsp/stft'
import { randomStream } from '#shared/random'

/** How takes become training patches. */
export interface PatchConfig {
  readonly seed: number
  /** Takes of each kind that patches are drawn from at any time. */
  readonly pool: number
  /** How many patches are drawn for each new pair of takes. */
  readonly reuse: number
  /** Level of the vocals against the music: mean and deviation of a normal distribution, decibels. */
  readonly balance: { readonly mean: number; readonly deviation: number }
  /** Probability of a patch without vocals, and of one without music. */
  readonly withoutVocals: number
  readonly withoutMusic: number
}

/** Everything of a batch that depends on data: see `duoVaeLoss`. */
export interface PatchSource {
  /** Batch number `step`; the same for the same seed, whatever was asked before. */
  batch(step: number, size: number): NamedArrays
}

/**
 * Draws batches of random remixes. Takes are costly to make and a mixture is cheap, so each take is mixed several times
 * with others: patch n may use the takes `n / reuse` to `n / reuse + pool`, which are made when first asked for.
 */
export function patchSource(studio: TakeStudio, model: DuoVaeConfig, stft: Stft, config: PatchConfig): PatchSource {
  const root = randomStream(config.seed)
  const takes = {
    vocals: slidingTakes((index) => studio.vocals(root.fork(`vocals ${index}`))),
    music: slidingTakes((index) => studio.music(root.fork(`music ${index}`))),
  }
  const patchSamples = (model.frames - 1) * model.stft.hopLength
  return {
    batch(step, size) {
      const out = emptyBatch(model, size)
      for (let item = 0; item < size; item++) {
        const number = step * size + item
        const random = root.fork(`patch ${number}`)
        const oldest = Math.floor(number / config.reuse)
        const draw = (kind: 'vocals' | 'music') =>
          crop(takes[kind](oldest + random.integer(config.pool), oldest), patchSamples, random.fork(kind))
        const vocals = draw('vocals')
        const music = draw('music')
        const fate = random.uniform()
        const balance = config.balance.mean + config.balance.deviation * random.normal()
        const vocalGain = fate < config.withoutVocals ? 0 : 10 ** (Math.min(12, Math.max(-18, balance)) / 20)
        const musicGain = fate > 1 - config.withoutMusic ? 0 : 1
        writePatch(out, item, model, spectrumOf(stft, vocals, vocalGain, model.frames), spectrumOf(stft, music, musicGain, model.frames))
      }
      return out
    },
  }
}

function emptyBatch(model: DuoVaeConfig, size: number): NamedArrays {
  const empty = (shape: readonly number[]) => new Float32Array(shape.reduce((product, n) => product * n, 1))
  return {
    features: empty(featureShape(model, size)),
    mixturePower: empty(maskShape(model, size)),
    vocalPower: empty(maskShape(model, size)),
    musicPower: empty(maskShape(model, size)),
  }
}

function writePatch(out: NamedArrays, item: number, model: DuoVaeConfig, vocals: StereoSpectrum, music: StereoSpectrum): void {
  const { layout, frames } = model
  const mixture = vocals.map((spectrum, side) => sum(spectrum, music[side]!)) as unknown as StereoSpectrum
  const powers = rowPowers(mixture, layout, 0, frames)
  const scale = powerScale(powers)
  const at = item * frames * rowCount(layout)
  writeFeatures(powers, layout, out.features!, at * featureKinds)
  writePowers(powers, scale, layout, out.mixturePower!, at * 2)
  writePowers(rowPowers(vocals, layout, 0, frames), scale, layout, out.vocalPower!, at * 2)
  writePowers(rowPowers(music, layout, 0, frames), scale, layout, out.musicPower!, at * 2)
}

type Spectrum = StereoSpectrum[number]

function sum(a: Spectrum, b: Spectrum): Spectrum {
  return { ...a, re: a.re.map((value, i) => value + b.re[i]!), im: a.im.map((value, i) => value + b.im[i]!) }
}

function spectrumOf(stft: Stft, sound: Stereo, gain: number, frames: number): StereoSpectrum {
  return sound.map((samples) => stft.forward(samples.map((value) => value * gain), 0, frames)) as unknown as StereoSpectrum
}

/** A random part of a take, sides and polarity swapped at random. */
function crop(take: Stereo, length: number, random: ReturnType<typeof randomStream>): Stereo {
  const start = random.integer(take[0].length - length + 1)
  const sign = random.chance(0.5) ? 1 : -1
  const part = take.map((samples) => samples.subarray(start, start + length).map((value) => sign * value)) as Stereo
  return random.chance(0.5) ? [part[1], part[0]] : part
}

/** Takes by number, kept while they may still be drawn. */
function slidingTakes(make: (index: number) => Stereo): (index: number, oldest: number) => Stereo {
  const kept = new Map<number, Stereo>()
  return (index, oldest) => {
    for (const old of kept.keys()) if (old < oldest) kept.delete(old)
    const take = kept.get(index) ?? make(index)
    kept.set(index, take)
    return take
  }
}

