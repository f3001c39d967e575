import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { laneGains, StemPlayer } from '#renderer/playback/stemPlayer'
import type { WavSource } from '#renderer/playback/wavSource'

const sampleRate = 100
const frames = 1050

/** A clock that is set by hand, and a list of what would be heard. */
function fakeContext() {
  const pieces: { samples: Float32Array; at: number; lane: number; stopped: boolean }[] = []
  const context = {
    currentTime: 0,
    destination: {},
    lanes: 0,
    resume: () => Promise.resolve(),
    close: () => Promise.resolve(),
    createGain: () => {
      const lane = context.lanes++
      return { lane, gain: { value: 1, setTargetAtTime(value: number) { this.value = value } }, connect: () => {} }
    },
    createBuffer: (_channels: number, length: number) => ({
      samples: new Float32Array(length),
      copyToChannel(samples: Float32Array<ArrayBuffer>) {
        this.samples = samples
      },
    }),
    createBufferSource: () => {
      const node = {
        buffer: undefined as { samples: Float32Array } | undefined,
        lane: -1,
        piece: undefined as (typeof pieces)[number] | undefined,
        connect(gain: { lane: number }) {
          node.lane = gain.lane
        },
        start(at: number) {
          node.piece = { samples: node.buffer!.samples, at, lane: node.lane, stopped: false }
          pieces.push(node.piece)
        },
        stop() {
          node.piece!.stopped = true
        },
      }
      return node
    },
  }
  return { context, pieces }
}

/** A file whose samples are their own numbers, so that every sample says where it belongs. */
function countingSource(offset: number): WavSource {
  return {
    sampleRate,
    frames,
    channels: 1,
    dataStart: 44,
    bytesPerSample: 4,
    encoding: 'float',
    read: (first, count) =>
      Promise.resolve([Float32Array.from({ length: Math.max(0, Math.min(count, frames - first)) }, (_, i) => offset + first + i)]),
  }
}

describe('the player', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function start() {
    const { context, pieces } = fakeContext()
    const player = new StemPlayer([countingSource(0), countingSource(10000)], () => context as unknown as AudioContext)
    const advance = async (seconds: number) => {
      for (let i = 0; i < seconds * 10; i++) {
        context.currentTime += 0.1
        await vi.advanceTimersByTimeAsync(100)
      }
    }
    return { context, pieces, player, advance }
  }

  it('plays every sample of both stems once, in step and without a gap', async () => {
    const { pieces, player, advance } = start()
    const ended = vi.fn<() => void>()
    player.onEnd = ended
    void player.play()
    await advance(12)
    for (const lane of [0, 1]) {
      const own = pieces.filter((piece) => piece.lane === lane)
      const heard = own.flatMap(({ samples }) => [...samples])
      expect(heard).toEqual(Array.from({ length: frames }, (_, i) => lane * 10000 + i))
      const beginning = own[0]!.at
      expect(own.map(({ at }) => Math.round((at - beginning) * sampleRate))).toEqual(own.map(({ samples }) => samples[0]! - lane * 10000))
    }
    const times = (lane: number) => pieces.filter((piece) => piece.lane === lane).map(({ at }) => at)
    expect(times(0)).toEqual(times(1))
    expect(ended).toHaveBeenCalledOnce()
    expect([player.playing, player.position()]).toEqual([false, 0])
  })

  it('fetches only a few seconds ahead, so that a song of hours does not fill the memory', async () => {
    const { pieces, player, advance } = start()
    void player.play()
    await advance(1)
    const last = Math.max(...pieces.filter(({ lane }) => lane === 0).map(({ samples }) => samples.at(-1)!))
    expect(last / sampleRate).toBeLessThan(7)
    player.pause()
  })

  it('seeks to the exact frame, silences what was scheduled, and plays on', async () => {
    const { pieces, player, advance } = start()
    void player.play()
    await advance(0.5)
    void player.seek(7.37)
    const before = pieces.length
    expect(pieces.every(({ stopped }) => stopped)).toBe(true)
    await advance(0.5)
    expect(pieces[before]!.samples[0]).toBe(737)
    expect(player.playing).toBe(true)
    player.pause()
    const held = player.position()
    await advance(1)
    expect(player.position()).toBe(held)
    expect(pieces.every(({ stopped }) => stopped)).toBe(true)
  })

  it('schedules nothing when it is paused while the first samples are still on their way', async () => {
    const { pieces, player, advance } = start()
    void player.play()
    player.pause()
    await advance(1)
    expect(pieces).toEqual([])
    expect(player.playing).toBe(false)
  })
})

describe('lane gains', () => {
  const lane = (change: Partial<{ solo: boolean; mute: boolean; gain: number }> = {}) => ({ solo: false, mute: false, gain: 0, ...change })

  it('lets a solo silence the others, a mute win over its own solo, and decibels be decibels', () => {
    expect(laneGains([lane(), lane()])).toEqual([1, 1])
    expect(laneGains([lane({ solo: true }), lane()])).toEqual([1, 0])
    expect(laneGains([lane({ solo: true, mute: true }), lane()])).toEqual([0, 1])
    expect(laneGains([lane({ mute: true }), lane()])).toEqual([0, 1])
    expect(laneGains([lane({ gain: -20 }), lane({ gain: 6 })])).toEqual([0.1, expect.closeTo(1.995)])
  })
})
