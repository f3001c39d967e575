import { describe, expect, it } from 'vitest'
import { frequencyAxis, frequencyLabels, frequencyScales, hertzOfShare, shareOfHertz } from '#renderer/timeline/frequencyAxis'
import { noteName } from '#renderer/timeline/pitch'
import { formatReadout, readoutAt } from '#renderer/timeline/readout'

describe.each(frequencyScales)('the %s axis', (scale) => {
  const axis = frequencyAxis(scale, 44100)

  it('leads from its lowest to its highest frequency, and back from heights', () => {
    expect(shareOfHertz(axis, axis.lowest)).toBe(0)
    expect(shareOfHertz(axis, 22050)).toBe(1)
    for (const hertz of [40, 440, 999, 1001, 9000]) expect(hertzOfShare(axis, shareOfHertz(axis, hertz))).toBeCloseTo(hertz, 6)
  })

  it('has labels that do not touch', () => {
    for (const height of [30, 60, 150, 400]) {
      const heights = frequencyLabels(axis, height).map((hertz) => shareOfHertz(axis, hertz) * height)
      for (const [i, y] of heights.entries()) expect(y - (heights[i - 1] ?? 0)).toBeGreaterThanOrEqual(14)
    }
    expect(frequencyLabels(axis, 400).length).toBeGreaterThan(4)
  })
})

describe('heights', () => {
  it('are those of the scale', () => {
    // Slaney: 1 kHz is mel 15, 6.4 kHz mel 42.
    const mel = frequencyAxis('mel', 44100)
    expect(shareOfHertz(mel, 6400) / shareOfHertz(mel, 1000)).toBeCloseTo(42 / 15, 9)
    expect(shareOfHertz(frequencyAxis('linear', 48000), 6000)).toBe(0.25)
    const log = frequencyAxis('log', 65536)
    expect(shareOfHertz(log, 1024)).toBeCloseTo(0.5, 9)
  })
})

describe('note names', () => {
  it.each([
    [440, 'A4'], [261.6256, 'C4'], [27.5, 'A0'], [466.16, 'A♯4'], [445, 'A4 +20 ct'], [435, 'A4 −20 ct'], [16.35, 'C0'], [10, undefined],
  ])('%s Hz is %s', (hertz, name) => {
    expect(noteName(hertz)).toBe(name)
  })
})

describe('the readout', () => {
  it('tells time, frequency, note and level', () => {
    const readout = readoutAt({ trackId: 't', frame: 44100 * 65 + 22050, hertz: 1000, decibels: -23.44 }, 44100)
    expect(formatReadout(readout)).toEqual(['1:05.500', '1.000 kHz', 'B5 +21 ct', '−23.4 dB'])
  })

  it('leaves out what is not known, and has a word for silence', () => {
    const readout = readoutAt({ trackId: undefined, frame: 0, hertz: undefined, decibels: -Infinity }, 44100)
    expect(formatReadout(readout)).toEqual(['0:00.000', '−∞ dB'])
  })
})
