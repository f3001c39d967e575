import { describe, expect, it } from 'vitest'
import { Repetition } from '#main/models/repetition'
import type { RowPowers } from '#main/models/spectralFeatures'
import { randomStream } from '#shared/random'

const rows = 128
const bar = 40
const config = { reach: 400, nearest: 10 }

/** A bar of random colours over and over, with a loud row of its own in some frames. */
function loop(frames: number, loud: (frame: number) => number | undefined): RowPowers {
  const random = randomStream(5)
  const pattern = Float32Array.from({ length: bar * rows }, () => random.uniform() ** 4)
  const left = new Float32Array(frames * rows)
  for (let f = 0; f < frames; f++) {
    left.set(pattern.subarray((f % bar) * rows, ((f % bar) + 1) * rows), f * rows)
    const row = loud(f)
    if (row !== undefined) left[f * rows + row]! += 9
  }
  return { left, right: left.slice(), cross: left.slice() }
}

function pushed(powers: RowPowers): Repetition {
  const repetition = new Repetition(config, rows)
  repetition.push(powers)
  return repetition
}

describe('repetition', () => {
  it('is whole where a loop repeats exactly, and small where something sounds once', () => {
    const frames = 800
    const share = pushed(loop(frames, (f) => (f === 400 ? 77 : undefined))).share(0, frames)
    expect(share[390 * rows + 77]).toBeCloseTo(1, 5)
    expect(share[400 * rows + 77]).toBeLessThan(0.4)
    expect(share[400 * rows + 30]).toBeCloseTo(1, 5)
  })

  it('is 0 where there is nothing to compare with', () => {
    expect(Math.max(...pushed(loop(20, () => undefined)).share(0, 20))).toBe(0)
  })

  it('does not depend on how the frames arrive, nor on what is forgotten behind', () => {
    const frames = 1500
    const powers = loop(frames, (f) => (f % 7 === 0 ? f % rows : undefined))
    const whole = pushed(powers).share(600, 50)
    const piecewise = new Repetition(config, rows)
    let given = 0
    for (const size of [1, 99, 400, 300, 212]) {
      const part = (values: Float32Array) => values.subarray(given * rows, (given + size) * rows)
      piecewise.push({ left: part(powers.left), right: part(powers.right), cross: part(powers.cross) })
      given += size
    }
    piecewise.forget(600)
    const rest = (values: Float32Array) => values.subarray(given * rows)
    piecewise.push({ left: rest(powers.left), right: rest(powers.right), cross: rest(powers.cross) })
    piecewise.forget(600)
    expect(piecewise.share(600, 50)).toEqual(whole)
  })
})
