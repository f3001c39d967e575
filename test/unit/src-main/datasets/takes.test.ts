import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rms } from '#main/datasets/effects/dynamics'
import type { Recording, RecordingKind } from '#main/datasets/recordings'
import { takeStudio, type TakeConfig } from '#main/datasets/takes'
import { createFft, type Fft } from '#shared/dsp/fft'
import { randomStream } from '#shared/random'

const config: TakeConfig = { sampleRate: 8000, vocalLength: 4000, musicLength: 8000, fromSongs: 0.5, voiceWeights: {} }
let fft: Fft
beforeAll(async () => {
  fft = await createFft(32_768)
})
afterAll(() => fft.dispose())

interface Reading { id: string; start: number; length: number }

/** A recording of noise that notes what is read of it. */
function recording(kind: RecordingKind, group: string, frames: number, readings: Reading[] = []): Recording {
  const id = `${group}/${kind}`
  return {
    id,
    kind,
    group,
    frames,
    active: [[0, frames]],
    read(start, length) {
      readings.push({ id, start, length })
      const random = randomStream(start)
      const side = () => Float32Array.from({ length }, (_, i) => (start + i < frames ? 0.05 * random.normal() : 0))
      return [side(), side()]
    },
  }
}

const all = (readings?: Reading[]) => [
  recording('songVocals', 'song', 30_000, readings),
  recording('songMusic', 'song', 30_000, readings),
  recording('voice', 'choir/a', 9000, readings),
  recording('music', 'band', 5000, readings),
]

describe('takes', () => {
  it('have the length asked for and one level, whatever befalls them, and no sample that is no number', () => {
    const studio = takeStudio(all(), config, { vocals: fft, music: fft })
    for (let seed = 0; seed < 40; seed++) {
      const [vocals, music] = [studio.vocals(randomStream(seed)), studio.music(randomStream(seed))]
      expect([...vocals, ...music].map((samples) => samples.length)).toEqual([4000, 4000, 8000, 8000])
      expect([...vocals, ...music].every((samples) => samples.every(Number.isFinite))).toBe(true)
      // A voice that begins with a pause, or is mostly one, may stay quieter.
      expect(rms(vocals)).toBeLessThan(0.1001)
      expect(rms(music)).toBeCloseTo(0.1, 4)
    }
  })

  it('are a function of the stream that they are drawn with', () => {
    const studio = takeStudio(all(), config, { vocals: fft, music: fft })
    const first = studio.vocals(randomStream(7))
    studio.vocals(randomStream(8))
    expect(studio.vocals(randomStream(7))).toEqual(first)
    expect(studio.vocals(randomStream(8))).not.toEqual(first)
  })

  it('never read before the beginning of a recording, nor from beyond its end', () => {
    const readings: Reading[] = []
    const studio = takeStudio(all(readings), config, { vocals: fft, music: fft })
    for (let seed = 0; seed < 60; seed++) {
      studio.vocals(randomStream(seed))
      studio.music(randomStream(seed))
    }
    const frames = new Map(all().map((each) => [each.id, each.frames]))
    expect(readings.filter(({ id, start }) => !(start >= 0 && start < frames.get(id)!))).toEqual([])
    expect(new Set(readings.map(({ id }) => id)).size).toBe(4)
  })

  it('draw folders of voices by their weight, and none of weight 0', () => {
    const readings: Reading[] = []
    const voices = ['loud/a', 'loud/b', 'rare/a', 'never/a'].map((group) => recording('voice', group, 9000, readings))
    const weighted = { ...config, voiceWeights: { loud: 4, rare: 1, never: 0 } }
    const studio = takeStudio([...voices, recording('music', 'band', 9000)], weighted, { vocals: fft, music: fft })
    for (let seed = 0; seed < 200; seed++) studio.vocals(randomStream(seed))
    const count = (folder: string) => readings.filter(({ id }) => id.startsWith(folder)).length / readings.length
    expect(count('never')).toBe(0)
    expect(count('loud')).toBeGreaterThan(0.7)
    expect(count('rare')).toBeGreaterThan(0.1)
  })
})
