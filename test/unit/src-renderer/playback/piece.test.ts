import { describe, expect, it } from 'vitest'
import { cutPiece } from '#renderer/playback/piece'
import { SoundReader } from '#renderer/playback/sounds'
import { emptyProject, type Project, type Track } from '#shared/project/project'

const frames = 44100
const samples = Float32Array.from({ length: frames }, (_, i) => Math.sin(i))
const track: Track = {
  id: 'track', name: 'T', role: 'other', gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform',
  clips: [{ id: 'clip', sourceId: 'song', start: 0, offset: 0, length: frames, gain: 0, fadeIn: 0, fadeOut: 0 }],
}
const project: Project = {
  ...emptyProject('p', 'P'), sampleRate: 44100, tracks: [track],
  sources: [{ id: 'song', name: 'song', soundId: 'song', sampleRate: 44100, channels: 1, frames }],
}

/** A reader that counts how often samples are asked for. */
function countingReader(): { sounds: SoundReader; count: () => number } {
  let asked = 0
  const sounds = new SoundReader(async () => ({ frames, channels: 1, sampleRate: 44100, read: async (first, count) => [samples.slice(first, first + count)] }))
  const { readerOf } = sounds
  sounds.readerOf = (...args) => {
    const read = readerOf.apply(sounds, args)
    return (...part) => {
      asked++
      return read(...part)
    }
  }
  return { sounds, count: () => asked }
}

describe('a piece', () => {
  it('of a loop of one frame is read a few times, not thousands of times, which would stop the page', async () => {
    const { sounds, count } = countingReader()
    const piece = await cutPiece([project], { end: frames, loop: { start: 500, end: 501 } }, 499, 22_050, sounds)
    expect(count()).toBeLessThan(10)
    expect(piece.frames).toBe(22_050)
    expect([...piece.lanes[0]![0].subarray(0, 4)]).toEqual([samples[499], samples[500], samples[500], samples[500]])
    expect(piece.lanes[0]![0].at(-1)).toBe(samples[500])
  })

  it('goes round a loop sample by sample, with what is left over at its end', async () => {
    const piece = await cutPiece([project], { end: frames, loop: { start: 10, end: 13 } }, 8, 10, countingReader().sounds)
    expect([...piece.lanes[0]![0]]).toEqual([8, 9, 10, 11, 12, 10, 11, 12, 10, 11].map((at) => samples[at]))
  })
})
