import type { Split } from '#main/datasets/manifest'
import type { Recording } from '#main/datasets/recordings'
import type { FrameSpan, PinnedClip } from '#main/training/resultSource'
import type { Stereo } from '#shared/audio/audioClip'
import type { RandomStream } from '#shared/random'

/** Something to be heard: a song with its true parts, or a mixture of which they are not known. */
export interface PieceToPin {
  readonly name: string
  readonly split: Split
  readonly sampleRate: number
  /** By name; they add up to the mixture. A mixture without known parts has one part, `mixture`. */
  readonly parts: Readonly<Record<string, PartToPin>>
}

/** Sound that is read piece by piece, silent past its end. */
export type PartToPin = Pick<Recording, 'frames' | 'read'>

export interface PinOptions {
  readonly seconds: number
  /** Seconds on either side that a network may look at. */
  readonly margin: number
}

/** How the pinned clips are spread over what there is, by default: three of six seconds. */
export const pinnedCount = 3
export const pinnedSeconds = 6

/** The level is measured in steps of this length; clips begin on one. */
const stepSeconds = 0.25
/** A clip may begin wherever at least this share of the loudest one's energy is. */
const leastShare = 0.5

/**
 * Returns how many clips come from each of `pieces`, in order: every one gives one before any gives two. Which come first is
 * decided by `random`.
 */
export function shareClips<Piece>(pieces: readonly Piece[], count: number, random: RandomStream): { piece: Piece; clips: number }[] {
  const order = pieces.map((piece) => ({ piece, key: random.uniform() })).toSorted((a, b) => a.key - b.key)
  const chosen = order.slice(0, count)
  return chosen.map(({ piece }, i) => ({ piece, clips: Math.floor(count / chosen.length) + (i < count % chosen.length ? 1 : 0) }))
}

/**
 * Returns up to `count` clips of a piece that do not overlap, from where most is sung; where it has no vocals, from where it is
 * loud. A piece that is shorter than a clip is one clip.
 */
export function pinClips(piece: PieceToPin, count: number, { seconds, margin }: PinOptions, random: RandomStream): PinnedClip[] {
  const { sampleRate, parts } = piece
  const total = Math.max(...Object.values(parts).map(({ frames }) => frames))
  const length = Math.min(total, Math.round(seconds * sampleRate))
  const step = Math.round(stepSeconds * sampleRate)
  const energies = energyOfSteps(parts.vocals ? [parts.vocals] : Object.values(parts), total, step)
  const spans: FrameSpan[] = []
  while (spans.length < count) {
    const start = drawStart(energies, { total, length, step }, spans, random)
    if (start === undefined) break
    spans.push({ start, end: start + length })
  }
  return spans.map((span) => clipOf(piece, total, span, Math.round(margin * sampleRate)))
}

function drawStart(
  energies: readonly number[],
  { total, length, step }: { total: number; length: number; step: number },
  taken: readonly FrameSpan[],
  random: RandomStream,
): number | undefined {
  const steps = Math.max(1, Math.round(length / step))
  const starts: { start: number; energy: number }[] = []
  for (let k = 0; k === 0 || k * step + length <= total; k++) {
    starts.push({ start: k * step, energy: energies.slice(k, k + steps).reduce((sum, value) => sum + value, 0) })
  }
  const most = Math.max(...starts.map(({ energy }) => energy))
  const isFree = (start: number) => !taken.some((span) => start < span.end && span.start < start + length)
  const good = starts.filter(({ start, energy }) => energy >= most * leastShare && isFree(start))
  return good.length > 0 ? random.pick(good).start : undefined
}

/** Energy of the sum of `parts` in each step. */
function energyOfSteps(parts: readonly PartToPin[], total: number, step: number): number[] {
  return Array.from({ length: Math.ceil(total / step) }, (_, k) => {
    let sum = 0
    for (const samples of summed(parts, k * step, step)) for (const value of samples) sum += value * value
    return sum
  })
}

function clipOf({ name, split, sampleRate, parts }: PieceToPin, total: number, span: FrameSpan, margin: number): PinnedClip {
  const start = Math.max(0, span.start - margin)
  const end = Math.min(total, span.end + margin)
  const cut = (of: readonly PartToPin[], from: number, to: number) => ({ sampleRate, channels: summed(of, from, to - from) })
  const known = Object.entries(parts).filter(([part]) => part !== 'mixture')
  return {
    name: `${name}, ${clockTime(span.start / sampleRate)}`,
    split,
    mixture: cut(Object.values(parts), start, end),
    span: { start: span.start - start, end: span.end - start },
    targets: Object.fromEntries(known.map(([part, sound]) => [part, cut([sound], span.start, span.end)])),
  }
}

function summed(parts: readonly PartToPin[], start: number, length: number): Stereo {
  const sum: Stereo = [new Float32Array(length), new Float32Array(length)]
  for (const part of parts) {
    const sides = part.read(start, length)
    for (const side of [0, 1] as const) for (let i = 0; i < length; i++) sum[side][i]! += sides[side][i]!
  }
  return sum
}

function clockTime(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}
