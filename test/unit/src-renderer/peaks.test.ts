import { describe, expect, it } from 'vitest'
import { addPeaks, highestOf, type Peaks } from '#renderer/playback/peaks'

describe('peaks of a waveform', () => {
  it('miss no sample, in whatever blocks they come', () => {
    const total = 1000
    const samples = Float32Array.from({ length: total }, (_, i) => (i === 123 ? 0.9 : i === 876 ? -0.95 : Math.sin(i) * 0.1))
    const inBlocks = (size: number): Peaks => {
      const peaks = { low: new Float32Array(10), high: new Float32Array(10) }
      for (let first = 0; first < total; first += size) addPeaks(peaks, samples.subarray(first, first + size), first, total)
      return peaks
    }
    const whole = inBlocks(total)
    expect(inBlocks(7)).toEqual(whole)
    expect([whole.high[1], whole.low[8], highestOf(whole)]).toEqual([Math.fround(0.9), Math.fround(-0.95), Math.fround(0.95)])
  })
})
