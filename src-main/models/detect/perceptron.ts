import { sizeOf, type LossProgram, type NamedArrays } from '#main/engine/engine'
import { tf, type Tensor } from '#main/engine/tf'
import type { RandomStream } from '#shared/random'

/** The classifier of source 003: 2-100-100-1 with a logistic function at its end; the linear one has nothing between its layers. */
export type PerceptronKind = 'linear' | 'relu'

const layers: Readonly<Record<string, readonly [inputs: number, outputs: number]>> = { first: [2, 100], second: [100, 100], third: [100, 1] }
/** What binary cross-entropy counts a certain mistake as, as PyTorch's BCELoss does. */
const worst = 100

/** What it learns by, from `count` points at once. Inputs: `points` `[count, 2]`, `truth` `[count]`. Outputs: `loss`, `probability` `[count]`. */
export function perceptronLoss(kind: PerceptronKind, count: number): LossProgram {
  const shapes = Object.entries(layers).flatMap(([name, [inputs, outputs]]) => [[`${name}/kernel`, [inputs, outputs]], [`${name}/bias`, [outputs]]] as const)
  return {
    name: `perceptron-${kind}-${count}`,
    parameters: Object.fromEntries(shapes),
    inputs: { points: [count, 2], truth: [count] },
    run(parameters, { points, truth }) {
      const layer = (x: Tensor, name: string) => tf.add(tf.matMul(x, parameters[`${name}/kernel`]!), parameters[`${name}/bias`]!)
      const between = (x: Tensor) => (kind === 'relu' ? tf.relu(x) : x)
      const odds = tf.reshape(layer(between(layer(between(layer(points!, 'first')), 'second')), 'third'), [count])
      // log p and log(1 - p) from the odds: of a probability that was rounded to 0 or 1 the logarithm is lost.
      const lossIf = (signed: Tensor) => tf.minimum(tf.softplus(signed), worst)
      const losses = tf.add(tf.mul(truth!, lossIf(tf.neg(odds))), tf.mul(tf.sub(1, truth!), lossIf(odds)))
      return { loss: tf.mean(losses), probability: tf.sigmoid(odds) }
    },
  }
}

/** PyTorch's start of linear layers: uniform within one over the root of the inputs. */
export function initialPerceptron(random: RandomStream): NamedArrays {
  const values = (name: string, shape: readonly number[], inputs: number) => {
    const stream = random.fork(name)
    return Float32Array.from({ length: sizeOf(shape) }, () => stream.between(-1, 1) / Math.sqrt(inputs))
  }
  return Object.fromEntries(
    Object.entries(layers).flatMap(([name, [inputs, outputs]]) => [
      [`${name}/kernel`, values(`${name}/kernel`, [inputs, outputs], inputs)] as const,
      [`${name}/bias`, values(`${name}/bias`, [outputs], inputs)] as const,
    ]),
  )
}
