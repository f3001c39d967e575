import type { Engine, LossProgram, NamedTensors } from '#main/engine/engine'
import { goldenArrays } from '#main/engine/goldenValues'
import { denseOverBins, groupNorm } from '#main/engine/operations'
import { type Scalar, type Tensor1D, type Tensor2D, type Tensor4D, tf } from '#main/engine/tf'

/** Patches `[128, 256, 8]` a second through a small network, forwards and with gradients. */
export interface EngineSpeed {
  readonly inference: number
  readonly training: number
}

const patches = 2
const millisecondsEach = 400

/** A two-level network with the work that the models have, small enough to be timed in a moment. */
export const speedProgram: LossProgram = {
  name: 'speed',
  parameters: {
    entry: [3, 3, 8, 24],
    near: [3, 3, 24, 24],
    gamma: [24],
    beta: [24],
    down: [3, 3, 24, 48],
    deep: [3, 3, 48, 48],
    narrow: [128, 16],
    wide: [16, 128],
    up: [2, 2, 24, 48],
    output: [1, 1, 24, 8],
  },
  inputs: { mixture: [patches, 128, 256, 8] },
  run(parameters, { mixture }) {
    const p = parameters as Record<string, Tensor4D>
    const entry = tf.conv2d(mixture as Tensor4D, p.entry!, 1, 'same')
    const normed = groupNorm(entry, parameters.gamma as Tensor1D, parameters.beta as Tensor1D, 8)
    const level = tf.conv2d(tf.relu(normed), p.near!, 1, 'same')
    const below = tf.conv2d(tf.relu(tf.conv2d(level, p.down!, 2, 'same')), p.deep!, 1, 'same')
    const bins = tf.relu(denseOverBins(below, parameters.narrow as Tensor2D))
    const wide = denseOverBins(bins as Tensor4D, parameters.wide as Tensor2D)
    const raised = tf.conv2dTranspose(tf.add(below, wide) as Tensor4D, p.up!, [patches, 128, 256, 24], 2, 'same')
    const mask = tf.sigmoid(tf.conv2d(tf.add(raised, level) as Tensor4D, p.output!, 1, 'same'))
    return { loss: tf.mean(tf.abs(tf.sub(mask, mixture!))) as Scalar } satisfies NamedTensors
  },
}

/** Measures an engine for about a second; `now` is a clock in milliseconds. */
export async function measureSpeed(engine: Engine, now: () => number): Promise<EngineSpeed> {
  const parameters = goldenArrays(speedProgram.parameters, 1)
  const inputs = goldenArrays(speedProgram.inputs, 2)
  const executable = await engine.compile(speedProgram, parameters)
  const inference = await fastest(() => executable.run(inputs), now)
  executable.dispose()
  const differentiable = await engine.compileGradients(speedProgram)
  const training = await fastest(() => differentiable.gradients(parameters, inputs), now)
  differentiable.dispose()
  return { inference: (1000 * patches) / inference, training: (1000 * patches) / training }
}

/** Milliseconds of the fastest of several calls: what the machine can do when nothing else disturbs it. */
async function fastest(work: () => Promise<unknown>, now: () => number): Promise<number> {
  await work()
  const start = now()
  let best = Infinity
  while (now() - start < millisecondsEach || best === Infinity) {
    const before = now()
    await work()
    best = Math.min(best, now() - before)
  }
  return best
}
