import { describe, expect, it } from 'vitest'
import type { SpectrogramFacts } from '#shared/contract/sounds'
import { type Bands, gatherBands } from '#renderer/timeline/bands'
import { frequencyAxis, shareOfHertz } from '#renderer/timeline/frequencyAxis'
import type { LaneSource } from '#renderer/timeline/laneSource'
import { chooseSpectrogramLevel, spectrogramRuns, tapColumn, tileCount } from '#renderer/timeline/spectrogramRuns'
import { retryDelay, SpectrogramTiles } from '#renderer/timeline/spectrogramTiles'

const facts: SpectrogramFacts = { fftSize: 2048, hop: 512, columns: 256, levels: 4, floor: -120 }
const bins = 1025

/** A tile of silence with one bin sounding. */
function tileWith(bin: number, columns = 4): Uint8Array {
  const tile = new Uint8Array(columns * bins)
  for (let column = 0; column < columns; column++) tile[column * bins + bin] = 200
  return tile
}

describe('bands', () => {
  it.each(['mel', 'linear', 'log'] as const)('have a tone at its height on the %s scale, however low the picture', (scale) => {
    const axis = frequencyAxis(scale, 44100)
    for (const rows of [20, 97, 400]) {
      for (const bin of [20, 100, 511, 1000]) {
        const { values, columns } = gatherBands(tileWith(bin), facts, 44100, axis, rows)
        const loudest = Array.from({ length: rows }, (_, row) => values[row * columns]!)
        const row = loudest.indexOf(Math.max(...loudest))
        expect(Math.max(...loudest)).toBeGreaterThan(80)
        expect(Math.abs(row + 0.5 - rows * (1 - shareOfHertz(axis, (bin * 44100) / 2048)))).toBeLessThan(rows / 40 + 1.5)
      }
    }
  })

  it('lose no tone where many bins share a row', () => {
    const { values } = gatherBands(tileWith(777), facts, 44100, frequencyAxis('linear', 44100), 16)
    expect(Math.max(...values)).toBe(200)
  })
})

describe('the level of a spectrogram', () => {
  it('has columns about as wide as those of the picture', () => {
    expect(chooseSpectrogramLevel(facts, 10)).toBe(0)
    expect(chooseSpectrogramLevel(facts, 900)).toBe(0)
    expect(chooseSpectrogramLevel(facts, 1100)).toBe(1)
    expect(chooseSpectrogramLevel(facts, 1e9)).toBe(3)
  })
})

describe('runs', () => {
  const bands = (rows = 1): Bands => ({ rows, columns: 256, values: new Uint8Array(256) })
  const extent = { facts, frames: 512 * 256 * 10 }

  it('take each column from the tile that it lies in, without gaps', () => {
    const asked: string[] = []
    const span = { frame: 100_000, framesPerColumn: 512, count: 600 }
    const runs = spectrogramRuns(extent, span, (level, index) => {
      asked.push(`${level}:${index}`)
      return bands()
    })
    expect(asked).toEqual(['0:0', '0:1', '0:2', '0:3'])
    expect(runs.reduce((end, { start, count }) => (start === end ? start + count : NaN), 0)).toBe(600)
    for (const run of runs) {
      for (const i of [0, run.count - 1]) {
        const frame = span.frame + (run.start + i + 0.5) * 512
        const index = Math.floor(frame / 512)
        expect(tapColumn(run, i, 0, 1)).toBe(index % 256)
      }
    }
  })

  it('show the coarser level where tiles are missing, and only there', () => {
    const coarse = bands(2)
    const span = { frame: 0, framesPerColumn: 512, count: 768 }
    const runs = spectrogramRuns(extent, span, (level, index) => (level === 0 ? (index === 1 ? undefined : bands()) : level === 2 ? coarse : undefined))
    expect(runs.map(({ start, count, bands: { rows } }) => [start, count, rows])).toEqual([[0, 256, 1], [256, 256, 2], [512, 256, 1]])
    expect(runs[1]!.place).toBeCloseTo(256 / 16, 9)
    expect(runs[1]!.step).toBeCloseTo(1 / 16, 9)
  })

  it('ask for no tile beyond the last one', () => {
    const asked: number[] = []
    const find = (_: number, index: number) => {
      asked.push(index)
      return bands()
    }
    spectrogramRuns(extent, { frame: 512 * 256 * 9, framesPerColumn: 512, count: 300 }, find)
    expect(Math.max(...asked)).toBe(tileCount(facts, 0, extent.frames) - 1)
  })
})

describe('the tiles', () => {
  const shape = (rows: number) => ({ axis: frequencyAxis('mel', 44100), rows })

  function shelf(tile: LaneSource['tile']) {
    let arrivals = 0
    let time = 0
    const tiles = new SpectrogramTiles({ onArrival: () => arrivals++, onFailure: () => arrivals++, now: () => time })
    const source: LaneSource = {
      soundId: 's', sampleRate: 44100, frames: 1e6, peaks: undefined, spectrogram: facts, tile, samples: () => Promise.resolve([]),
    }
    return { tiles, source, arrivals: () => arrivals, wait: (by: number) => (time += by) }
  }

  it('tell when one has arrived that was asked for, and have it after some work', async () => {
    const { tiles, source, arrivals } = shelf(() => Promise.resolve(tileWith(5)))
    expect(tiles.find(source, 0, 0, shape(50))).toBeUndefined()
    await Promise.resolve()
    expect(arrivals()).toBe(1)
    expect(tiles.work(1)).toBe(true)
    expect(tiles.find(source, 0, 0, shape(50))?.rows).toBe(50)
  })

  it('are asked for once while they are on their way', () => {
    let asked = 0
    const { tiles, source } = shelf(() => {
      asked++
      return new Promise(() => {})
    })
    for (let i = 0; i < 3; i++) tiles.find(source, 0, 0, shape(50))
    expect(asked).toBe(1)
  })

  it('give those of another height until the new ones are there', () => {
    const { tiles, source } = shelf(() => tileWith(5))
    tiles.find(source, 0, 0, shape(50))
    tiles.work(1)
    expect(tiles.find(source, 0, 0, shape(80))?.rows).toBe(50)
    tiles.work(1)
    expect(tiles.find(source, 0, 0, shape(80))?.rows).toBe(80)
  })

  it('are asked for again a while after they could not be fetched', async () => {
    let asked = 0
    const { tiles, source, wait } = shelf(() => {
      asked++
      return Promise.reject(new Error('gone'))
    })
    tiles.find(source, 0, 0, shape(50))
    await new Promise((resolve) => setImmediate(resolve))
    tiles.find(source, 0, 0, shape(50))
    expect(asked).toBe(1)
    wait(retryDelay)
    tiles.find(source, 0, 0, shape(50))
    expect(asked).toBe(2)
  })
})
