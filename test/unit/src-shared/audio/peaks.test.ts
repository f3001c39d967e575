import { describe, expect, it } from 'vitest'
import { decodePeaks, encodePeaks, PeakCollector } from '#shared/audio/peaks'
import { tones } from '#test/audioFixtures'

function collect(planes: readonly Float32Array[], size: number) {
  const collector = new PeakCollector(44100, planes.length)
  for (let at = 0; at < planes[0]!.length; at += size) collector.add(planes.map((plane) => plane.subarray(at, at + size)))
  return collector.finish()
}

describe('peaks', () => {
  const planes = tones(2, 1_000_001, 44100)

  // Would catch: peaks lost or moved where blocks and bins don't line up.
  it('every level holds the extremes of its own frames, however the sound was cut', () => {
    const pyramid = collect(planes, 999)
    expect(pyramid.levels.map((level) => level.framesPerPeak)).toEqual([256, 1024, 4096])
    for (const { framesPerPeak, channels } of pyramid.levels) {
      for (const [channel, pairs] of channels.entries()) {
        expect(pairs.length).toBe(2 * Math.ceil(1_000_001 / framesPerPeak))
        for (const bin of [0, 17, pairs.length / 2 - 1]) {
          const part = [...planes[channel]!.subarray(bin * framesPerPeak, (bin + 1) * framesPerPeak)]
          expect([pairs[2 * bin], pairs[2 * bin + 1]]).toEqual([Math.min(...part), Math.max(...part)])
        }
      }
    }
    expect(collect(planes, 1_000_001)).toEqual(pyramid)
  })

  it('come back from bytes', () => {
    const pyramid = collect(planes, 5000)
    expect(decodePeaks(encodePeaks(pyramid))).toEqual(pyramid)
    expect(decodePeaks(encodePeaks(pyramid).slice(0, -4))).toBeUndefined()
    expect(decodePeaks(new Uint8Array(10))).toBeUndefined()
  })
})
