import { describe, expect, it } from 'vitest'
import { drawTile, mergeTiles, type SampleRange, tileBins, tileColumns, tileGrid } from '#shared/dsp/spectrogramTile'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'

/** A sound in memory that refuses to be read outside of itself. */
function soundOf(...channels: Float32Array[]): SampleRange {
  const frames = channels[0]!.length
  return {
    frames,
    channels: channels.length,
    async read(first, count) {
      if (first < 0 || count < 0 || first + count > frames) throw new RangeError(`${count} frames from ${first} of ${frames} were asked for.`)
      return channels.map((plane) => plane.subarray(first, first + count))
    },
  }
}

const rate = 44100
const sine = (frames: number, hertz: number, level: number) =>
  Float32Array.from({ length: frames }, (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / rate))
const noise = (frames: number, seed: number) => {
  const random = randomStream(seed)
  return Float32Array.from({ length: frames }, () => random.between(-0.5, 0.5))
}
const draw = (sound: SampleRange, level: number, index: number) => drawTile(sound, tileGrid(rate, sound.frames), level, index, quietContext())
const highest = (bytes: Uint8Array) => bytes.reduce((most, value) => Math.max(most, value), 0)

describe('the grid of tiles', () => {
  it('has windows of about the same time at every rate, and one tile for the whole of the coarsest level', () => {
    for (const sampleRate of [8000, 11025, 22050, 44100, 48000, 96000, 192000]) {
      for (const frames of [1, sampleRate, 3 * 3600 * sampleRate]) {
        const grid = tileGrid(sampleRate, frames)
        expect(grid.fftSize / sampleRate).toBeGreaterThan(0.03)
        expect(grid.fftSize / sampleRate).toBeLessThan(0.07)
        expect(tileColumns(grid, frames, grid.levels - 1, 0)).toBeGreaterThan(0)
        expect(tileColumns(grid, frames, grid.levels - 1, 1)).toBe(0)
        if (grid.levels > 1) expect(tileColumns(grid, frames, grid.levels - 2, 1)).toBeGreaterThan(0)
      }
    }
  })

  it('covers every frame once', () => {
    const frames = 1_000_003
    const grid = tileGrid(rate, frames)
    for (let level = 0; level < grid.levels; level++) {
      let columns = 0
      for (let index = 0; tileColumns(grid, frames, level, index) > 0; index++) columns += tileColumns(grid, frames, level, index)
      expect(columns).toBe(Math.ceil(frames / (grid.hop * 4 ** level)))
    }
  })
})

describe('a tile', () => {
  // Would catch: a wrong scale of the window, of the decibels, or bins in another order.
  it('shows a sine at its frequency, at the level it has', async () => {
    const bin = 93
    const hertz = (bin * rate) / 2048
    for (const [decibels, byte] of [[0, 255], [-20, 212.5], [-60, 127.5], [-100, 42.5]] as const) {
      const tile = await draw(soundOf(sine(rate, hertz, 10 ** (decibels / 20))), 0, 0)
      const column = tile.subarray(40 * 1025, 41 * 1025)
      expect(column.indexOf(highest(column))).toBe(bin)
      expect(Math.abs(column[bin]! - byte)).toBeLessThanOrEqual(1)
    }
  })

  it('is 0 for silence and holds no more than 255 for what is louder than full scale', async () => {
    expect(highest(await draw(soundOf(new Float32Array(rate)), 0, 0))).toBe(0)
    expect(highest(await draw(soundOf(sine(rate, 2000, 8)), 0, 0))).toBe(255)
  })

  it('shows the louder channel', async () => {
    const left = soundOf(sine(rate, 1000, 0.5))
    const both = soundOf(new Float32Array(rate), sine(rate, 1000, 0.5))
    expect(await draw(both, 0, 0)).toEqual(await draw(left, 0, 0))
  })

  it('shows a click in the column that covers it, at every level, as loud as at the finest', async () => {
    const frames = 3_000_000
    const place = 1_234_567
    const click = new Float32Array(frames)
    click[place] = 1
    const sound = soundOf(click)
    const grid = tileGrid(rate, frames)
    const bins = tileBins(grid)
    const loudest: number[] = []
    for (let level = 0; level < grid.levels; level++) {
      const column = Math.floor(place / (grid.hop * 4 ** level))
      const tile = await draw(sound, level, Math.floor(column / grid.columns))
      const at = (column % grid.columns) * bins
      loudest.push(highest(tile.subarray(at, at + bins)))
      expect(highest(tile)).toBe(loudest[level])
    }
    expect(new Set(loudest).size).toBe(1)
    // A single sample among the 2048 of a window is 54 dB below a sine, and at most 1.4 dB less away from the centre.
    expect(loudest[0]).toBeGreaterThan(((120 - 54.2 - 1.5) * 255) / 120)
  })

  it('of a coarse level is what the tiles below it give, to the byte, also at the end of the sound', async () => {
    const sound = soundOf(noise(1_500_001, 1), noise(1_500_001, 2))
    const grid = tileGrid(rate, sound.frames)
    for (let level = 1; level < grid.levels; level++) {
      for (let index = 0; tileColumns(grid, sound.frames, level, index) > 0; index++) {
        const parts: Uint8Array[] = []
        for (let part = 4 * index; part < 4 * index + 4; part++) {
          if (tileColumns(grid, sound.frames, level - 1, part) > 0) parts.push(await draw(sound, level - 1, part))
        }
        const tile = await draw(sound, level, index)
        expect(tile.length).toBe(tileColumns(grid, sound.frames, level, index) * tileBins(grid))
        expect(Buffer.compare(mergeTiles(parts, tileBins(grid)), tile)).toBe(0)
      }
    }
  })

  it('of a sound shorter than a window is one column', async () => {
    const tile = await draw(soundOf(sine(100, 5000, 1)), 0, 0)
    expect(tile.length).toBe(1025)
    expect(highest(tile)).toBeGreaterThan(0)
  })

  it('stops at a cancel', async () => {
    const controller = new AbortController()
    const sound = soundOf(noise(5_000_000, 3))
    const drawn = drawTile(sound, tileGrid(rate, sound.frames), 3, 0, quietContext(controller.signal))
    setTimeout(() => controller.abort(), 20)
    await expect(drawn).rejects.toThrow(/abort/i)
  })
})
