import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tfjsEngine } from '#main/engine/backends/tfjsEngine'
import type { Engine, LossProgram, NamedArrays, Program } from '#main/engine/engine'
import { goldenProgram } from '#main/engine/goldenProgram'
import { goldenArrays } from '#main/engine/goldenValues'
import { openRung } from '#main/engine/rungs'
import type { NativeBackend } from '#main/engine/tensorflow/nativeBackend'
import { type Tensor, type Tensor1D, tf } from '#main/engine/tf'
import { worstError } from '#test/engines'
import { runProgram } from '#test/testEngine'

const found = await openRung('tensorflow-cpu').catch((error: Error) => error.message)

/** What graphs have no word for: it reads a value on its way. */
const readingProgram: Program = {
  name: 'reading',
  parameters: {},
  inputs: { x: [3] },
  run: (_, { x }) => ({ y: tf.mul(x!, tf.max(x!).dataSync()[0]!) }),
}

const loss: LossProgram = {
  name: 'small loss',
  parameters: { slope: [3] },
  inputs: { x: [2, 3] },
  run: ({ slope }, { x }) => ({ loss: tf.mean(tf.square(tf.sub(tf.mul(x!, slope!), 1))) }),
}

/** Outputs that nothing computes, values with two names, and operations that need more in a graph than alone. */
const oddProgram: Program = {
  name: 'odd',
  parameters: { weights: [4] },
  inputs: { x: [2, 4], unused: [3] },
  run({ weights }, { x }) {
    const [left, right] = tf.split(x!, 2, 1) as [Tensor, Tensor]
    const sum = tf.add(left, right)
    const positive = tf.logicalAnd(tf.greater(x!, 0), tf.less(x!, 0.5))
    return {
      given: tf.clone(x!),
      held: tf.clone(weights!),
      constant: tf.tensor1d([3, -1, 2]),
      zeros: tf.zeros([300]),
      sum,
      again: sum,
      right: tf.relu(right),
      scalar: tf.sum(x!),
      where: tf.where(positive, x!, tf.expandDims(weights as Tensor1D, 0)),
      cast: tf.cast(tf.cast(tf.mul(x!, 10), 'int32'), 'float32'),
      flags: tf.cast(positive, 'float32'),
      padded: tf.leakyRelu(tf.pad(x!, [[1, 0], [0, 2]]), 0.3),
      best: tf.topk(x!, 2).values,
      turned: tf.concat([tf.transpose(x!), tf.reverse(tf.transpose(x!), 0)], 1),
    }
  },
}

const nativeBackend = () => tf.findBackend('tensorflow') as unknown as NativeBackend & { binding: { getNumOfTensors(): number } }
const held = () => ({
  tensors: tf.memory().numTensors,
  buffers: tf.memory().numDataBuffers,
  native: nativeBackend().binding.getNumOfTensors(),
  sessions: nativeBackend().binding.getNumOfSavedModels(),
})

const warnings: string[] = []
const hear = (warning: Error) => void warnings.push(warning.message)
const settle = () => new Promise((resolve) => setImmediate(resolve))

async function gradients(engine: Engine, program: LossProgram, seed = 1) {
  const differentiable = await engine.compileGradients(program)
  const result = await differentiable.gradients(goldenArrays(program.parameters, seed), goldenArrays(program.inputs, seed + 1))
  differentiable.dispose()
  return { ...result.outputs, ...result.gradients }
}

describe('programs as graphs', (): void => {
  let graphed: Engine
  let oneByOne: Engine
  let folder: string
  const temporary = process.env.TMPDIR

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stemwright-test-'))
    process.on('warning', hear)
  })
  beforeEach(async ({ skip }) => {
    if (typeof found === 'string') skip(found)
    graphed = await openRung('tensorflow-cpu')
    oneByOne = tfjsEngine('tensorflow-cpu', 'one by one', 'tensorflow')
    process.env.TMPDIR = folder
    warnings.length = 0
  })
  afterEach(() => {
    if (temporary === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = temporary
  })
  afterAll(() => {
    process.off('warning', hear)
    rmSync(folder, { recursive: true, force: true })
  })

  // Would catch an input that was taken for a constant: all runs but the first would give the first one's results.
  it('give what one operation after the other gives, for other inputs than those they were recorded with', async () => {
    const [graph, plain] = [await graphed.compileGradients(goldenProgram), await oneByOne.compileGradients(goldenProgram)]
    for (const seed of [1, 5, 9]) {
      const given = [goldenArrays(goldenProgram.parameters, seed), goldenArrays(goldenProgram.inputs, seed + 1)] as const
      const [expected, actual] = [await plain.gradients(...given), await graph.gradients(...given)]
      expect(worstError(expected.outputs, actual.outputs)).toBeLessThan(1e-5)
      expect(worstError(expected.gradients, actual.gradients)).toBeLessThan(1e-5)
      expect(Object.keys(actual.gradients)).toEqual(Object.keys(expected.gradients))
    }
    graph.dispose()
    plain.dispose()
    await settle()
    expect(warnings).toEqual([])
  })

  it('give inputs, parameters and constants back, one value under two names, and flags and integers', async () => {
    const parameters = goldenArrays(oddProgram.parameters, 1)
    const graph = await graphed.compile(oddProgram, parameters)
    for (const seed of [2, 3]) {
      const inputs = goldenArrays(oddProgram.inputs, seed)
      const expected = await runProgram(oneByOne, oddProgram, parameters, inputs)
      const actual = await graph.run(inputs)
      expect(Object.keys(actual)).toEqual(Object.keys(expected))
      for (const name of Object.keys(expected)) expect(actual[name], name).toEqual(expected[name])
    }
    graph.dispose()
    await settle()
    expect(warnings).toEqual([])
  })

  // Would catch a sum in the order in which threads happen to end: a run that goes on after a pause would take another way.
  it('give the same bits at every run, the first one too, and when they are compiled anew', async () => {
    const given = [goldenArrays(goldenProgram.parameters, 1), goldenArrays(goldenProgram.inputs, 2)] as const
    const bits = ({ outputs, gradients }: { outputs: NamedArrays; gradients: NamedArrays }) =>
      Object.values({ ...outputs, ...gradients }).map((values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64'))
    const seen = new Set<string>()
    for (let compiled = 0; compiled < 3; compiled++) {
      const graph = await graphed.compileGradients(goldenProgram)
      for (let run = 0; run < 7; run++) seen.add(bits(await graph.gradients(...given)).join())
      graph.dispose()
    }
    expect(seen.size).toBe(1)
  })

  it('live beside one another and beside another engine', async () => {
    const wasm = await openRung('wasm')
    const alone = [await gradients(graphed, goldenProgram), await gradients(graphed, loss), await gradients(wasm, goldenProgram)]
    const first = await graphed.compileGradients(goldenProgram)
    const together = await Promise.all([
      first.gradients(goldenArrays(goldenProgram.parameters, 1), goldenArrays(goldenProgram.inputs, 2)).then((all) => ({ ...all.outputs, ...all.gradients })),
      gradients(graphed, loss),
      gradients(wasm, goldenProgram),
    ])
    // The other graph is gone by now; this one is not.
    const { outputs } = await first.gradients(goldenArrays(goldenProgram.parameters, 1), goldenArrays(goldenProgram.inputs, 2))
    first.dispose()
    expect(together).toEqual(alone)
    expect(outputs.loss).toEqual(alone[0]!.loss)
  })

  // Would catch a session, a recorded tensor or a folder that is kept: a song in blocks compiles many times in a process.
  it('leave nothing behind', async () => {
    await gradients(graphed, loss)
    const before = held()
    await gradients(graphed, goldenProgram)
    const graph = await graphed.compile(oddProgram, goldenArrays(oddProgram.parameters, 1))
    await graph.run(goldenArrays(oddProgram.inputs, 2))
    const running = held()
    for (let run = 0; run < 5; run++) await graph.run(goldenArrays(oddProgram.inputs, 2))
    expect(held()).toEqual(running)
    graph.dispose()
    graph.dispose()
    expect(held()).toEqual(before)
    expect(readdirSync(folder)).toEqual([])
  })

  it('are computed one by one where no graph can be made of them, which is said once', async () => {
    const executable = await graphed.compile(readingProgram, {})
    const before = held()
    expect([...(await executable.run({ x: Float32Array.of(1, 2, 3) })).y!]).toEqual([3, 6, 9])
    expect([...(await executable.run({ x: Float32Array.of(1, 2, 4) })).y!]).toEqual([4, 8, 16])
    expect(held()).toEqual(before)
    await runProgram(graphed, readingProgram, {}, { x: Float32Array.of(1, 1, 1) })
    executable.dispose()
    await settle()
    expect(warnings).toEqual([expect.stringMatching(/could not make a graph.*it reads a value/)])
    // Nothing is recorded any more: the next program is not disturbed.
    expect(await gradients(graphed, loss)).toEqual(await gradients(graphed, loss))
  })

  it('are computed one by one where no file can be written', async () => {
    process.env.TMPDIR = join(folder, 'missing')
    const inputs = goldenArrays(oddProgram.inputs, 2)
    const parameters = goldenArrays(oddProgram.parameters, 1)
    const actual = await runProgram(graphed, oddProgram, parameters, inputs)
    expect(actual).toEqual(await runProgram(oneByOne, oddProgram, parameters, inputs))
    await settle()
    expect(warnings).toEqual([expect.stringMatching(/could not make a graph.*ENOENT/)])
  })

  // Would catch a fall back into the memory that has just run out, and a graph that stays broken afterwards.
  it('pass on that memory ran out, and work again when there is some', async () => {
    const backend = nativeBackend()
    const { runSavedModel } = backend
    const given = [goldenArrays(loss.parameters, 1), goldenArrays(loss.inputs, 2)] as const
    const differentiable = await graphed.compileGradients(loss)
    const before = held()
    backend.runSavedModel = () => {
      throw new Error('Session fail to run with error: OOM when allocating tensor')
    }
    try {
      await expect(differentiable.gradients(...given)).rejects.toMatchObject({ code: 'ENGINE_OUT_OF_MEMORY' })
    } finally {
      backend.runSavedModel = runSavedModel
    }
    expect(held()).toEqual(before)
    const { gradients: found } = await differentiable.gradients(...given)
    differentiable.dispose()
    const expected = await gradients(graphed, loss)
    expect(found.slope).toEqual(expected.slope)
    await settle()
    expect(warnings).toEqual([])
  })
})
