import { describe, expect, it } from 'vitest'
import { placeStem } from '#main/datasets/alignment'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'

const rate = 44100

/** Noise without the highest frequencies, so that it can be read between its samples. */
function soft(seed: number, length: number): Float32Array {
  const random = randomStream(seed)
  const out = new Float32Array(length)
  let [a, b] = [0, 0]
  for (let i = 0; i < length; i++) {
    a += 0.2 * (random.between(-1, 1) - a)
    b += 0.2 * (a - b)
    out[i] = b
  }
  return out
}

const between = (signal: Float32Array, at: number) => {
  const [i, share] = [Math.floor(at), at % 1]
  return (signal[i] ?? 0) * (1 - share) + (signal[i + 1] ?? 0) * share
}
const place = (mixture: Float32Array, stem: Float32Array) => placeStem(mixture, stem, quietContext())

describe('a stem in a mixture', () => {
  const stem = soft(1, 10 * rate)

  it('is found below a voice twelve decibels louder, and its gain from where the voice pauses', async () => {
    const voice = soft(2, 10 * rate).map((value, i) => (i % (2 * rate) < rate / 2 ? 0 : 4 * value))
    const mixture = voice.map((value, i) => value + 0.63 * (stem[i - 5000] ?? 0))
    const found = await place(mixture, stem)
    expect(found).toMatchObject({ kind: 'found', delay: 5000 })
    expect(found.kind === 'found' && found.gain).toBeCloseTo(0.63, 5)
  })

  it('has a gain near the truth where the voice never pauses', async () => {
    const mixture = soft(3, 10 * rate).map((value, i) => value + 0.5 * stem[i]!)
    const found = await place(mixture, stem)
    expect(found.kind === 'found' && Math.abs(found.gain - 0.5)).toBeLessThan(0.02)
  })

  it('may be longer than the mixture, or be heard only in its middle', async () => {
    expect(await place(stem.slice(3 * rate, 6 * rate), stem)).toEqual({ kind: 'found', delay: -3 * rate, gain: 1 })
    const framed = soft(4, 10 * rate)
    for (let i = 0; i < 4 * rate; i++) framed[i + 3 * rate]! += stem[i]!
    expect(await place(framed, stem.slice(0, 4 * rate))).toMatchObject({ kind: 'found', delay: 3 * rate })
  })

  it('is no stem of it when the two are strangers, silent, or too short to tell', async () => {
    expect(await place(soft(5, 10 * rate), stem)).toEqual({ kind: 'unlike' })
    expect(await place(new Float32Array(rate), stem)).toEqual({ kind: 'unlike' })
    expect(await place(stem, new Float32Array(rate))).toEqual({ kind: 'unlike' })
    expect(await place(stem.slice(0, 500), stem.slice(0, 500))).toEqual({ kind: 'unlike' })
  })

  it('that runs a little faster is noticed: no single delay would do', async () => {
    const faster = Float32Array.from({ length: stem.length }, (_, i) => between(stem, i * 1.00004))
    expect(await place(stem, faster)).toEqual({ kind: 'drifting' })
  })
})
