import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSpectrum, type Spectrum } from '#shared/dsp/spectrum'
import { createStft, type Stft } from '#shared/dsp/stft'
import { randomStream } from '#shared/random'

function noise(length: number, seed = 1): Float32Array {
  const random = randomStream(seed)
  return Float32Array.from({ length }, () => random.between(-1, 1))
}

function impulse(length: number, at: number): Float32Array {
  const signal = new Float32Array(length)
  signal[at] = 1
  return signal
}

function worstDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length)
  let worst = 0
  for (let n = 0; n < a.length; n++) worst = Math.max(worst, Math.abs(a[n]! - b[n]!))
  return worst
}

/** The index of the first value that differs, or -1; a comparison of whole arrays would take minutes to print. */
function firstDifference(a: Float32Array, b: Float32Array): number {
  return a.length === b.length ? a.findIndex((value, i) => !Object.is(value, b[i])) : Math.min(a.length, b.length)
}

describe.each([
  { fftSize: 4096, hopLength: 1024 },
  { fftSize: 512, hopLength: 256 },
  { fftSize: 480, hopLength: 100 },
  { fftSize: 96, hopLength: 31 },
])('stft $fftSize/$hopLength', (config) => {
  let stft: Stft
  beforeAll(async () => void (stft = await createStft(config)))
  afterAll(() => stft.dispose())

  // Catches a wrong Σw² at the edges, a frame too few at the end, and an offset of half a window.
  it.each([
    ['noise', noise(30011)],
    ['an odd length', noise(12345)],
    ['a whole number of hops', noise(config.hopLength * 40)],
    ['one sample more than that', noise(config.hopLength * 40 + 1)],
    ['less than a frame', noise(Math.floor(config.fftSize / 3))],
    ['less than a hop', noise(5)],
    ['one sample', noise(1)],
    ['no sample', noise(0)],
    ['an impulse at the start', impulse(9001, 0)],
    ['an impulse at the end', impulse(9001, 9000)],
    ['an impulse between frame centres', impulse(9001, config.hopLength * 2 + 7)],
  ])('gives back %s', (_, signal) => {
    const spectrum = stft.forward(signal)
    expect(spectrum.frames).toBe(stft.frameCount(signal.length))
    expect(worstDifference(stft.inverse(spectrum, signal.length), signal)).toBeLessThan(1e-6)
  })

  // Catches a stream that loses or repeats samples at block borders or rounds differently.
  it.each([[[1]], [[37]], [[512]], [[5000]], [[100000]], [[3, 4099, 1, 700]]])('streams blocks of %j samples to the same bits', (sizes) => {
    const signal = noise(10007, 5)
    const whole = stft.forward(signal)
    const stream = stft.openForward()
    const out = createSpectrum(whole.frames, whole.bins)
    let row = 0
    const drain = () => {
      while (stream.available > 0) {
        const part = stream.pull(Math.min(2, stream.available))
        out.re.set(part.re, row * out.bins)
        out.im.set(part.im, row * out.bins)
        row += part.frames
      }
    }
    let turn = 0
    for (let at = 0; at < signal.length; turn++) {
      const size = sizes[turn % sizes.length]!
      stream.push(signal.subarray(at, at + size))
      at += size
      drain()
    }
    stream.end()
    drain()
    expect(row).toBe(whole.frames)
    expect(firstDifference(out.re, whole.re)).toBe(-1)
    expect(firstDifference(out.im, whole.im)).toBe(-1)
  })

  // Catches samples handed out before all their frames have come, and a wrong tail.
  it.each([1, 3, 16, 1000])('streams back %i frames at a time to the same bits', (step) => {
    const length = 10007
    const spectrum = stft.forward(noise(length, 6))
    const random = randomStream(8)
    for (let i = 0; i < spectrum.re.length; i++) spectrum.re[i] = spectrum.re[i]! * random.uniform()
    const whole = stft.inverse(spectrum, length)
    const stream = stft.openInverse()
    const out = new Float32Array(length)
    let at = 0
    const drain = () => {
      while (stream.available > 0) {
        const part = stream.pull(Math.min(333, stream.available))
        out.set(part, at)
        at += part.length
      }
    }
    for (let row = 0; row < spectrum.frames; row += step) {
      stream.push(spectrum, Math.min(step, spectrum.frames - row), row)
      drain()
    }
    stream.end(length)
    drain()
    expect(at).toBe(length)
    expect(firstDifference(out, whole)).toBe(-1)
  })

  it('computes any range of frames of a longer signal, also beyond its edges', () => {
    const signal = noise(9000, 9)
    const whole = stft.forward(signal)
    const part: Spectrum = stft.forward(signal, 3, 5)
    expect(firstDifference(part.re, whole.re.slice(3 * whole.bins, 8 * whole.bins))).toBe(-1)
    const beyond = stft.forward(signal, whole.frames + 50, 2)
    expect(beyond.re.every((value) => value === 0)).toBe(true)
    const before = stft.forward(signal, -1, 2)
    expect(firstDifference(before.im.slice(whole.bins), whole.im.slice(0, whole.bins))).toBe(-1)
  })
})

describe('stft convention', () => {
  // scipy 1.17.1: rfft(get_window('hann', 512, fftbins=True) * pad(x, 256)[hop*f : hop*f + 512]), x[n] = ((n*7919) % 1009) / 504.5 - 1.
  it('agrees with scipy', async () => {
    const stft = await createStft({ fftSize: 512, hopLength: 128 })
    const signal = Float32Array.from({ length: 4000 }, (_, n) => ((n * 7919) % 1009) / 504.5 - 1)
    const { re, im, bins } = stft.forward(signal)
    for (const [frame, bin, expectedRe, expectedIm] of golden) {
      expect(re[frame * bins + bin]!).toBeCloseTo(expectedRe, 4)
      expect(im[frame * bins + bin]!).toBeCloseTo(expectedIm, 4)
    }
    stft.dispose()
  })

  it.each([
    { fftSize: 4096, hopLength: 2049 },
    { fftSize: 4096, hopLength: 0 },
    { fftSize: 4096, hopLength: 10.5 },
    { fftSize: 4090, hopLength: 1024 },
  ])('refuses $fftSize/$hopLength', async (config) => {
    await expect(createStft(config)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('refuses to make up samples that no frame covers, and spectra of another shape', async () => {
    const stft = await createStft({ fftSize: 512, hopLength: 128 })
    const spectrum = stft.forward(noise(1000))
    expect(() => stft.inverse(spectrum, 1025)).toThrow('1025')
    expect(() => stft.inverse(createSpectrum(4, 100))).toThrow('4 × 100')
    expect(() => stft.forward(noise(1000), 0, 4, createSpectrum(3, 257))).toThrow('3 × 257')
    stft.dispose()
  })
})

/** [frame, bin, real, imaginary]; from numpy 2.4.6 and scipy 1.17.1 in double precision. */
const golden: [number, number, number, number][] = [
  [0, 0, 0.664449, 0.000000],
  [0, 1, -0.691952, 0.555853],
  [0, 256, -1.913937, 0.000000],
  [5, 37, -0.123533, 0.401373],
  [17, 128, 1.131382, 1.063697],
  [32, 3, 0.474802, -0.093583],
  [31, 200, -4.198980, 4.544369],
]
