import { describe, expect, it } from 'vitest'
import { channelLayout } from '#shared/audio/channelLayout'
import { downmix, downmixNote } from '#shared/audio/mixdown'

const one = (count: number, channel: number) => Array.from({ length: count }, (_, i) => Float32Array.of(i === channel ? 1 : 0))

describe('downmix', () => {
  it('leaves mono and stereo alone, without a note', () => {
    for (const channels of [1, 2]) {
      const block = one(channels, 0)
      expect(downmix(block, channelLayout(channels, 0n))).toBe(block)
      expect(downmixNote(channelLayout(channels, 0n))).toBeUndefined()
    }
  })

  it('5.1 by ITU-R BS.775', () => {
    const layout = channelLayout(6, 0x3fn)
    const half = Math.fround(Math.SQRT1_2)
    const expected = [[1, 0], [0, 1], [half, half], [0, 0], [half, 0], [0, half]]
    expect(expected.map((_, channel) => downmix(one(6, channel), layout).map((side) => side[0]))).toEqual(expected)
    expect(downmixNote(layout)).toMatch(/6 channels \(FL FR FC LFE BL BR\).*without the LFE/)
  })

  it('a layout nobody knows still gives both sides something', () => {
    expect(downmix(one(11, 7), channelLayout(11, 0n)).map((side) => side[0])).toEqual([Math.fround(Math.SQRT1_2), Math.fround(Math.SQRT1_2)])
  })
})
