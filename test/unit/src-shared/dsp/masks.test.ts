import { describe, expect, it } from 'vitest'
import { applyMask, oracleMasks, ratioMasks, sharpenMasks, softmaxMasks } from '#shared/dsp/masks'
import { createSpectrum, type Spectrum } from '#shared/dsp/spectrum'
import { wienerFilter } from '#shared/dsp/wiener'
import { randomStream } from '#shared/random'

function randomSpectrum(seed: number, frames = 20, bins = 17): Spectrum {
  const random = randomStream(seed)
  const spectrum = createSpectrum(frames, bins)
  for (let i = 0; i < frames * bins; i++) {
    const loud = random.chance(0.3) ? 1 : 0.05
    spectrum.re[i] = loud * random.normal()
    spectrum.im[i] = loud * random.normal()
  }
  return spectrum
}

function weighted(...parts: [Spectrum, number][]): Spectrum {
  const out = createSpectrum(parts[0]![0].frames, parts[0]![0].bins)
  for (const [spectrum, gain] of parts) {
    for (let i = 0; i < out.re.length; i++) {
      out.re[i]! += gain * spectrum.re[i]!
      out.im[i]! += gain * spectrum.im[i]!
    }
  }
  return out
}

function squaredDistance(a: readonly Spectrum[], b: readonly Spectrum[]): number {
  return a.reduce((total, channel, c) => {
    channel.re.forEach((re, i) => (total += (re - b[c]!.re[i]!) ** 2 + (channel.im[i]! - b[c]!.im[i]!) ** 2))
    return total
  }, 0)
}

describe('masks', () => {
  // Catches masks that do not add up to 1, also for silent and for extreme bins: the stems would not give the mixture.
  it('add up to 1 over the stems', () => {
    const extremes = [0, 1e-38, 1e-30, 1, 3e38, 0.5]
    const a = Float32Array.from(extremes.flatMap((x) => extremes.map(() => x)))
    const b = Float32Array.from(extremes.flatMap(() => extremes))
    const logits = a.map((value) => Math.log10(value + 1e-45) * 10)
    for (const masks of [
      ratioMasks([a, b]),
      ratioMasks([a, b, b], 2),
      ratioMasks([a, b], 0.5),
      softmaxMasks([logits, b.map((value) => -Math.min(value, 1e4))]),
      sharpenMasks(ratioMasks([a, b]), 3),
    ]) {
      for (let i = 0; i < a.length; i++) {
        expect(masks.reduce((sum, mask) => sum + mask[i]!, 0)).toBeCloseTo(1, 6)
      }
    }
  })

  it('have the values of their formulas', () => {
    const magnitudes = [Float32Array.of(3, 0, 0), Float32Array.of(1, 2, 0)]
    expect(ratioMasks(magnitudes)[0]).toEqual(Float32Array.of(0.75, 0, 0.5))
    expect(ratioMasks(magnitudes, 2)[0]).toEqual(Float32Array.of(0.9, 0, 0.5))
    expect(softmaxMasks([Float32Array.of(Math.log(3)), Float32Array.of(0)])[0]![0]).toBeCloseTo(0.75, 6)
    expect(sharpenMasks([Float32Array.of(0.75), Float32Array.of(0.25)], 2)[0]![0]).toBeCloseTo(0.9, 6)
  })

  it('of the true stems give these back where only one sounds', () => {
    const a = randomSpectrum(1)
    const silent = createSpectrum(a.frames, a.bins)
    const masks = oracleMasks([a, silent])
    expect(applyMask(a, masks[0]!)).toEqual(a)
    expect(applyMask(a, masks[1]!, silent).re.every((value) => value === 0)).toBe(true)
  })

  it('refuses shapes that do not fit', () => {
    expect(() => ratioMasks([new Float32Array(3), new Float32Array(4)])).toThrow('4 values')
    expect(() => applyMask(randomSpectrum(1), new Float32Array(3))).toThrow('3 values')
  })
})

describe('wiener filter', () => {
  const voice = randomSpectrum(2)
  const music = randomSpectrum(3)
  const stems = [
    [weighted([voice, 0.7]), weighted([voice, 0.7])],
    [weighted([music, 1]), weighted([music, 0.2])],
  ]
  const mixture = [0, 1].map((c) => weighted([stems[0]![c]!, 1], [stems[1]![c]!, 1]))
  const masks = [0, 1].map((c) => oracleMasks(stems.map((stem) => stem[c]!)))
  const estimates = [0, 1].map((s) => mixture.map((channel, c) => applyMask(channel, masks[c]![s]!)))

  // Catches a conjugate on the wrong side: the positions of the stems would be mirrored in phase.
  it('comes closer to stems that lie apart, and its results add up to the mixture', () => {
    const refined = wienerFilter(mixture, estimates)
    for (const s of [0, 1]) {
      expect(squaredDistance(refined[s]!, stems[s]!)).toBeLessThan(0.5 * squaredDistance(estimates[s]!, stems[s]!))
    }
    const sum = [0, 1].map((c) => weighted([refined[0]![c]!, 1], [refined[1]![c]!, 1]))
    expect(squaredDistance(sum, mixture)).toBeLessThan(1e-9)
  })

  it('separates stems perfectly from the true ones, also with a phase between the sides', () => {
    const turned = { ...voice, re: voice.im.map((x) => -x), im: voice.re }
    const apart = [[voice, turned], stems[1]!]
    const mixed = [0, 1].map((c) => weighted([apart[0]![c]!, 1], [apart[1]![c]!, 1]))
    const refined = wienerFilter(mixed, apart)
    expect(squaredDistance(refined[0]!, apart[0]!)).toBeLessThan(1e-3 * squaredDistance(apart[0]!, mixed))
  })

  it('shares a mono mixture by power, and silence equally', () => {
    const mono = [weighted([voice, 1], [music, 1])]
    const [refined] = wienerFilter(mono, [[voice], [music]])
    const expected = applyMask(mono[0]!, oracleMasks([voice, music], 2)[0]!)
    refined![0]!.re.forEach((re, i) => expect(re).toBeCloseTo(expected.re[i]!, 4))
    const silent = createSpectrum(voice.frames, voice.bins)
    const [half] = wienerFilter([voice], [[silent], [silent]])
    half![0]!.re.forEach((re, i) => expect(re).toBeCloseTo(voice.re[i]! / 2, 6))
  })

  it('refuses shapes that do not fit', () => {
    expect(() => wienerFilter([voice, voice, voice], [[voice, voice, voice]])).toThrow('one or two channels')
    expect(() => wienerFilter([voice], [[randomSpectrum(1, 5)]])).toThrow('of its shape')
  })
})
