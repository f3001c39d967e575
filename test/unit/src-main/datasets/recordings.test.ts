import { describe, expect, it } from 'vitest'
import { activeStretches } from '#main/datasets/recordings'

const rate = 1000
/** Sound between the given seconds, in left alone: a mixdown that looks at one side would miss or double it. */
function sounding(seconds: number, ...parts: [number, number][]): [Float32Array, Float32Array] {
  const left = new Float32Array(seconds * rate)
  for (const [from, to] of parts) left.fill(0.1, from * rate, to * rate)
  return [left, new Float32Array(left.length)]
}

describe('active stretches', () => {
  it('bridge breaths and not pauses', () => {
    expect(activeStretches(sounding(10, [1, 2], [2.3, 3], [5, 6]), rate)).toEqual([[1000, 3000], [5000, 6000]])
  })

  it('end with the sound, also where that ends in the middle of a tenth of a second', () => {
    expect(activeStretches(sounding(1.25, [1, 1.25]), rate)).toEqual([[1000, 1250]])
  })

  it('are none in silence and in hiss below the threshold', () => {
    expect(activeStretches(sounding(2), rate)).toEqual([])
    const hiss = new Float32Array(2000).fill(0.004)
    expect(activeStretches([hiss, hiss], rate)).toEqual([])
  })
})
