import { describe, expect, it } from 'vitest'
import { PeakCollector } from '#shared/audio/peaks'
import { choosePeakLevel, createExtremes, extremesOfPeaks, highestPeak, traceSamples } from '#renderer/timeline/extremes'

function pyramid(...channels: Float32Array[]) {
  const collector = new PeakCollector(44100, channels.length)
  collector.add(channels)
  return collector.finish()
}

describe('the level of peaks', () => {
  const peaks = pyramid(new Float32Array(44100 * 60))

  it('is the coarsest that has a peak for every column', () => {
    expect(choosePeakLevel(peaks, 256)?.framesPerPeak).toBe(256)
    expect(choosePeakLevel(peaks, 1023)?.framesPerPeak).toBe(256)
    expect(choosePeakLevel(peaks, 1024)?.framesPerPeak).toBe(1024)
    expect(choosePeakLevel(peaks, 1e9)).toBe(peaks.levels.at(-1))
  })

  it('is none where samples are to be drawn', () => {
    expect(choosePeakLevel(peaks, 255)).toBeUndefined()
  })
})

describe('extremes of peaks', () => {
  const click = 1_000_000
  const left = new Float32Array(2_000_000)
  const right = new Float32Array(2_000_000)
  left[click] = 0.75
  right[click + 1] = -0.5
  const peaks = pyramid(left, right)

  it.each([300, 1000, 4096, 10_000])('show a click in one column, of both channels, at %i frames a column', (framesPerColumn) => {
    const span = { frame: 0, framesPerColumn, count: Math.ceil(2_000_000 / framesPerColumn) }
    const { low, high } = extremesOfPeaks(choosePeakLevel(peaks, framesPerColumn)!, span)
    const columns = [...high.keys()].filter((column) => high[column]! > 0)
    expect(columns).toHaveLength(1)
    expect(Math.abs(columns[0]! - click / framesPerColumn)).toBeLessThan(1.5)
    expect(high[columns[0]!]).toBe(0.75)
    expect(low[columns[0]!]).toBe(-0.5)
  })

  it('are the same for the same columns wherever the picture begins', () => {
    const noise = pyramid(Float32Array.from({ length: 500_000 }, (_, i) => Math.sin(i * i)))
    const level = choosePeakLevel(noise, 700)!
    const whole = extremesOfPeaks(level, { frame: 0, framesPerColumn: 700, count: 700 })
    const part = extremesOfPeaks(level, { frame: 300 * 700, framesPerColumn: 700, count: 50 })
    expect(part.high).toEqual(whole.high.slice(300, 350))
  })

  it('have nothing beyond the sound', () => {
    const { low, high } = extremesOfPeaks(peaks.levels[0]!, { frame: 3_000_000, framesPerColumn: 1000, count: 3 })
    for (let i = 0; i < 3; i++) expect(low[i]!).toBeGreaterThan(high[i]!)
  })

  it('are as high as the highest sample', () => {
    expect(highestPeak(peaks)).toBe(0.75)
  })
})

describe('extremes of samples', () => {
  it('are the line through the samples, without gaps', () => {
    const samples = Float32Array.from([0, 1, -1, 0.5, 0])
    const extremes = createExtremes(8)
    traceSamples([samples], 0, { frame: 0, framesPerColumn: 0.5, count: 8 }, extremes)
    expect([...extremes.low]).toEqual([0, 0.5, 0, -1, -1, -0.25, 0.25, 0])
    expect([...extremes.high]).toEqual([0.5, 1, 1, 0, -0.25, 0.5, 0.5, 0.25])
  })

  it('are joined where two pieces meet', () => {
    const samples = Float32Array.from({ length: 101 }, (_, i) => Math.sin(i / 3))
    const span = { frame: 0, framesPerColumn: 3, count: 33 }
    const whole = createExtremes(33)
    traceSamples([samples], 0, span, whole)
    const parts = createExtremes(33)
    traceSamples([samples.subarray(0, 51)], 0, span, parts)
    traceSamples([samples.subarray(50)], 50, span, parts)
    expect(parts).toEqual(whole)
  })
})
