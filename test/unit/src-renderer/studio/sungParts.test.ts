import { describe, expect, it } from 'vitest'
import { sungParts } from '#renderer/features/studio/inspector/sungParts'
import { PeakCollector } from '#shared/audio/peaks'

const sampleRate = 44100

/** A tone where somebody sings and hiss elsewhere, as bleed of the music is. */
function peaksOf(seconds: number, sung: readonly (readonly [number, number])[], hiss = 0.01) {
  const collector = new PeakCollector(sampleRate, 2)
  const samples = Float32Array.from({ length: seconds * sampleRate }, (_, frame) => {
    const at = frame / sampleRate
    const isSung = sung.some(([from, to]) => at >= from && at < to)
    return (isSung ? 0.5 : hiss) * Math.sin(2 * Math.PI * 220 * at)
  })
  collector.add([samples, samples])
  return collector.finish()
}

const inSeconds = (parts: readonly { start: number; end: number }[]) => parts.map(({ start, end }) => [start / sampleRate, end / sampleRate])

describe('sungParts', () => {
  it('finds where somebody sings to a 15th of a second, without what the music left behind', () => {
    const parts = inSeconds(sungParts(peaksOf(10, [[1, 2.5], [5, 8]])))
    expect(parts).toHaveLength(2)
    for (const [i, [from, to]] of [[1, 2.5], [5, 8]].entries()) {
      expect(Math.abs(parts[i]![0]! - from!)).toBeLessThanOrEqual(1 / 15)
      expect(Math.abs(parts[i]![1]! - to!)).toBeLessThanOrEqual(1 / 15)
    }
  })

  it('takes a breath for part of the phrase, and a click for nothing', () => {
    expect(inSeconds(sungParts(peaksOf(10, [[1, 2], [2.4, 4], [8, 8.1]])))).toHaveLength(1)
  })

  it('hears nobody in silence and in hiss below -50 dBFS', () => {
    expect(sungParts(peaksOf(4, [], 0))).toEqual([])
    expect(sungParts(peaksOf(4, [], 0.002))).toEqual([])
  })
})
