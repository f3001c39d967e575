import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventFeatureCount } from '#main/datasets/clips/eventFeatures'
import { createMelAnalysis, type MelAnalysis } from '#main/datasets/clips/melClip'
import { findSound, type SoundFinder } from '#main/detecting/findSound'
import { melClipOf } from '#main/models/detect/melClipConfig'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'

const clip = melClipOf(3)
const rate = clip.sampleRate
const seconds = 75
const bursts = [3, 20.5, 23.9, 47.6, 47.6 + 1.2, 74.2]

let mel: MelAnalysis
beforeAll(async () => {
  mel = await createMelAnalysis(clip)
})
afterAll(() => mel.dispose())

/** Soft noise with loud bursts of 0.2 s. */
function recording(): Float32Array {
  const random = randomStream(4)
  const samples = Float32Array.from({ length: seconds * rate }, () => 1e-3 * random.normal())
  for (const at of bursts) for (let i = 0; i < 0.2 * rate; i++) samples[Math.round(at * rate) + i]! += 0.3 * random.normal()
  return samples
}

/** A classifier that finds what is suddenly loud: the steepest rise of all frames, in decibels. */
function finder(): SoundFinder {
  const rise = 16 + 16 + 48 + 5
  const weights = Array.from({ length: eventFeatureCount }, (_, i) => (i === rise ? 3 : 0))
  return { mel, clip, classifier: { mean: weights.map(() => 0).with(rise, 8), deviation: weights.map(() => 1), weights, bias: 0 } }
}

async function* inBlocks(samples: Float32Array, size: number): AsyncGenerator<Float32Array> {
  for (let at = 0; at < samples.length; at += size) yield samples.subarray(at, at + size)
}

describe('finding a sound in a recording', () => {
  it('finds every burst where it is, across the edges of what is looked at together', async () => {
    const found = await findSound(inBlocks(recording(), 16384), finder(), seconds, quietContext())
    // The recording itself begins suddenly.
    const loud = found.candidates.filter(({ start, score }) => score > 0.9 && start > 0.2)
    expect(found.seconds).toBeCloseTo(seconds, 6)
    expect(loud).toHaveLength(bursts.length)
    for (const [i, at] of bursts.entries()) {
      expect(Math.abs(loud[i]!.start - at)).toBeLessThan(0.08)
      expect(Math.abs(loud[i]!.end - (at + 0.2))).toBeLessThan(0.12)
    }
  })

  it('gives the same however the recording is cut into blocks', async () => {
    const samples = recording()
    const [whole, pieces] = [await findSound(inBlocks(samples, samples.length), finder(), seconds, quietContext()), await findSound(inBlocks(samples, 997), finder(), seconds, quietContext())]
    expect(pieces.candidates).toHaveLength(whole.candidates.length)
    for (const [i, { start, end, score }] of pieces.candidates.entries()) {
      expect(start).toBe(whole.candidates[i]!.start)
      expect(end).toBe(whole.candidates[i]!.end)
      expect(score).toBeCloseTo(whole.candidates[i]!.score, 5)
    }
  })

  it('finds nothing in silence, nor in nothing', async () => {
    expect((await findSound(inBlocks(new Float32Array(5 * rate), 4096), finder(), 5, quietContext())).candidates).toEqual([])
    expect(await findSound(inBlocks(new Float32Array(0), 4096), finder(), 0, quietContext())).toEqual({ candidates: [], seconds: 0 })
  })

  it('stops when it is cancelled', async () => {
    const cancel = new AbortController()
    const context = { ...quietContext(), signal: cancel.signal, onProgress: () => cancel.abort() }
    await expect(findSound(inBlocks(recording(), 16384), finder(), seconds, context)).rejects.toThrowError(/abort/i)
  })
})
