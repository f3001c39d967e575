import { describe, expect, it } from 'vitest'
import { ChunkCache, chunkFrames } from '#renderer/playback/chunkCache'
import type { PlayableSound } from '#renderer/playback/wavSource'

/** A sound whose samples are their own numbers; `ready` frames of it are there. */
function counting(frames: number, state = { ready: frames, failing: false }) {
  const asked: [first: number, count: number][] = []
  const sound: PlayableSound = {
    sampleRate: 44100, channels: 2, frames,
    read(first, count) {
      asked.push([first, count])
      if (state.failing) return Promise.reject(new Error('gone'))
      const length = Math.max(0, Math.min(count, state.ready - first))
      return Promise.resolve([1, -1].map((sign) => Float32Array.from({ length }, (_, i) => sign * (first + i))))
    },
  }
  return { sound, asked, state }
}

const hours = 3 * 3600 * 44100

describe('the cache of chunks', () => {
  it('gives any stretch, over the boundaries of chunks and shorter at the end', async () => {
    const { sound } = counting(3 * chunkFrames + 100)
    const cache = new ChunkCache(1 << 30)
    const cases = [[0, 1], [chunkFrames - 2, 4], [5, 3 * chunkFrames], [3 * chunkFrames + 90, 50], [3 * chunkFrames + 100, 10], [chunkFrames, chunkFrames]] as const
    for (const [first, count] of cases) {
      const [left, right] = await cache.read(sound, first, count)
      const length = Math.min(count, sound.frames - first)
      expect(left!.length).toBe(length)
      expect(left!.every((value, i) => value === first + i)).toBe(true)
      expect(right!.every((value, i) => value === -(first + i))).toBe(true)
    }
  })

  it('fetches a chunk once for all readers', async () => {
    const { sound, asked } = counting(hours)
    const cache = new ChunkCache(1 << 30)
    await Promise.all([cache.read(sound, 10, 10), cache.read(sound, 900, 100), cache.read(sound, 0, chunkFrames)])
    expect(asked).toEqual([[0, chunkFrames]])
  })

  it('keeps to its limit over hours of sound, and what was used last stays', async () => {
    const { sound, asked } = counting(hours)
    const cache = new ChunkCache(4 * chunkFrames * 8)
    for (let chunk = 0; chunk < 40; chunk++) await cache.read(sound, chunk * chunkFrames, 100)
    asked.length = 0
    await cache.read(sound, 39 * chunkFrames, 100)
    await cache.read(sound, 36 * chunkFrames, 100)
    expect(asked).toEqual([])
    await cache.read(sound, 35 * chunkFrames, 100)
    expect(asked.length).toBe(1)
  })

  it('asks again for what was not there yet, and for what failed', async () => {
    const { sound, state } = counting(2 * chunkFrames)
    state.ready = chunkFrames + 50
    const cache = new ChunkCache(1 << 30)
    expect((await cache.read(sound, chunkFrames, 100))[0]!.length).toBe(50)
    expect((await cache.read(sound, chunkFrames - 10, 100))[0]!.length).toBe(60)
    state.ready = 2 * chunkFrames
    expect((await cache.read(sound, chunkFrames, 100))[0]!.length).toBe(100)
    state.failing = true
    await expect(cache.read(sound, 0, 10)).resolves.toBeDefined()
    const other = counting(100, { ready: 100, failing: true })
    await expect(cache.read(other.sound, 0, 10)).rejects.toThrow('gone')
    other.state.failing = false
    expect((await cache.read(other.sound, 0, 10))[0]!.length).toBe(10)
  })
})
