import { describe, expect, it } from 'vitest'
import { audibleTracks, clipGainAt, gainOf, mixTrack, mixTracks, panGains, trackGains, type ReadSource } from '#shared/audio/mixing'
import type { Clip, Track } from '#shared/project/project'
import { randomStream } from '#shared/random'

const random = randomStream(7)
const noise = (frames: number) => Float32Array.from({ length: frames }, () => random.between(-1, 1))
const sources: Record<string, Float32Array[]> = { stereo: [noise(1000), noise(1000)], mono: [noise(1000)] }
const read: ReadSource = (id, first, count) => Promise.resolve(sources[id]!.map((samples) => samples.subarray(first, first + count)))

const clip = (change: Partial<Clip> = {}): Clip => ({
  id: 'c', sourceId: 'stereo', start: 0, offset: 0, length: 1000, gain: 0, fadeIn: 0, fadeOut: 0, ...change,
})
const track = (clips: Clip[], change: Partial<Track> = {}): Track => ({
  id: 't', name: 'T', role: 'other', gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform', clips, ...change,
})

/** One array, so that 0 and -0 count as the same sound. */
const plain = (samples: Float32Array) => Array.from(samples, (value) => value + 0)

describe('gain laws', () => {
  it('are exactly 1 at 0 dB and in the middle, so that an untouched track stays untouched to the bit', () => {
    expect(gainOf(0)).toBe(1)
    expect(gainOf(-Infinity)).toBe(0)
    expect(panGains(0)).toEqual([1, 1])
    expect(trackGains({ gain: 0, pan: 0 })).toEqual([1, 1])
    expect(trackGains({ gain: -6, pan: 0.3 }).every((gain) => gain === Math.fround(gain))).toBe(true)
  })

  it('keep the power of a pan constant, and silence the far side at either end', () => {
    for (const pan of [-0.99, -0.5, 0.1, 0.77]) {
      const [left, right] = panGains(pan)
      expect(left ** 2 + right ** 2).toBeCloseTo(2, 12)
      expect(left > right).toBe(pan < 0)
    }
    expect(panGains(-1)).toEqual([Math.SQRT2, 0])
    expect(panGains(1)).toEqual([0, Math.SQRT2])
  })

  it('fade out as the mirror image of fading in, so that a cross-fade keeps the power', () => {
    const fading = clip({ length: 400, fadeIn: 100, fadeOut: 100 })
    for (let i = 0; i < 100; i++) {
      const up = clipGainAt(fading, i)
      expect(clipGainAt(fading, 399 - i)).toBe(up)
      expect(up ** 2 + clipGainAt(fading, 300 + i) ** 2).toBeCloseTo(1, 6)
    }
    expect(clipGainAt(fading, 100)).toBe(1)
    expect(clipGainAt(fading, 299)).toBe(1)
  })

  it('let a solo silence the others, and mute win over its own solo', () => {
    const named = (name: string, change: Partial<Track>) => track([], { name, ...change })
    const names = (...tracks: Track[]) => audibleTracks(tracks).map(({ name }) => name)
    expect(names(named('a', {}), named('b', {}))).toEqual(['a', 'b'])
    expect(names(named('a', { soloed: true }), named('b', {}))).toEqual(['a'])
    expect(names(named('a', { soloed: true, muted: true }), named('b', {}))).toEqual(['b'])
    expect(names(named('a', { muted: true }), named('b', {}))).toEqual(['b'])
  })
})

describe('mixing', () => {
  it('gives a source back to the bit at unity, wherever blocks begin and end', async () => {
    const whole = track([clip({ start: 37, offset: 11, length: 900 })])
    const parts = [await mixTracks([whole], 0, 500, read), await mixTracks([whole], 500, 1, read), await mixTracks([whole], 501, 499, read)]
    for (const channel of [0, 1]) {
      const heard = parts.flatMap((block) => plain(block[channel]!))
      expect(heard.slice(37, 937)).toEqual(plain(sources['stereo']![channel]!.subarray(11, 911)))
      expect([...heard.slice(0, 37), ...heard.slice(937)].every((value) => value === 0)).toBe(true)
    }
  })

  it('plays one channel on both sides, and silence behind the end of a source', async () => {
    const [left, right] = await mixTrack(track([clip({ sourceId: 'mono', start: 0, offset: 900, length: 300 })]), 0, 300, read)
    expect(plain(left)).toEqual(plain(right))
    expect(plain(left.subarray(0, 100))).toEqual(plain(sources['mono']![0]!.subarray(900)))
    expect(left.subarray(100).every((value) => value === 0)).toBe(true)
  })

  it('rounds after each gain and each sum, in the order of the tracks, as the player does', async () => {
    const tracks = [
      track([clip({ gain: -3 })], { gain: -4, pan: 0.25 }),
      track([clip({ sourceId: 'mono', offset: 5, length: 995 })], { gain: 2 }),
      track([clip({ offset: 300, length: 700 })], { muted: true }),
    ]
    const [left] = await mixTracks(tracks, 10, 50, read)
    const [first] = trackGains(tracks[0]!)
    for (let i = 0; i < 50; i++) {
      const a = Math.fround(Math.fround(sources['stereo']![0]![10 + i]! * gainOf(-3)) * first)
      const b = Math.fround(sources['mono']![0]![15 + i]! * gainOf(2))
      expect(left[i]).toBe(Math.fround(a + b))
    }
  })

  it('fades over the frames of the clip, not those of the block', async () => {
    const fading = clip({ length: 600, fadeIn: 200, fadeOut: 300, gain: -6 })
    const whole = await mixTrack(track([fading]), 0, 600, read)
    const block = await mixTrack(track([fading]), 150, 300, read)
    expect(plain(block[0])).toEqual(plain(whole[0].subarray(150, 450)))
    expect(whole[0][20]).toBe(Math.fround(sources['stereo']![0]![20]! * clipGainAt(fading, 20)))
    expect(whole[0][250]).toBe(Math.fround(sources['stereo']![0]![250]! * gainOf(-6)))
    expect(whole[0][599]).toBe(Math.fround(sources['stereo']![0]![599]! * clipGainAt(fading, 599)))
  })
})
