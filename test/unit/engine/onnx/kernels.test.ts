import { beforeAll, describe, expect, test } from 'vitest'
import { openOnnx } from '#main/engine/backends/onnx'
import { tfjsEngine } from '#main/engine/backends/tfjsEngine'
import { openWasm } from '#main/engine/backends/wasm'
import type { Engine, LossProgram, NamedShapes } from '#main/engine/engine'
import { goldenArrays } from '#main/engine/goldenValues'
import { denseOverBins, groupNorm, meanOf, oneAtLeast, repeatNearest, squaredDistanceTo, straightThrough } from '#main/engine/operations'
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from '#main/engine/tf'
import { relativeError, worstError } from '#test/engines'

type Build = (t: Record<string, Tensor4D>) => Tensor

interface Case {
  name: string
  shapes: NamedShapes
  build: Build
  /** Engines where TensorFlow.js itself has no such kernel. */
  notOn?: 'wasm'
}

const image = { a: [2, 6, 8, 3] }
const pair = { a: [2, 6, 8, 3], b: [2, 6, 8, 3] }
const of = (name: string, shapes: NamedShapes, build: Build, notOn?: 'wasm'): Case => ({ name, shapes, build, ...(notOn && { notOn }) })

const cases: Case[] = [
  of('relu', image, ({ a }) => tf.relu(a!)),
  of('elu', image, ({ a }) => tf.elu(a!)),
  of('leakyRelu', image, ({ a }) => tf.leakyRelu(a!, 0.2)),
  of('sigmoid', image, ({ a }) => tf.sigmoid(a!)),
  of('tanh', image, ({ a }) => tf.tanh(a!)),
  of('softplus', image, ({ a }) => tf.softplus(a!), 'wasm'),
  of('exp and log', image, ({ a }) => tf.log(tf.add(tf.exp(a!), 0.5))),
  of('sqrt, rsqrt and reciprocal', image, ({ a }) => {
    const positive = tf.add(tf.square(a!), 0.1)
    return tf.add(tf.sqrt(positive), tf.add(tf.rsqrt(positive), tf.reciprocal(positive)))
  }),
  of('mean of all', image, ({ a }) => tf.add(meanOf(tf.square(a!)), tf.mul(meanOf(a!), 0.5))),
  of('abs and neg', image, ({ a }) => tf.add(tf.abs(a!), tf.neg(a!))),
  of('pow', image, ({ a }) => tf.pow(tf.add(tf.square(a!), 0.1), 0.3)),
  of('clip', image, ({ a }) => tf.clipByValue(a!, -0.3, 0.5)),
  of('maximum and minimum', pair, ({ a, b }) => tf.sub(tf.maximum(a!, b!), tf.minimum(a!, 0.2))),
  of('where', pair, ({ a, b }) => tf.where(tf.greater(tf.tensor1d([-1, 1, 0.5]), 0), a!, tf.mul(b!, 2))),
  of('sub, mul and div of four and one dimensions', { a: [2, 6, 8, 3], b: [3] }, ({ a, b }) =>
    tf.div(tf.sub(tf.mul(a!, b!), b!), tf.add(tf.square(b!), 1)),
  ),
  of('broadcast of a batch against an image', { a: [2, 1, 8, 1], b: [1, 6, 1, 3] }, ({ a, b }) => tf.add(tf.mul(a!, b!), a!)),
  of('addN', pair, ({ a, b }) => tf.addN([a!, b!, a!])),
  of('sum and mean over some dimensions', image, ({ a }) => tf.add(tf.sum(a!, [1, 2], true), tf.mean(a!, 3, true))),
  of('sum without keeping', image, ({ a }) => tf.sum(tf.square(a!), [0, 2])),
  of('max over channels', image, ({ a }) => tf.max(a!, 3)),
  of('places of extremes', image, ({ a }) =>
    tf.mul(a!, tf.add(tf.expandDims(tf.cast(tf.argMin(a!, 3), 'float32'), 3), tf.mul(tf.cast(tf.expandDims(tf.argMax(a!, 2), 2), 'float32'), 0.5))),
  ),
  of('ones at the least after a convolution', { a: [1, 4, 4, 3], k: [3, 3, 3, 5] }, ({ a, k }) => {
    const convolved = tf.conv2d(a!, k!, 1, 'same')
    return tf.mul(convolved, oneAtLeast(convolved))
  }),
  of('a value with the gradient of another, and distances to what is no variable', pair, ({ a, b }) =>
    tf.add(straightThrough(a!, tf.square(b!)), tf.mul(squaredDistanceTo(a!, tf.mul(b!, 2)), a!)),
  ),
  of('softmax over channels after a convolution', { a: [1, 4, 4, 3], k: [3, 3, 3, 4] }, ({ a, k }) =>
    tf.softmax(tf.conv2d(a!, k!, 1, 'same')),
  ),
  of('reshape that splits channels', image, ({ a }) => tf.mul(tf.reshape(a!, [2, 6, 4, 2, 3]), 2)),
  of('reshape after a convolution, merging frames and bins', { a: [2, 4, 6, 3], k: [1, 1, 3, 5] }, ({ a, k }) =>
    tf.sum(tf.square(tf.reshape(tf.conv2d(a!, k!, 1, 'same'), [2, 24, 5])), 1),
  ),
  of('reshape after a convolution, merging batch and frames', { a: [2, 4, 6, 3], k: [1, 1, 3, 5] }, ({ a, k }) =>
    tf.square(tf.reshape(tf.conv2d(a!, k!, 1, 'same'), [8, 6, 5])),
  ),
  of('transposes that cancel', image, ({ a }) => tf.transpose(tf.relu(tf.transpose(a!, [0, 3, 1, 2])), [0, 2, 3, 1])),
  of('transpose and add', { a: [2, 3, 4, 5], b: [5, 4, 3, 2] }, ({ a, b }) => tf.mul(a!, tf.transpose(b!, [3, 2, 1, 0]))),
  of('slice', image, ({ a }) => tf.slice(a!, [0, 1, 2, 0], [-1, 4, 3, 2])),
  of('concat', pair, ({ a, b }) => tf.concat([a!, b!, a!], 3)),
  of('split and stack', image, ({ a }) => tf.stack(tf.split(a!, 2, 1) as Tensor[], 2)),
  of('pad', image, ({ a }) => tf.pad(a!, [[0, 0], [1, 2], [0, 3], [0, 0]], 0.5)),
  of('tile', { a: [2, 1, 4, 3] }, ({ a }) => tf.mul(tf.tile(a!, [1, 5, 1, 1]), 3)),
  of('expand and squeeze', image, ({ a }) => tf.squeeze(tf.mul(tf.expandDims(a!, 2), 2), [2])),
  of('matMul', { a: [5, 4], b: [4, 3] }, ({ a, b }) => tf.matMul(a!, b!)),
  of('matMul transposed', { a: [4, 5], b: [3, 4] }, ({ a, b }) => tf.matMul(a! as Tensor, b! as Tensor, true, true)),
  of('batched matMul', { a: [3, 5, 4], b: [3, 2, 4] }, ({ a, b }) => tf.matMul(a! as Tensor, b! as Tensor, false, true)),
  ...[1, 2].flatMap((stride) =>
    (['same', 'valid'] as const).flatMap((pad) =>
      [1, 2, 3, 4].map((size) =>
        of(`conv2d ${size}×${size} stride ${stride} ${pad}`, { a: [2, 7, 8, 3], k: [size, size, 3, 4] }, ({ a, k }) =>
          tf.conv2d(a!, k!, stride, pad),
        ),
      ),
    ),
  ),
  of('conv2d with strides of its own', { a: [2, 8, 8, 3], k: [3, 3, 3, 4] }, ({ a, k }) => tf.conv2d(a!, k!, [2, 1], 'same')),
  of('conv2d with bias', { a: [2, 6, 8, 3], k: [3, 3, 3, 4], b: [4] }, ({ a, k, b }) => tf.add(tf.conv2d(a!, k!, 1, 'same'), b!)),
  of('conv2d with a bias that is also used elsewhere', { a: [2, 6, 8, 3], k: [3, 3, 3, 4], b: [4] }, ({ a, k, b }) => {
    const convolved = tf.conv2d(a!, k!, 1, 'same')
    return tf.mul(tf.add(convolved, b!), convolved)
  }),
  of('conv2dTranspose 3×3 stride 2', { a: [2, 4, 3, 3], k: [3, 3, 5, 3] }, ({ a, k }) => tf.conv2dTranspose(a!, k!, [2, 8, 6, 5], 2, 'same')),
  of('conv2dTranspose 2×2 stride 2', { a: [2, 4, 3, 3], k: [2, 2, 5, 3] }, ({ a, k }) => tf.conv2dTranspose(a!, k!, [2, 8, 6, 5], 2, 'same')),
  of('conv2dTranspose to an odd size', { a: [2, 4, 3, 3], k: [3, 3, 5, 3] }, ({ a, k }) => tf.conv2dTranspose(a!, k!, [2, 7, 5, 5], 2, 'same')),
  of('conv2dTranspose stride (2, 1)', { a: [2, 4, 6, 3], k: [3, 3, 5, 3] }, ({ a, k }) => tf.conv2dTranspose(a!, k!, [2, 8, 6, 5], [2, 1], 'same')),
  of('avgPool', { a: [2, 6, 8, 3] }, ({ a }) => tf.avgPool(a!, 2, 2, 'valid')),
  of('groupNorm', { a: [2, 6, 8, 4], g: [4], b: [4] }, ({ a, g, b }) => groupNorm(a!, g as unknown as Tensor1D, b as unknown as Tensor1D, 2)),
  of('groupNorm after a convolution', { a: [2, 6, 8, 4], k: [3, 3, 4, 4], g: [4], b: [4] }, ({ a, k, g, b }) =>
    groupNorm(tf.conv2d(a!, k!, 1, 'same'), g as unknown as Tensor1D, b as unknown as Tensor1D, 4),
  ),
  of('denseOverBins', { a: [2, 6, 8, 3], w: [8, 5] }, ({ a, w }) => denseOverBins(a!, w as unknown as Tensor2D)),
  of('denseOverBins after a convolution', { a: [2, 6, 8, 3], k: [3, 3, 3, 4], w: [8, 5] }, ({ a, k, w }) =>
    denseOverBins(tf.conv2d(a!, k!, 1, 'same'), w as unknown as Tensor2D),
  ),
  of('repeatNearest', image, ({ a }) => repeatNearest(a!, 2)),
]

/** The case as a loss of every input, so that its gradients are compared too. */
function lossOf({ name, shapes, build }: Case): LossProgram {
  return {
    name,
    parameters: shapes,
    inputs: { tilt: [1] },
    run(parameters, { tilt }) {
      const y = build(parameters as Record<string, Tensor4D>)
      // A tilted cube: no element's gradient is constant, and none vanishes where a normalisation fixes the squares.
      return { loss: tf.mean(tf.mul(tf.square(y), tf.add(y, tilt!))), y }
    },
  }
}

let plain: Engine
let engines: Record<'onnx' | 'wasm', Engine>

beforeAll(async () => {
  await tf.setBackend('cpu')
  plain = tfjsEngine('wasm', 'plain JavaScript', 'cpu')
  engines = { onnx: await openOnnx('cpu'), wasm: await openWasm() }
})

describe.each(['onnx', 'wasm'] as const)('%s', (engineName) => {
  // Would catch a wrong kernel, layout or padding of this one operation, which a whole network may hide.
  test.each(cases.filter(({ notOn }) => notOn !== engineName))('computes $name and its gradients', async (given) => {
    const program = lossOf(given)
    const parameters = goldenArrays(program.parameters, 3)
    const inputs = { tilt: Float32Array.of(0.3) }
    const expected = await (await plain.compileGradients(program)).gradients(parameters, inputs)
    const found = await (await engines[engineName].compileGradients(program)).gradients(parameters, inputs)
    expect(relativeError(expected.outputs.y!, found.outputs.y)).toBeLessThan(1e-5)
    expect(worstError(expected.gradients, found.gradients)).toBeLessThan(2e-5)
    const forward = await (await engines[engineName].compile(program, parameters)).run(inputs)
    expect(relativeError(expected.outputs.y!, forward.y)).toBeLessThan(1e-5)
  })
})

// Would catch a program that slips past the tracer and computes with stand-ins.
test('a program that reads values while it is traced is refused', async () => {
  const program: LossProgram = {
    name: 'reader',
    parameters: { a: [2] },
    inputs: {},
    run: ({ a }) => ({ loss: tf.scalar(a!.dataSync()[0]!) }),
  }
  await expect(engines.onnx.compile(program, { a: Float32Array.of(1, 2) })).rejects.toThrow(/while it was being traced/)
})
