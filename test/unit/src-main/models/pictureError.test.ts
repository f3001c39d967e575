import { expect, it } from 'vitest'
import type { Tensor4D } from '#main/engine/tf'
import { similarity } from '#main/models/pictureError'
import { pictureShape } from '#main/models/unmixer'
import { pictureSide } from '#shared/images/mixing'
import { ssim } from '#shared/metrics/ssim'
import { openTestEngine, runProgram } from '#test/testEngine'
import { batchOf, blobPicture } from '#test/unmixers'

// Would catch another window, other constants, and pictures of a batch that run into each other.
it('similarity of tensors is the structural similarity of each pair of pictures, on average', async () => {
  const engine = await openTestEngine()
  const [a, b] = [[blobPicture(1), blobPicture(2)], [blobPicture(3), blobPicture(2).map((value) => 0.9 * value)]]
  const shape = pictureShape(2)
  const program = {
    name: 'similarity',
    parameters: {},
    inputs: { a: shape, b: shape },
    run: (_: unknown, inputs: Record<string, unknown>) => ({ value: similarity(inputs.a as Tensor4D, inputs.b as Tensor4D) }),
  }
  const { value } = await runProgram(engine, program, {}, { a: batchOf(a), b: batchOf(b) })
  const image = (values: Float32Array) => ({ width: pictureSide, height: pictureSide, values })
  const expected = (ssim(image(a[0]!), image(b[0]!)) + ssim(image(a[1]!), image(b[1]!))) / 2
  expect(value![0]).toBeCloseTo(expected, 4)
  await engine.dispose()
})
