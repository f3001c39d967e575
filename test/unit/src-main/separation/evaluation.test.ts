import { describe, expect, it } from 'vitest'
import type { Engine } from '#main/engine/engine'
import { evaluateSong, summarizeScores, type ReferenceSong } from '#main/separation/evaluation'
import type { Separator } from '#main/separation/separator'
import { busiestStretch, scorePiece, type ReferencePiece } from '#main/separation/validation'
import { presets } from '#main/training/presets'
import type { Stereo } from '#shared/audio/audioClip'
import { blocksOf, quietContext } from '#test/soundFiles'

const sampleRate = 44100

/** A separator whose masks all say `share`. */
function constantSeparator(share: number): Separator {
  return {
    config: presets.tiny.model,
    engine: {} as Engine,
    batch: 2,
    masks: {
      run: async ({ features }) => ({ vocalMask: new Float32Array((features!.length / 5) * 2).fill(share) }),
      dispose: () => {},
    },
    dispose: () => {},
  }
}

const tone = (seconds: number, frequency: number, amplitude: number) =>
  Float32Array.from({ length: seconds * sampleRate }, (_, i) => amplitude * Math.sin((2 * Math.PI * frequency * i) / sampleRate))
const both = (samples: Float32Array): Stereo => [samples, samples.slice()]

function song(vocals: Stereo, accompaniment: Stereo, onClose = () => {}): ReferenceSong {
  const closing = (planes: Stereo, size: number) => ({
    async *[Symbol.asyncIterator]() {
      try {
        yield* blocksOf(planes, size)
      } finally {
        onClose()
      }
    },
  })
  return { sampleRate, channels: 2, vocals: () => closing(vocals, 5000), accompaniment: () => closing(accompaniment, 3333) }
}

describe('evaluation', () => {
  const vocals = both(tone(2, 400, 0.3))
  const music = both(tone(2, 3000, 0.1))

  it('scores a separator that is right far above doing nothing, and one that is wrong by what it gets wrong', async () => {
    const silent = both(new Float32Array(2 * sampleRate))
    const right = await evaluateSong(song(vocals, silent), constantSeparator(1), 'fast', quietContext())
    expect(right.vocals.usdr).toBeGreaterThan(60)
    // Half of the vocals are missing: an error a quarter of their energy.
    const half = await evaluateSong(song(vocals, silent), constantSeparator(0.5), 'fast', quietContext())
    expect(half.vocals.usdr).toBeCloseTo(10 * Math.log10(4), 1)
  })

  it('scores the mixture as the estimate by the ratio of the stems, and the oracle above it', async () => {
    const scores = await evaluateSong(song(vocals, music), constantSeparator(1), 'fast', quietContext())
    expect(scores.mixture.usdr).toBeCloseTo(20 * Math.log10(0.3 / 0.1), 2)
    expect(scores.vocals.usdr).toBeCloseTo(scores.mixture.usdr, 2)
    // All is taken for vocals: what is left for the music is nothing, an error as large as itself.
    expect(scores.accompaniment.usdr).toBeCloseTo(0, 1)
    expect(scores.oracle.usdr).toBeGreaterThan(scores.mixture.usdr + 15)
  })

  it('closes every file that it opened, also when it is cancelled', async () => {
    let open = 0
    const counted = song(vocals, music, () => open--)
    const opening = { ...counted, vocals: () => (open++, counted.vocals()), accompaniment: () => (open++, counted.accompaniment()) }
    await evaluateSong(opening, constantSeparator(1), 'fast', quietContext())
    expect(open).toBe(0)
    const stop = new AbortController()
    const context = { ...quietContext(stop.signal), yieldTurn: async () => stop.abort() }
    await expect(evaluateSong(opening, constantSeparator(1), 'fast', context)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(open).toBe(0)
  })

  it('sums songs up row by row', () => {
    const scores = (usdr: number) => ({ usdr, csdr: usdr, sisdr: usdr })
    const rows = (more: number) => ({ vocals: scores(1 + more), accompaniment: scores(2 + more), mixture: scores(3 + more), oracle: scores(4 + more) })
    expect(summarizeScores([rows(0), rows(2)])).toEqual(rows(1))
  })
})

describe('validation', () => {
  const piece = (vocals: Stereo, accompaniment: Stereo): ReferencePiece => ({ name: 'piece', sampleRate, vocals, accompaniment })

  it('scores the vocals of the sum of both stems', async () => {
    const scored = await scorePiece(piece(both(tone(2, 400, 0.3)), both(tone(2, 3000, 0.1))), constantSeparator(1), 'fast', quietContext())
    expect(scored.usdr).toBeCloseTo(20 * Math.log10(3), 2)
  })

  it('listens where most is sung, in both stems alike, and to all of a shorter piece', () => {
    const sung = new Float32Array(8 * sampleRate)
    sung.set(tone(2, 400, 0.3), 5 * sampleRate)
    sung.set(tone(1, 400, 0.1), 0)
    const ramp = Float32Array.from(sung, (_, i) => i)
    const whole = piece(both(sung), both(ramp))
    const stretch = busiestStretch(whole, 2)
    expect(stretch.accompaniment[1][0]).toBe(5 * sampleRate)
    expect([...stretch.vocals, ...stretch.accompaniment].map((samples) => samples.length)).toEqual(Array(4).fill(2 * sampleRate))
    expect(busiestStretch(whole, 20)).toBe(whole)
  })
})
