import type { Stereo } from '#shared/audio/audioClip'
import type { TakeStudio } from '#main/datasets/takes'
import type { NamedArrays } from '#main/engine/engine'
import { rowCount, rowEdges } from '#main/models/bandLayout'
import { featureShape, maskShape, type DuoVaeConfig } from '#main/models/duoVae'
import { Repetition } from '#main/models/repetition'
import {
  featureKinds,
  powerScale,
  rowPowers,
  slicePowers,
  writeFeatures,
  writePowers,
  type RowPowers,
  type StereoSpectrum,
} from '#main/models/spectralFeatures'
import type { Stft } from '#shared/dsp/stft'
import { randomStream } from '#shared/random'

/** How takes become training patches. */
export interface PatchConfig {
  readonly seed: number
  /** Takes of each kind that mixtures are made of at any time. */
  readonly pool: number
  /** Mixtures that are made for each new pair of takes. */
  readonly reuse: number
  /** Mixtures that patches are cut from in turn, and patches that each gives. */
  readonly scenes: number
  readonly patchesPerScene: number
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
 * Draws batches of random remixes. A take and its spectrum are costly to make, so each is mixed several times: mixture n may
 * use the takes `n / reuse` to `n / reuse + pool`. Patches are cut from `scenes` mixtures in turn, so that a batch holds
 * many, until each has given `patchesPerScene`. All of it is made when first asked for.
 */
export function patchSource(studio: TakeStudio, model: DuoVaeConfig, stft: Stft, config: PatchConfig): PatchSource {
  const root = randomStream(config.seed)
  const { scenes, patchesPerScene, pool, reuse } = config
  const bins = Math.max(...rowEdges(model.layout).map(({ end }) => end))
  const takes = {
    vocals: sliding((index) => spectrumOf(studio.vocals(root.fork(`vocals ${index}`)), stft, bins)),
    music: sliding((index) => spectrumOf(studio.music(root.fork(`music ${index}`)), stft, bins)),
  }
  const mixtures = sliding((number) => {
    const random = root.fork(`mixture ${number}`)
    const oldest = Math.floor(number / reuse)
    const fate = random.uniform()
    const balance = config.balance.mean + config.balance.deviation * random.normal()
    const draw = (kind: 'vocals' | 'music', gain: number): PlacedTake => {
      const spectrum = takes[kind](oldest + random.integer(pool), oldest)
      return { spectrum: random.chance(0.5) ? spectrum : [spectrum[1], spectrum[0]], gain: random.chance(0.5) ? gain : -gain }
    }
    const vocals = draw('vocals', fate < config.withoutVocals ? 0 : 10 ** (Math.min(12, Math.max(-18, balance)) / 20))
    const music = draw('music', fate > 1 - config.withoutMusic ? 0 : 1)
    return mixScene(vocals, music, model)
  })
  const writeNumber = (number: number, out: NamedArrays, item: number) => {
    const round = Math.floor(number / (scenes * patchesPerScene))
    const first = round * scenes
    const scene = mixtures(first + (number % scenes), first)
    // Frames at a take's edges have seen silence beyond it.
    const last = scene.frames - model.frames - 2
    const firstFrame = 2 + root.fork(`patch ${number}`).integer(last - 1)
    writePatch(out, item, model, scene, firstFrame)
  }
  return {
    batch(step, size) {
      const out = emptyBatch(model, size)
      for (let item = 0; item < size; item++) writeNumber(step * size + item, out, item)
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

interface PlacedTake {
  readonly spectrum: StereoSpectrum
  readonly gain: number
}

/** A mixture of two takes as the network sees it, whole. */
interface Scene {
  readonly frames: number
  readonly mixture: RowPowers
  readonly vocals: RowPowers
  readonly music: RowPowers
  /** See `Repetition.share`. */
  readonly repeated: Float32Array
}

function mixScene(vocals: PlacedTake, music: PlacedTake, { layout, repetition }: DuoVaeConfig): Scene {
  const { frames } = vocals.spectrum[0]
  const mixture = rowPowers(mixed(vocals, music), layout, 0, frames)
  const searched = new Repetition(repetition, rowCount(layout))
  searched.push(mixture)
  const powersOf = ({ spectrum, gain }: PlacedTake) => scaled(rowPowers(spectrum, layout, 0, frames), gain * gain)
  return { frames, mixture, vocals: powersOf(vocals), music: powersOf(music), repeated: searched.share(0, frames) }
}

function scaled({ left, right, cross }: RowPowers, factor: number): RowPowers {
  for (const values of [left, right, cross]) for (let i = 0; i < values.length; i++) values[i]! *= factor
  return { left, right, cross }
}

function writePatch(out: NamedArrays, item: number, { layout, frames }: DuoVaeConfig, scene: Scene, firstFrame: number): void {
  const rows = rowCount(layout)
  const part = (powers: RowPowers) => slicePowers(powers, rows, firstFrame, frames)
  const mixture = part(scene.mixture)
  const scale = powerScale(mixture)
  const at = item * frames * rows
  const repeated = scene.repeated.subarray(firstFrame * rows, (firstFrame + frames) * rows)
  writeFeatures(mixture, repeated, layout, out.features!, at * featureKinds)
  writePowers(mixture, scale, layout, out.mixturePower!, at * 2)
  writePowers(part(scene.vocals), scale, layout, out.vocalPower!, at * 2)
  writePowers(part(scene.music), scale, layout, out.musicPower!, at * 2)
}

function mixed(a: PlacedTake, b: PlacedTake): StereoSpectrum {
  return [0, 1].map((side) => {
    const x = a.spectrum[side]!
    const y = b.spectrum[side]!
    const sum = (xs: Float32Array, ys: Float32Array) => {
      const values = new Float32Array(xs.length)
      for (let i = 0; i < values.length; i++) values[i] = a.gain * xs[i]! + b.gain * ys[i]!
      return values
    }
    return { ...x, re: sum(x.re, y.re), im: sum(x.im, y.im) }
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

/** Things by number, kept while they may still be asked for. */
function sliding<T>(make: (index: number) => T): (index: number, oldest: number) => T {
  const kept = new Map<number, T>()
  return (index, oldest) => {
    for (const old of kept.keys()) if (old < oldest) kept.delete(old)
    const thing = kept.get(index) ?? make(index)
    kept.set(index, thing)
    return thing
  }
}
