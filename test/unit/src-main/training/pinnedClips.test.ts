import { describe, expect, it } from 'vitest'
import { pinClips, shareClips, type PartToPin, type PieceToPin } from '#main/training/pinnedClips'
import { randomStream } from '#shared/random'

const sampleRate = 1000

/** A sound with `level` in each second. */
function part(levels: readonly number[]): PartToPin {
  const value = (i: number) => (levels[Math.floor(i / sampleRate)] ?? 0) * (i % 2 === 0 ? 1 : -1)
  return {
    frames: levels.length * sampleRate,
    read: (start, length) => {
      const side = () => Float32Array.from({ length }, (_, i) => value(start + i))
      return [side(), side()]
    },
  }
}

const quiet = Array.from({ length: 60 }, () => 0)
const sung = quiet.map((_, second) => ((second >= 20 && second < 32) || second >= 45 ? 0.5 : 0))
const piece: PieceToPin = {
  name: 'Song',
  split: 'validation',
  sampleRate,
  parts: { vocals: part(sung), accompaniment: part(quiet.map(() => 0.9)) },
}
const options = { seconds: 6, margin: 4 }

describe('pinned clips', () => {
  it('are where vocals sing, whatever the music does, do not overlap, and follow from the seed', () => {
    const clips = pinClips(piece, 3, options, randomStream(5))
    expect(clips).toHaveLength(3)
    for (const { targets } of clips) {
      const heard = targets.vocals!.channels[0]!.filter((value) => value !== 0).length / sampleRate
      expect(heard).toBeGreaterThanOrEqual(3)
    }
    const names = (seed: number) => pinClips(piece, 3, options, randomStream(seed)).map(({ name }) => name)
    expect(new Set(names(5)).size).toBe(3)
    expect(names(5)).toEqual(clips.map(({ name }) => name))
    expect([1, 2, 3, 4].map((seed) => names(seed).join())).not.toEqual(Array(4).fill(names(5).join()))
  })

  it('keep what lies around them, and their true parts add up to the mixture', () => {
    const once = quiet.map((_, second) => (second >= 20 && second < 32 ? 0.5 : 0))
    const [clip] = pinClips({ ...piece, parts: { ...piece.parts, vocals: part(once) } }, 1, options, randomStream(5))
    const { mixture, span, targets } = clip!
    expect(span).toEqual({ start: 4000, end: 10_000 })
    expect(mixture.channels[1]!.length).toBe(14_000)
    for (let i = 0; i < 6000; i += 7) {
      const sum = targets.vocals!.channels[1]![i]! + targets.accompaniment!.channels[1]![i]!
      expect(mixture.channels[1]![span.start + i]).toBeCloseTo(sum, 6)
    }
  })

  it('of a piece that is shorter than a clip are all of it, once', () => {
    const short = { ...piece, parts: { mixture: part([0.5, 0.5, 0.5]) } }
    const clips = pinClips(short, 3, options, randomStream(1))
    expect(clips.map(({ span, targets }) => [span, targets])).toEqual([[{ start: 0, end: 3000 }, {}]])
  })

  it('come from as many songs as there are', () => {
    const counts = (songs: number) => shareClips(Array.from({ length: songs }, (_, i) => i), 3, randomStream(1)).map(({ clips }) => clips)
    expect([counts(1), counts(2), counts(3), counts(9)]).toEqual([[3], [2, 1], [1, 1, 1], [1, 1, 1]])
  })
})
