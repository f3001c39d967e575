import { sizeOf, type LossProgram, type NamedArrays, type NamedShapes, type NamedTensors, type Program } from '#main/engine/engine'
import { tf, type Tensor } from '#main/engine/tf'
import type { RandomStream } from '#shared/random'

/** The classifier of source 003: 2-100-100-1 with a logistic function at its end; the linear one has nothing between its layers. */
export type PerceptronKind = 'linear' | 'relu'

const layers: Readonly<Record<string, readonly [inputs: number, outputs: number]>> = { first: [2, 100], second: [100, 100], third: [100, 1] }
/** What binary cross-entropy counts a certain mistake as, as PyTorch's BCELoss does. */
const worst = 100

const shapes: NamedShapes = Object.fromEntries(
  Object.entries(layers).flatMap(([name, [inputs, outputs]]) => [
    [`${name}/kernel`, [inputs, outputs]],
    [`${name}/bias`, [outputs]],
  ]),
)

/** The log odds of `count` points `[count, 2]`. */
function oddsOf(kind: PerceptronKind, parameters: NamedTensors, points: Tensor, count: number): Tensor {
  const layer = (x: Tensor, name: string) => tf.add(tf.matMul(x, parameters[`${name}/kernel`]!), parameters[`${name}/bias`]!)
  const between = (x: Tensor) => (kind === 'relu' ? tf.relu(x) : x)
  return tf.reshape(layer(between(layer(between(layer(points, 'first')), 'second')), 'third'), [count])
}

/** What it learns by, from `count` points at once. Inputs: `points` `[count, 2]`, `truth` `[count]`. Outputs: `loss`, `probability` `[count]`. */
export function perceptronLoss(kind: PerceptronKind, count: number): LossProgram {
  return {
    name: `perceptron-${kind}-loss-${count}`,
    parameters: shapes,
    inputs: { points: [count, 2], truth: [count] },
    run(parameters, { points, truth }) {
      const odds = oddsOf(kind, parameters, points!, count)
      // log p and log(1 - p) from the odds: of a probability that was rounded to 0 or 1 the logarithm is lost.
      const lossIf = (signed: Tensor) => tf.minimum(tf.softplus(signed), worst)
      const losses = tf.add(tf.mul(truth!, lossIf(tf.neg(odds))), tf.mul(tf.sub(1, truth!), lossIf(odds)))
      return { loss: tf.mean(losses), probability: tf.sigmoid(odds) }
    },
  }
}

/** What it makes of points. Input: `points` `[count, 2]`. Output: `probability` `[count]`. */
export function perceptronProgram(kind: PerceptronKind, count: number): Program {
  return {
    name: `perceptron-${kind}-${count}`,
    parameters: shapes,
    inputs: { points: [count, 2] },
    run: (parameters, { points }) => ({ probability: tf.sigmoid(oddsOf(kind, parameters, points!, count)) }),
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
