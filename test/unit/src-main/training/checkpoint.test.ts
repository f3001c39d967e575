import { describe, expect, it } from 'vitest'
import { initialOptimizerState } from '#main/training/adamW'
import { decodeCheckpoint, encodeCheckpoint } from '#main/training/checkpoint'
import { noSums } from '#main/training/epochSums'

const shapes = { 'a/kernel': [2, 1], 'a/bias': [1] }
const checkpoint = () => ({
  optimizer: { ...initialOptimizerState({ 'a/kernel': Float32Array.of(0.1, 0.2), 'a/bias': Float32Array.of(3) }), step: 42 },
  trainedSeconds: 12.5,
  best: { step: 30, score: 4.5 },
  validationsSinceBest: 2,
  pending: { ...noSums(), steps: 1, sums: { loss: 0.25 }, latent: [0.1, 1e-30], trace: [[41, 1 / 3]] satisfies [number, number][], block: { steps: 1, sum: 0.7 } },
})

describe('checkpoint', () => {
  it('gives back everything to the bit', () => {
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint(), shapes), shapes)).toEqual(checkpoint())
  })

  it.each([
    ['damaged', (file: Uint8Array) => file.subarray(0, file.length - 4), shapes],
    ['of another network', (file: Uint8Array) => file, { 'a/kernel': [3, 1], 'a/bias': [1] }],
  ])('that is %s is refused', (_, change, expected) => {
    const file = change(encodeCheckpoint(checkpoint(), shapes))
    expect(() => decodeCheckpoint(file, expected)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }))
  })
})
