import { describe, expect, it } from 'vitest'
import { createFft, fftSizeAtLeast, isFftSize } from '#shared/dsp/fft'
import { randomStream } from '#shared/random'

function noise(length: number, seed: number): Float32Array {
  const random = randomStream(seed)
  return Float32Array.from({ length }, () => random.between(-1, 1))
}

/** The definition of the transform, in double precision. */
function directTransform(signal: Float32Array): { re: number[]; im: number[] } {
  const re: number[] = []
  const im: number[] = []
  for (let k = 0; k <= signal.length / 2; k++) {
    let real = 0
    let imaginary = 0
    for (let n = 0; n < signal.length; n++) {
      const angle = (-2 * Math.PI * ((k * n) % signal.length)) / signal.length
      real += signal[n]! * Math.cos(angle)
      imaginary += signal[n]! * Math.sin(angle)
    }
    re.push(real)
    im.push(imaginary)
  }
  return { re, im }
}

describe('fft', () => {
  // Catches a swapped sign of the imaginary part, a scale, or the packed last bin left in the first.
  it.each([32, 96, 160, 480, 512, 2048])('agrees with the definition at %i samples', async (size) => {
    const fft = await createFft(size)
    const signal = noise(size, size)
    const re = new Float32Array(fft.bins + 3).fill(7)
    const im = new Float32Array(fft.bins + 3).fill(7)
    fft.forward(signal, re, im, 2)
    const expected = directTransform(signal)
    const tolerance = 2e-6 * Math.sqrt(size)
    for (let k = 0; k < fft.bins; k++) {
      expect(Math.abs(re[2 + k]! - expected.re[k]!)).toBeLessThan(tolerance)
      expect(Math.abs(im[2 + k]! - expected.im[k]!)).toBeLessThan(tolerance)
    }
    expect([re[0], re[1], re.at(-1), im[0], im[1], im.at(-1)]).toEqual([7, 7, 7, 7, 7, 7])
    fft.dispose()
  })

  // Catches the work area on the module's 64-KiB stack: large sizes would overwrite other memory.
  it.each([64, 4096, 32768, 262144])('is undone by its inverse at %i samples', async (size) => {
    const fft = await createFft(size)
    const signal = noise(size, 3)
    const re = new Float32Array(fft.bins)
    const im = new Float32Array(fft.bins)
    const back = new Float32Array(size)
    fft.forward(signal, re, im)
    fft.inverse(re, im, back)
    let worst = 0
    for (let n = 0; n < size; n++) worst = Math.max(worst, Math.abs(back[n]! - signal[n]!))
    expect(worst).toBeLessThan(1e-6)
    fft.dispose()
  })

  // Catches views that still point to the memory from before the module's memory grew.
  it('survives the growth of the memory that all transforms share', async () => {
    const small = await createFft(64)
    const signal = noise(64, 4)
    const before = new Float32Array(small.bins)
    const after = new Float32Array(small.bins)
    const im = new Float32Array(small.bins)
    small.forward(signal, before, im)
    const large = await Promise.all(Array.from({ length: 4 }, () => createFft(2 ** 20)))
    small.forward(signal, after, im)
    expect(after).toEqual(before)
    for (const fft of [...large, small]) fft.dispose()
  })

  // Catches a size that would reach pffft and abort the module for the rest of the process.
  it.each([0, -32, 16, 33, 100, 7 * 32, 11 * 64, 2048.5, NaN, Infinity, 2 ** 22])('refuses %d samples', async (size) => {
    expect(isFftSize(size)).toBe(false)
    await expect(createFft(size)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('finds the smallest possible size', () => {
    expect([1, 32, 33, 97, 200, 4097].map(fftSizeAtLeast)).toEqual([32, 32, 64, 128, 256, 4320])
  })

  it('refuses to be used after its memory was freed', async () => {
    const fft = await createFft(64)
    fft.dispose()
    fft.dispose()
    expect(() => fft.forward(new Float32Array(64), new Float32Array(33), new Float32Array(33))).toThrow('disposed')
  })
})
