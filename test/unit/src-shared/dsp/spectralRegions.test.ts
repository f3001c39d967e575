import { describe, expect, it } from 'vitest'
import type { SpectralRegion } from '#shared/contract/repair'
import { regionMask, type SpectralGrid } from '#shared/dsp/spectralRegions'

const grid: SpectralGrid = { sampleRate: 48_000, fftSize: 4096, hopLength: 1024 }
const binWidth = grid.sampleRate / grid.fftSize
const bins = grid.fftSize / 2 + 1
const length = 200_000
const frames = 1 + Math.ceil(length / grid.hopLength)

function rowsOf(...regions: SpectralRegion[]): Float32Array {
  return regionMask(regions, length, grid).rows(0, frames)
}

function worst(a: Float32Array, b: Float32Array): number {
  return a.length === b.length ? a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0) : Infinity
}

function weights(...regions: SpectralRegion[]) {
  const rows = rowsOf(...regions)
  return (time: number, hertz: number) => rows[Math.round(time / grid.hopLength) * bins + Math.round(hertz / binWidth)]!
}

const box: SpectralRegion = { kind: 'box', start: 40_960, end: 81_920, low: 100 * binWidth, high: 400 * binWidth }

describe('regions of a spectrogram', () => {
  // Would catch: times taken for frames, hertz for bins, a mask that is soft all over.
  it('a box weighs 1 inside, 0 outside, and half on its edges', () => {
    const at = weights(box)
    expect(at(60_000, 200 * binWidth)).toBe(1)
    expect(at(42_000 + 1024, 398 * binWidth)).toBe(1)
    expect(at(40_960, 200 * binWidth)).toBeCloseTo(0.5, 2)
    expect(at(60_000, 400 * binWidth)).toBeCloseTo(0.5, 2)
    for (const [time, bin] of [[38_912, 200], [84_992, 200], [60_000, 98], [60_000, 402], [0, 0], [199_000, 2048]] as const) {
      expect(at(time, bin * binWidth)).toBe(0)
    }
  })

  it('corners in any order are the same box', () => {
    const reversed: SpectralRegion = { kind: 'box', start: 81_920, end: 40_960, low: 400 * binWidth, high: 100 * binWidth }
    expect(worst(rowsOf(reversed), rowsOf(box))).toBe(0)
  })

  // Would catch: soft edges at the ends of the sound or of the spectrum, which would leave a residue there.
  it('a box over everything weighs 1 everywhere', () => {
    for (const all of [
      { kind: 'box', start: 0, end: length, low: 0, high: 24_000 },
      { kind: 'box', start: -9e9, end: 9e9, low: -5, high: 9e9 },
    ] as const) {
      expect(rowsOf(all).every((weight) => weight === 1)).toBe(true)
    }
  })

  it('what two regions cover counts once', () => {
    const shifted: SpectralRegion = { ...box, start: 60_000, low: 200 * binWidth, high: 500 * binWidth, end: 100_000 }
    const at = weights(box, shifted)
    expect(at(70_000, 300 * binWidth)).toBe(1)
    expect(at(70_000, 400 * binWidth)).toBe(1)
    expect(at(70_000, 450 * binWidth)).toBe(1)
    expect(at(50_000, 450 * binWidth)).toBe(0)
  })

  it('a lasso around a rectangle is the box', () => {
    const { start, end, low, high } = box
    const lasso: SpectralRegion = { kind: 'lasso', points: [[start, low], [end, low], [end, high], [start, high]] }
    expect(worst(rowsOf(lasso), rowsOf(box))).toBeLessThan(1e-6)
  })

  // Would catch: the bounding box in place of the line, and a crossing that is counted twice at a corner.
  it('a lasso is what lies inside of its line', () => {
    const triangle = weights({ kind: 'lasso', points: [[40_000, 1000], [120_000, 1000], [80_000, 9000]] })
    expect(triangle(80_000, 5000)).toBe(1)
    expect(triangle(80_000, 1500)).toBe(1)
    expect(triangle(45_000, 5000)).toBe(0)
    expect(triangle(115_000, 5000)).toBe(0)
    const bowTie = weights({ kind: 'lasso', points: [[40_000, 1000], [120_000, 9000], [120_000, 1000], [40_000, 9000]] })
    expect(bowTie(50_000, 5000)).toBe(1)
    expect(bowTie(110_000, 5000)).toBe(1)
    expect(bowTie(80_000, 8000)).toBe(0)
  })

  it('a brush covers an ellipse around its points and all between them', () => {
    const at = weights({ kind: 'brush', points: [[50_000, 3000], [110_000, 7000]], radius: [6000, 800] })
    expect(at(50_000, 3000)).toBe(1)
    expect(at(80_000, 5000)).toBe(1)
    expect(at(110_000, 7500)).toBe(1)
    expect(at(46_000, 3000)).toBe(1)
    expect(at(40_000, 3000)).toBe(0)
    expect(at(80_000, 7500)).toBe(0)
    // The corner of the box around the first disc.
    expect(at(45_000, 2300)).toBe(0)
    const upwards = weights({ kind: 'brush', points: [[60_000, 2000], [60_000, 9000]], radius: [4000, 300] })
    expect(upwards(60_000, 5500)).toBe(1)
    expect(upwards(57_500, 5500)).toBe(1)
    expect(upwards(68_000, 5500)).toBe(0)
  })

  it('a thin box weighs as much as it covers', () => {
    const at = weights({ kind: 'box', start: 60_416, end: 60_416 + 512, low: 0, high: 24_000 })
    // All of it lies under the raised cosine of one frame, whose integral over two hops is 1.
    const sum = [58, 59, 60, 61].reduce((total, frame) => total + at(frame * 1024, 5000), 0)
    expect(sum).toBeCloseTo(0.5, 2)
  })

  it.each<[string, SpectralRegion]>([
    ['without width', { kind: 'box', start: 5000, end: 5000, low: 10, high: 400 }],
    ['without height', { kind: 'box', start: 5000, end: 9000, low: 400, high: 400 }],
    ['behind the end', { kind: 'box', start: length, end: length + 9000, low: 10, high: 400 }],
    ['before the beginning', { kind: 'box', start: -9000, end: 0, low: 10, high: 400 }],
    ['of no numbers', { kind: 'box', start: Number.NaN, end: 9000, low: 10, high: 400 }],
    ['on one line', { kind: 'lasso', points: [[0, 0], [1000, 1000], [2000, 2000]] }],
    ['of one point', { kind: 'lasso', points: [[5, 5], [5, 5], [5, 5]] }],
    ['of no radius', { kind: 'brush', points: [[5000, 500]], radius: [0, 100] }],
  ])('a region %s selects nothing, and says so', (_, region) => {
    expect(() => regionMask([region], length, grid)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
    // Beside another one it is left out.
    expect(worst(rowsOf(region, box), rowsOf(box))).toBe(0)
  })

  it('says which samples can change, and gives the same rows in pieces', () => {
    const mask = regionMask([box], length, grid)
    const reach = grid.hopLength + grid.fftSize / 2
    expect(mask.start).toBeGreaterThanOrEqual(40_960 - reach)
    expect(mask.end).toBeLessThanOrEqual(81_920 + reach)
    const whole = mask.rows(0, frames)
    const outside = whole.filter((weight, i) => weight > 0 && (i < mask.firstFrame * bins || i >= mask.endFrame * bins))
    expect(outside.length).toBe(0)
    expect(worst(mask.rows(40, 7), whole.slice(40 * bins, 47 * bins))).toBe(0)
  })
})
