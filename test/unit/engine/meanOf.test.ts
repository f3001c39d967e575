import { expect, it } from 'vitest'
import { meanOf } from '#main/engine/operations'
import { tf, type Tensor } from '#main/engine/tf'

it('has the gradient of the library, whatever its upstream', async () => {
  await tf.setBackend('cpu')
  const x = tf.tensor([[1, -2, 3], [0.5, 4, -1]])
  const through = (mean: (x: Tensor) => Tensor) => tf.grad((x: Tensor) => tf.square(mean(tf.square(x))))(x).arraySync()
  expect(through(meanOf)).toEqual(through((x) => tf.mean(x)))
  expect(meanOf(x).arraySync()).toBeCloseTo(5.5 / 6, 6)
})
