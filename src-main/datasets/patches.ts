import type { TakeStudio } from '#main/datasets/takes'
import { sizeOf, type NamedArrays } from '#main/engine/engine'
import { rowCount, rowEdges } from '#main/models/bandLayout'
import { Repetition } from '#main/models/repetition'
import {
  bothSides,
  featureKinds,
  powerScale,
  rowPowers,
  slicePowers,
  writeFeatures,
  writePowers,
  type RowPowers,
  type StereoSpectrum,
} from '#main/models/spectralFeatures'
import { featureShape, maskShape, type SpectralNetworkConfig } from '#main/models/spectralNetwork'
import type { Stereo } from '#shared/audio/audioClip'
import type { Stft } from '#shared/dsp/stft'
import { randomStream, type RandomStream } from '#shared/random'

/** How takes become training patches. */
export interface PatchConfig {
  readonly seed: number
  /** Takes that mixtures are made of at any time. */
  readonly vocalPool: number
  readonly musicPool: number
  /** Takes of vocals that follow one another in a mixture. */
  readonly vocalsPerScene: number
  /** How often each take is used, on average. */
  readonly reuse: number
  /** Mixtures that patches are cut from in turn, and patches that each gives. */
  readonly scenes: number
  readonly patchesPerScene: number
  /**
   * Level of the vocals against the music in decibels: mean and deviation over mixtures, and how far single takes wander
   * from their mixture's.
   */
  readonly balance: { readonly mean: number; readonly deviation: number; readonly wander: number }
  /** Probability of a mixture whose vocals repeat one or two takes. */
  readonly repeatedVocals: number
  /** Probability of a patch that is not told what repeats, so that nothing rests on it alone. */
  readonly hiddenRepetition: number
  /** Probability of a mixture without vocals, and of one without music. */
  readonly withoutVocals: number
  readonly withoutMusic: number
}

/** Everything of a batch that depends on data: see `maskLossInputs`. */
export interface PatchSource {
  /** Batch number `step`; the same for the same seed, whatever was asked before. */
  batch(step: number, size: number): NamedArrays
}

/**
 * Draws batches of random remixes. A take and its spectrum are costly to make, so each is mixed several times. A mixture is
 * one take of music, long enough to repeat itself, under as many takes of vocals as fill it. Patches are cut from `scenes`
 * mixtures in turn, so that a batch holds many, until each has given `patchesPerScene`. All is made when first asked for.
 */
export function patchSource(studio: TakeStudio, model: SpectralNetworkConfig, stft: Stft, config: PatchConfig): PatchSource {
  const root = randomStream(config.seed)
  const { scenes, patchesPerScene } = config
  const bins = Math.max(...rowEdges(model.layout).map(({ end }) => end))
  const takes = {
    vocals: sliding((index) => spectrumOf(studio.vocals(root.fork(`vocals ${index}`)), stft, bins)),
    music: sliding((index) => spectrumOf(studio.music(root.fork(`music ${index}`)), stft, bins)),
  }
  const mixtures = sliding((number) => {
    const { vocals, music } = drawTakes(number, root.fork(`mixture ${number}`), takes, config)
    return mixScene(vocals, music, model)
  })
  const writeNumber = (number: number, out: NamedArrays, item: number) => {
    const round = Math.floor(number / (scenes * patchesPerScene))
    const first = round * scenes
    const scene = mixtures(first + (number % scenes), first)
    // Frames at a take's edges have seen silence beyond it.
    const last = scene.frames - model.frames - 2
    const random = root.fork(`patch ${number}`)
    const firstFrame = 2 + random.integer(last - 1)
    writePatch(out, item, model, scene, firstFrame, random.chance(config.hiddenRepetition))
  }
  return {
    batch(step, size) {
      const out = emptyBatch(model, size)
      for (let item = 0; item < size; item++) writeNumber(step * size + item, out, item)
      return out
    },
  }
}

/** Takes by number, of which those before `oldest` will not be asked for again. */
type TakesByNumber = (index: number, oldest: number) => StereoSpectrum

/** The takes of mixture `number`, at their levels, sides and polarities. */
function drawTakes(
  number: number,
  random: RandomStream,
  takes: { vocals: TakesByNumber; music: TakesByNumber },
  config: PatchConfig,
): { vocals: PlacedTake[]; music: PlacedTake } {
  const { vocalsPerScene, vocalPool, musicPool, reuse } = config
  const fate = random.uniform()
  const draw = (kind: 'vocals' | 'music', used: number, pool: number, gain: number): PlacedTake => {
    const oldest = Math.floor(used / reuse)
    const spectrum = takes[kind](oldest + random.integer(pool), oldest)
    return { spectrum: random.chance(0.5) ? spectrum : [spectrum[1], spectrum[0]], gain: random.chance(0.5) ? gain : -gain }
  }
  const music = draw('music', number, musicPool, fate > 1 - config.withoutMusic ? 0 : 1)
  const level = config.balance.mean + config.balance.deviation * random.normal()
  const line = () => {
    const balance = Math.min(12, Math.max(-18, level + config.balance.wander * random.normal()))
    return draw('vocals', number * vocalsPerScene, vocalPool, fate < config.withoutVocals ? 0 : 10 ** (balance / 20))
  }
  // Choruses come back and voices are looped: that something repeats must not alone make it music.
  const lines = Array.from({ length: random.chance(config.repeatedVocals) ? 1 + random.integer(2) : vocalsPerScene }, line)
  return { vocals: Array.from({ length: vocalsPerScene }, (_, i) => lines[i % lines.length]!), music }
}

function emptyBatch(model: SpectralNetworkConfig, size: number): NamedArrays {
  const empty = (shape: readonly number[]) => new Float32Array(sizeOf(shape))
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

/** A mixture as the network sees it, whole. */
interface Scene {
  readonly frames: number
  readonly mixture: RowPowers
  readonly vocals: RowPowers
  readonly music: RowPowers
  /** See `Repetition.share`. */
  readonly repeated: Float32Array
}

function mixScene(vocalTakes: readonly PlacedTake[], musicTake: PlacedTake, { layout, repetition }: SpectralNetworkConfig): Scene {
  const { frames } = musicTake.spectrum[0]
  const vocals = inSuccession(vocalTakes, frames)
  const music = inSuccession([musicTake], frames)
  const mixture = rowPowers(sum(vocals, music), layout, 0, frames)
  const searched = new Repetition(repetition, rowCount(layout))
  searched.push(mixture)
  const powersOf = (spectrum: StereoSpectrum) => rowPowers(spectrum, layout, 0, frames)
  return { frames, mixture, vocals: powersOf(vocals), music: powersOf(music), repeated: searched.share(0, frames) }
}

/** Takes one after the other at their gains, cut or filled with silence to so many frames. */
function inSuccession(takes: readonly PlacedTake[], frames: number): StereoSpectrum {
  return bothSides((side) => {
    const { bins } = takes[0]!.spectrum[side]
    const out = { re: new Float32Array(frames * bins), im: new Float32Array(frames * bins), frames, bins }
    let at = 0
    for (const { spectrum, gain } of takes) {
      const source = spectrum[side]
      const length = Math.min(source.re.length, out.re.length - at)
      for (let i = 0; i < length; i++) {
        out.re[at + i] = gain * source.re[i]!
        out.im[at + i] = gain * source.im[i]!
      }
      at += length
    }
    return out
  })
}

function sum(a: StereoSpectrum, b: StereoSpectrum): StereoSpectrum {
  return bothSides((side) => {
    const [x, y] = [a[side], b[side]]
    return { ...x, re: x.re.map((value, i) => value + y.re[i]!), im: x.im.map((value, i) => value + y.im[i]!) }
  })
}

function writePatch(
  out: NamedArrays,
  item: number,
  { layout, frames }: SpectralNetworkConfig,
  scene: Scene,
  firstFrame: number,
  hidden: boolean,
): void {
  const rows = rowCount(layout)
  const part = (powers: RowPowers) => slicePowers(powers, rows, firstFrame, frames)
  const mixture = part(scene.mixture)
  const scale = powerScale(mixture)
  const at = item * frames * rows
  const repeated = scene.repeated.slice(firstFrame * rows, (firstFrame + frames) * rows)
  if (hidden) repeated.fill(0.5)
  writeFeatures(mixture, repeated, layout, out.features!, at * featureKinds)
  writePowers(mixture, scale, layout, out.mixturePower!, at * 2)
  writePowers(part(scene.vocals), scale, layout, out.vocalPower!, at * 2)
  writePowers(part(scene.music), scale, layout, out.musicPower!, at * 2)
}

/** The first `bins` bins of a take's spectrum. */
function spectrumOf(sound: Stereo, stft: Stft, bins: number): StereoSpectrum {
  return bothSides((side) => {
    const { re, im, frames, bins: all } = stft.forward(sound[side])
    const narrowed = (values: Float32Array) => {
      const out = new Float32Array(frames * bins)
      for (let f = 0; f < frames; f++) out.set(values.subarray(f * all, f * all + bins), f * bins)
      return out
    }
    return { re: narrowed(re), im: narrowed(im), frames, bins }
  })
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
