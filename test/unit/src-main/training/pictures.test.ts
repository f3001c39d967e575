import { describe, expect, it } from 'vitest'
import { pictureOfGrid, type Picture } from '#main/training/picture'
import { spectrogramPicture } from '#main/training/spectrogramPicture'
import { hertzToMel } from '#shared/dsp/mel'

const tile = (value: number, size = 2): Picture => ({ width: size, height: size, channels: 1, pixels: new Uint8Array(size * size).fill(value) })

describe('a grid of pictures', () => {
  // A transposed grid would show what came out where what went in belongs.
  it('has its rows below one another, enlarged pixels, and gaps', () => {
    const { width, height, pixels } = pictureOfGrid({ rows: ['a', 'b'], columns: ['in', 'out', 'true'], cells: [[tile(10), tile(20), tile(30)], [tile(40), tile(50), tile(60)]] })
    expect([width, height]).toEqual([3 * 56 + 4, 2 * 56 + 2])
    const at = (x: number, y: number) => pixels[y * width + x]
    expect([at(0, 0), at(55, 55), at(58, 0), at(116, 3), at(0, 58), at(171, 113)]).toEqual([10, 10, 20, 30, 40, 60])
    expect([at(56, 0), at(57, 20), at(0, 56)]).toEqual([64, 64, 64])
  })

  it('leaves large pictures and their colours as they are', () => {
    const pixels = Uint8Array.from({ length: 60 * 60 * 3 }, (_, i) => i & 255)
    const grid = pictureOfGrid({ rows: ['a'], columns: ['in'], cells: [[{ width: 60, height: 60, channels: 3, pixels }]] })
    expect(grid).toEqual({ width: 60, height: 60, channels: 3, pixels })
  })
})

describe('the spectrogram of a clip', () => {
  const sampleRate = 44100
  const tone = (hertz: number, level: number) => Float32Array.from({ length: sampleRate }, (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / sampleRate))
  const brightest = ({ width, height, pixels }: Picture) => {
    const column = Array.from({ length: height }, (_, y) => pixels[y * width + Math.floor(width / 2)]!)
    return { row: column.indexOf(Math.max(...column)), value: Math.max(...column) }
  }

  it('has low frequencies at the bottom, in mel', async () => {
    const { picture } = await spectrogramPicture({ sampleRate, channels: [tone(2000, 0.5)] })
    const span = hertzToMel(16_000) - hertzToMel(40)
    const expected = 127 - (128 * (hertzToMel(2000) - hertzToMel(40))) / span
    expect(Math.abs(brightest(picture).row - expected)).toBeLessThan(2)
  })

  // Without a common white, a part that is 40 dB too quiet would look like the true one.
  it('shows 80 dB below a white that other clips can share', async () => {
    const loud = await spectrogramPicture({ sampleRate, channels: [tone(2000, 0.5), tone(2000, 0.5)] })
    const soft = await spectrogramPicture({ sampleRate, channels: [tone(2000, 0.005), tone(2000, 0.005)] }, loud.top)
    expect(brightest(loud.picture).value).toBeGreaterThanOrEqual(253)
    expect(Math.abs(brightest(soft.picture).value - brightest(loud.picture).value / 2)).toBeLessThan(4)
  })
})
