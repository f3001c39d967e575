import { describe, expect, it } from 'vitest'
import { decodeWeights, encodeWeights } from '#main/models/weightsFile'

const arrays = { kernel: Float32Array.of(1, -2, Math.fround(0.1), 4), bias: Float32Array.of(7) }
const shapes = { kernel: [2, 2], bias: [1] }

describe('weights file', () => {
  it('gives back names in order, shapes, every bit and the metadata', () => {
    const decoded = decodeWeights(encodeWeights(arrays, shapes, { step: '12' }))
    expect(Object.keys(decoded.arrays)).toEqual(['kernel', 'bias'])
    expect(decoded).toEqual({ arrays, shapes, metadata: { step: '12' } })
  })

  it('follows the safetensors layout, so that other programs can read it', () => {
    const file = encodeWeights(arrays, shapes)
    const length = Number(new DataView(file.buffer).getBigUint64(0, true))
    expect((8 + length) % 8).toBe(0)
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)))
    expect(header.bias).toEqual({ dtype: 'F32', shape: [1], data_offsets: [16, 20] })
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['a cut-off header', encodeWeights(arrays, shapes).subarray(0, 40)],
    ['cut-off values', encodeWeights(arrays, shapes).subarray(0, -3)],
    ['something else', new TextEncoder().encode('this is not a weights file at all, only words')],
  ])('refuses %s', (_, file) => {
    expect(() => decodeWeights(file)).toThrow(expect.objectContaining({ code: 'MODEL_CORRUPT' }))
  })
})
