import type { Stereo } from '#main/datasets/effects/stereo'
import type { TakeStudio } from '#main/datasets/takes'
import type { NamedArrays } from '#main/engine/engine'
import { rowCount, rowEdges } from '#main/models/bandLayout'
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
 * Draws batches of random remixes. A take and its spectrum are costly to make and a mixture of two spectra is cheap, so each
 * take is mixed several times: patch n may use the takes `n / reuse` to `n / reuse + pool`, made when first asked for.
 */
export function patchSource(studio: TakeStudio, model: DuoVaeConfig, stft: Stft, config: PatchConfig): PatchSource {
  const root = randomStream(config.seed)
  const bins = Math.max(...rowEdges(model.layout).map(({ end }) => end))
  const takes = {
    vocals: slidingTakes((index) => spectrumOf(studio.vocals(root.fork(`vocals ${index}`)), stft, bins)),
    music: slidingTakes((index) => spectrumOf(studio.music(root.fork(`music ${index}`)), stft, bins)),
  }
  const drawPatch = (number: number, out: NamedArrays, item: number) => {
    const random = root.fork(`patch ${number}`)
    const oldest = Math.floor(number / config.reuse)
    const fate = random.uniform()
    const balance = config.balance.mean + config.balance.deviation * random.normal()
    const draw = (kind: 'vocals' | 'music', gain: number): Excerpt => {
      const spectrum = takes[kind](oldest + random.integer(config.pool), oldest)
      return {
        spectrum: random.chance(0.5) ? spectrum : [spectrum[1], spectrum[0]],
        // Frames at the edges have seen silence beyond the take.
        firstFrame: 2 + random.integer(spectrum[0].frames - model.frames - 3),
        gain: random.chance(0.5) ? gain : -gain,
      }
    }
    const vocals = draw('vocals', fate < config.withoutVocals ? 0 : 10 ** (Math.min(12, Math.max(-18, balance)) / 20))
    const music = draw('music', fate > 1 - config.withoutMusic ? 0 : 1)
    writePatch(out, item, model, vocals, music)
  }
  return {
    batch(step, size) {
      const out = emptyBatch(model, size)
      for (let item = 0; item < size; item++) drawPatch(step * size + item, out, item)
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

/** A part of a take, from `firstFrame` on. */
interface Excerpt {
  readonly spectrum: StereoSpectrum
  readonly firstFrame: number
  readonly gain: number
}

function writePatch(out: NamedArrays, item: number, { layout, frames }: DuoVaeConfig, vocals: Excerpt, music: Excerpt): void {
  const mixture = rowPowers(mixed(vocals, music, frames), layout, 0, frames)
  const scale = powerScale(mixture)
  const at = item * frames * rowCount(layout)
  writeFeatures(mixture, layout, out.features!, at * featureKinds)
  writePowers(mixture, scale, layout, out.mixturePower!, at * 2)
  for (const [name, { spectrum, firstFrame, gain }] of [['vocalPower', vocals], ['musicPower', music]] as const) {
    writePowers(rowPowers(spectrum, layout, firstFrame, frames), scale * gain * gain, layout, out[name]!, at * 2)
  }
}

function mixed(a: Excerpt, b: Excerpt, frames: number): StereoSpectrum {
  return [0, 1].map((side) => {
    const x = a.spectrum[side]!
    const y = b.spectrum[side]!
    const size = frames * x.bins
    const sum = (part: 're' | 'im') => {
      const values = new Float32Array(size)
      const xs = x[part]
      const ys = y[part]
      const xAt = a.firstFrame * x.bins
      const yAt = b.firstFrame * y.bins
      for (let i = 0; i < size; i++) values[i] = a.gain * xs[xAt + i]! + b.gain * ys[yAt + i]!
      return values
    }
    return { re: sum('re'), im: sum('im'), frames, bins: x.bins }
  }) as unknown as StereoSpectrum
}

/** The first `bins` bins of a take's spectrum. */
function spectrumOf(sound: Stereo, stft: Stft, bins: number): StereoSpectrum {
  return sound.map((samples) => {
    const { re, im, frames, bins: all } = stft.forward(samples)
    const narrowed = (values: Float32Array) => {
      const out = new Float32Array(frames * bins)
      for (let f = 0; f < frames; f++) out.set(values.subarray(f * all, f * all + bins), f * bins)
      return out
    }
    return { re: narrowed(re), im: narrowed(im), frames, bins }
  }) as unknown as StereoSpectrum
}

/** Takes by number, kept while they may still be drawn. */
function slidingTakes(make: (index: number) => StereoSpectrum): (index: number, oldest: number) => StereoSpectrum {
  const kept = new Map<number, StereoSpectrum>()
  return (index, oldest) => {
    for (const old of kept.keys()) if (old < oldest) kept.delete(old)
    const take = kept.get(index) ?? make(index)
    kept.set(index, take)
    return take
  }
}
