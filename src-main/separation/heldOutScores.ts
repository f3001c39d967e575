import type { Executable } from '#main/engine/engine'
import type { BlindConfig } from '#main/models/componentProgram'
import { hearComponents, monoOf } from '#main/separation/components'
import { separateVocals, type Separator } from '#main/separation/separator'
import type { ReferencePiece } from '#main/separation/validation'
import type { AudioClip } from '#shared/audio/audioClip'
import { concatenate } from '#shared/audio/concatenate'
import { decibelPatch, decibelRange } from '#main/models/decibelPatch'
import { power } from '#shared/dsp/spectrogram'
import { createStft } from '#shared/dsp/stft'
import type { WorkContext } from '#shared/jobs/work'
import { measureSdr } from '#shared/metrics/sdr'

/** Figures by name; means over songs, or over excerpts. */
export type HeldOutScores = Readonly<Record<string, number>>

/**
 * `vocals` and `music`: SDR of both stems, decibels; `mixture`: that of the mixture taken for the vocals; `gain`: vocals less
 * mixture.
 */
export async function measureSeparator(pieces: readonly ReferencePiece[], separator: Separator, context: WorkContext): Promise<HeldOutScores> {
  const scores: HeldOutScores[] = []
  for (const piece of pieces) {
    context.onProgress({ stage: 'measuring', completed: scores.length, total: pieces.length, unit: 'files' })
    const { mixture, vocals, music } = clipsOf(piece)
    const blocks = (async function* () {
      yield mixture.channels
    })()
    const found: Float32Array[][] = []
    const silent = { ...context, onProgress: () => {} }
    for await (const block of separateVocals({ sampleRate: piece.sampleRate, channels: 2, blocks }, separator, { quality: 'fast' }, silent)) found.push(block)
    const estimate = { sampleRate: piece.sampleRate, channels: mixture.channels.map((_, side) => concatenate(found.map((block) => block[side]!))) }
    scores.push(gained({ vocals: measureSdr(vocals, estimate).usdr, music: measureSdr(music, without(mixture, estimate)).usdr }, vocals, mixture))
  }
  return means(scores)
}

/** Seconds of an excerpt, as of the data that blind networks were described with. */
const excerptSeconds = 3

/**
 * Cuts songs into excerpts of three seconds. Nothing told a blind network which of its components is which, so that it is asked twice:
 * `best`, SDR of the vocals where each excerpt may choose its component anew, which needs the truth; `fixed`, where the songs' vocals are
 * the same component throughout, the better one. `half` is what a network scores that separates nothing and gives both components half
 * of the mixture, `gain` best less half, `reconstruction` the root mean square error, in decibels, of the mixture's own spectrogram.
 */
export async function measureBlind(pieces: readonly ReferencePiece[], config: BlindConfig, network: Executable, context: WorkContext): Promise<HeldOutScores> {
  const excerpts = pieces.flatMap((piece) => excerptsOf(piece))
  const scores: { first: number; second: number; half: number; reconstruction: number }[] = []
  for (const { mixture, vocals } of excerpts) {
    context.onProgress({ stage: 'measuring', completed: scores.length, total: excerpts.length, unit: 'files' })
    const { first, second } = await hearComponents(mixture, config, network, context)
    const sdr = (estimate: AudioClip) => measureSdr(vocals, estimate).usdr
    scores.push({ first: sdr(first), second: sdr(second), half: sdr(halved(mixture)), reconstruction: await decibelError(mixture, config, network) })
  }
  const mean = (value: (score: (typeof scores)[number]) => number) => scores.reduce((sum, score) => sum + value(score), 0) / Math.max(1, scores.length)
  const best = mean(({ first, second }) => Math.max(first, second))
  const half = mean((score) => score.half)
  const fixed = Math.max(mean(({ first }) => first), mean(({ second }) => second))
  return { best, fixed, half, gain: best - half, reconstruction: mean((score) => score.reconstruction) }
}

/** How far the network's spectrogram of a clip's beginning lies from the true one. */
async function decibelError(clip: AudioClip, { stft: { fftSize, hopLength }, frames, bins }: BlindConfig, network: Executable): Promise<number> {
  const stft = await createStft({ fftSize, hopLength })
  try {
    const spectrum = stft.forward(monoOf(clip).channels[0]!, 0, frames)
    const powers = power(spectrum)
    const patch = bins === spectrum.bins ? powers : powers.filter((_, i) => i % spectrum.bins < bins)
    const { values } = decibelPatch(patch)
    const { reconstruction } = await network.run({ mixture: values })
    const squares = reconstruction!.reduce((sum, value, i) => sum + (value - values[i]!) ** 2, 0)
    return decibelRange * Math.sqrt(squares / values.length)
  } finally {
    stft.dispose()
  }
}

interface Clips {
  readonly mixture: AudioClip
  readonly vocals: AudioClip
  readonly music: AudioClip
}

function clipsOf({ sampleRate, vocals, accompaniment }: ReferencePiece, start = 0, end = vocals[0].length): Clips {
  const cut = (channels: readonly Float32Array[]): AudioClip => ({ sampleRate, channels: channels.map((samples) => samples.subarray(start, end)) })
  const [v, m] = [cut(vocals), cut(accompaniment)]
  return { vocals: v, music: m, mixture: { sampleRate, channels: v.channels.map((samples, side) => samples.map((value, i) => value + m.channels[side]![i]!)) } }
}

/** Whether somebody sings in a piece: against silence nothing can be measured. */
export function isSung(piece: ReferencePiece): boolean {
  return hasVocals(clipsOf(piece))
}

function hasVocals({ vocals, mixture }: Clips): boolean {
  const level = (clip: AudioClip) => clip.channels.reduce((sum, samples) => sum + samples.reduce((s, value) => s + value * value, 0), 0)
  return level(vocals) > 1e-3 * level(mixture) && level(vocals) > 0
}

function excerptsOf(piece: ReferencePiece): Clips[] {
  const length = excerptSeconds * piece.sampleRate
  const count = Math.max(1, Math.floor(piece.vocals[0].length / length))
  const all = Array.from({ length: count }, (_, i) => clipsOf(piece, i * length, Math.min(piece.vocals[0].length, (i + 1) * length)))
  return all.filter(hasVocals)
}

function gained(scores: { vocals: number; music: number }, vocals: AudioClip, mixture: AudioClip) {
  const baseline = measureSdr(vocals, mixture).usdr
  return { ...scores, mixture: baseline, gain: scores.vocals - baseline }
}

function halved({ sampleRate, channels }: AudioClip): AudioClip {
  return { sampleRate, channels: channels.map((samples) => samples.map((value) => value / 2)) }
}

function without(mixture: AudioClip, part: AudioClip): AudioClip {
  return { ...mixture, channels: mixture.channels.map((samples, side) => samples.map((value, i) => value - part.channels[side]![i]!)) }
}

function means(scores: readonly HeldOutScores[]): HeldOutScores {
  const names = Object.keys(scores[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, scores.reduce((sum, score) => sum + score[name]!, 0) / scores.length]))
}
