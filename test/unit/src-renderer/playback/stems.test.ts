import { describe, expect, it } from 'vitest'
import { matchedGains } from '#renderer/playback/levelMatch'
import { mixReference } from '#renderer/playback/mixReference'
import { nullDecibels, nullPeaks, nullWindow } from '#renderer/playback/nullMeter'
import { SoundReader } from '#renderer/playback/sounds'
import type { ReadSource } from '#shared/audio/mixing'
import { emptyProject, type Clip, type Project, type Source, type Track } from '#shared/project/project'

const frames = 100_000
const source = (id: string, stem?: Source['stem']): Source => ({ id, name: id, soundId: id, sampleRate: 44100, channels: 1, frames, stem })
const stem = (otherId: string, offset = 0) => ({ name: 'vocals' as const, mixtureId: 'mix', offset, modelId: 'm', quality: 'fast', otherId, exponent: 1 })
const clip = (sourceId: string, start: number, offset: number, length: number): Clip => ({ id: `${sourceId}${start}`, sourceId, start, offset, length, gain: 0, fadeIn: 0, fadeOut: 0 })
const track = (clips: Clip[], change: Partial<Track> = {}): Track => ({
  id: `t${JSON.stringify(clips)}`, name: 'T', role: 'other', gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform', clips, ...change,
})
const projectOf = (tracks: Track[], offset = 0): Project => ({
  ...emptyProject('p', 'P'), sampleRate: 44100, tracks,
  sources: [source('mix'), source('vocals', stem('music', offset)), source('music', stem('vocals', offset)), source('other')],
})
const places = (project: Project) => project.tracks.map(({ clips }) => clips.map(({ sourceId, start, offset, length }) => [sourceId, start, offset, length]))

describe('the mix that tracks are compared with', () => {
  it('is the song once wherever stems of it play in step, also when they come from the middle of it', () => {
    const project = projectOf([track([clip('vocals', 1000, 0, 500), clip('vocals', 2000, 1000, 10)]), track([clip('music', 1200, 200, 800)])], 7000)
    // One shift, so one track: the spans overlap and touch.
    expect(places(mixReference(project))).toEqual([[['mix', 1000, 7000, 1010]]])
  })

  it('keeps what is out of step apart, plays other sounds as they are, and leaves out what is muted', () => {
    const project = projectOf([
      track([clip('vocals', 0, 0, 100)]), track([clip('music', 10, 0, 100)]), track([clip('other', 50, 3, 9)]), track([clip('mix', 500, 0, 9)], { muted: true }),
    ])
    expect(places(mixReference(project))).toEqual([[['mix', 0, 0, 100]], [['mix', 10, 0, 100]], [['other', 50, 3, 9]]])
  })

  it('has no gain, no fade and no pan', () => {
    const loud = track([{ ...clip('vocals', 0, 0, 100), gain: 6, fadeIn: 50 }], { gain: -20, pan: 1 })
    expect(mixReference(projectOf([loud])).tracks).toMatchObject([{ gain: 0, pan: 0, clips: [{ gain: 0, fadeIn: 0 }] }])
  })
})

/** A multiple of a power of two, so that a quarter of it and the rest add up exactly. */
const onGrid = (i: number) => Math.round(Math.sin(i) * 4096) / 4096

describe('the null meter', () => {
  const samples: Record<string, (i: number) => number> = {
    mix: onGrid, vocals: (i) => onGrid(i) / 4, music: (i) => (onGrid(i) * 3) / 4, other: () => 0.5,
  }
  const read: ReadSource = (id, first, count) =>
    Promise.resolve([Float32Array.from({ length: Math.max(0, Math.min(count, frames - first)) }, (_, i) => samples[id]!(first + i))])

  it('is exactly 0 where stems add up, with one of them muted or missing, and says nothing where none plays', async () => {
    const peaks = await nullPeaks(projectOf([track([clip('vocals', nullWindow, 500, nullWindow)], { muted: true })]), 0, 3 * nullWindow, read)
    expect(peaks).toEqual([undefined, 0, undefined])
    expect(nullDecibels(0)).toBe(-200)
    expect(await nullPeaks(projectOf([track([clip('mix', 0, 0, 5000)])]), 0, 5000, read)).toEqual([undefined, undefined, undefined])
  })

  it('finds one wrong sample, at its place', async () => {
    const wrong: ReadSource = async (id, first, count) => {
      const planes = await read(id, first, count)
      const at = 3 * nullWindow - first
      if (id === 'music' && at >= 0 && at < count) planes[0]![at]! += 0.001
      return planes
    }
    const project = projectOf([track([clip('vocals', 0, 0, frames)]), track([clip('music', 0, 0, frames)])])
    const peaks = await nullPeaks(project, nullWindow, 4 * nullWindow, wrong)
    expect(peaks.map((peak) => peak! > 1e-7)).toEqual([false, false, true, false])
    expect(nullDecibels(peaks[2]!)).toBeCloseTo(-60, 1)
  })

  it('looks at the mixture where the stems begin in it', async () => {
    const shifted: ReadSource = async (id, first, count) => (id === 'mix' ? read(id, first - 700, count) : read(id, first, count))
    const project = projectOf([track([clip('music', 0, 100, 1000)])], 700)
    expect(await nullPeaks(project, 0, 1000, shifted)).toEqual([0])
  })
})

describe('matched levels', () => {
  it('turn the louder version down to the quieter one, and leave a silent one out', async () => {
    const levels: Record<string, number> = { mix: 0.5, vocals: 0.05, other: 0 }
    const sounds = new SoundReader((id) =>
      Promise.resolve({
        sampleRate: 44100, channels: 1, frames,
        read: (first: number, count: number) => Promise.resolve([Float32Array.from({ length: count }, (_, i) => levels[id]! * Math.sin((first + i) * 0.14))]),
      }),
    )
    const versions = ['mix', 'vocals', 'other'].map((id) => projectOf([track([clip(id, 0, 0, frames)])]))
    const gains = await matchedGains(versions, { start: 0, end: 44100 }, sounds)
    expect(gains[0]).toBeCloseTo(0.1, 4)
    expect(gains.slice(1)).toEqual([1, 1])
  })
})
