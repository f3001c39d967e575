import { describe, expect, test } from 'vitest'
import type { Engine, NamedArrays } from '#main/engine/engine'
import { goldenProgram } from '#main/engine/goldenProgram'
import { goldenArrays, goldenOutputs, goldenSeeds, goldenSlopes } from '#main/engine/goldenValues'
import { openRung } from '#main/engine/rungs'
import { tf } from '#main/engine/tf'
import { findMistake } from '#main/engine/verify'
import { type FoundRung, openRungs, worstError } from '#test/engines'
import { goldenReference, referenceSlope } from '#test/goldenReference'

const parameters = goldenArrays(goldenProgram.parameters, goldenSeeds.parameters)
const inputs = goldenArrays(goldenProgram.inputs, goldenSeeds.inputs)
const doubles = (arrays: NamedArrays) =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, Float64Array.from(values)]))

async function gradients(engine: Engine) {
  const differentiable = await engine.compileGradients(goldenProgram)
  const result = await differentiable.gradients(parameters, inputs)
  differentiable.dispose()
  return result
}

async function forward(engine: Engine) {
  const executable = await engine.compile(goldenProgram, parameters)
  const outputs = await executable.run(inputs)
  executable.dispose()
  return outputs
}

const rungs = await openRungs(forward)
const reference = rungs.find((rung) => 'engine' in rung)
if (!reference || !('engine' in reference)) throw new Error('Not even the WebAssembly engine works here.')
const expected = { forward: await forward(reference.engine), ...(await gradients(reference.engine)) }

describe('golden values', () => {
  // Would catch constants that were edited, or a program that changed without them.
  test('are what plain loops in double precision give', () => {
    const outputs: Record<string, number> = goldenReference(doubles(parameters), doubles(inputs))
    for (const [name, value] of Object.entries(goldenOutputs)) expect(outputs[name]).toBeCloseTo(value, 9)
  })

  test('hold the slope along every parameter, by central differences', () => {
    const directions = goldenArrays(goldenProgram.parameters, goldenSeeds.directions)
    expect(Object.keys(goldenSlopes)).toEqual(Object.keys(goldenProgram.parameters))
    const misses = Object.entries(goldenSlopes).filter(([name, slope]) => {
      const found = referenceSlope(parameters, inputs, name, directions[name]!)
      return !(Math.abs(found - slope) < 1e-7 * Math.max(1, Math.abs(slope)))
    })
    expect(misses).toEqual([])
  })
})

/** The rung's engine; the test is skipped, with the reason, where there is none. */
function engineOf(rung: FoundRung, skip: (note: string) => never): Engine {
  return 'engine' in rung ? rung.engine : skip(`${rung.id}: ${rung.reason}`)
}

describe.each(rungs)('$id', (rung) => {
  // Would catch a kernel, a layout or a gradient that is wrong on this engine alone.
  test('computes the golden values', async ({ skip }) => {
    const engine = engineOf(rung, skip)
    expect(await findMistake(engine)).toBeUndefined()
  })

  test('agrees with the first rung in outputs and every gradient to 1e-4', async ({ skip }) => {
    const engine = engineOf(rung, skip)
    const found = await gradients(engine)
    expect(worstError(expected.forward, await forward(engine))).toBeLessThan(1e-4)
    expect(worstError(expected.outputs, found.outputs)).toBeLessThan(1e-4)
    expect(worstError(expected.gradients, found.gradients)).toBeLessThan(1e-4)
  })

  // Would catch a tensor kept a step, which ends a training of hours with no memory left.
  test('keeps no tensor of a step', async ({ skip }) => {
    const engine = engineOf(rung, skip)
    await forward(engine)
    await gradients(engine)
    const before = tf.memory().numTensors
    await forward(engine)
    await gradients(engine)
    expect(tf.memory().numTensors).toBe(before)
  })

  // Would catch a compiled program that reads its caller's arrays later, when training has moved on.
  test('holds the parameters it was compiled with', async ({ skip }) => {
    const engine = engineOf(rung, skip)
    const mine = Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values.slice()]))
    const executable = await engine.compile(goldenProgram, mine)
    for (const values of Object.values(mine)) values.fill(0)
    const outputs = await executable.run(inputs)
    executable.dispose()
    expect(worstError(expected.forward, outputs)).toBeLessThan(1e-4)
  })

  test('refuses parameters of another model by name', async ({ skip }) => {
    const engine = engineOf(rung, skip)
    const wrong = { ...parameters, 'entry/bias': new Float32Array(5) }
    await expect(engine.compile(goldenProgram, wrong)).rejects.toMatchObject({ code: 'MODEL_INCOMPATIBLE' })
    const lacking = Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== 'noise'))
    const executable = await engine.compile(goldenProgram, parameters)
    await expect(executable.run(lacking)).rejects.toThrow(/"noise" of golden is missing/)
    executable.dispose()
  })
})

describe('a mistake', () => {
  const wasm = () => openRung('wasm')

  // Would catch a check that compares nothing: the same engine with one output or gradient off by a thousandth fails.
  test('in an output is found', async () => {
    const engine = await wasm()
    const off: Engine = {
      ...engine,
      compile: async (...args) => {
        const executable = await engine.compile(...args)
        const run = async (given: NamedArrays) => {
          const outputs = await executable.run(given)
          return { ...outputs, kl: outputs.kl!.map((value) => value * 1.001) }
        }
        return { ...executable, run }
      },
    }
    expect(await findMistake(off)).toMatch(/kl is 0\.1796/)
  })

  test('in one gradient is found', async () => {
    const engine = await wasm()
    const off: Engine = {
      ...engine,
      compileGradients: async (program) => {
        const differentiable = await engine.compileGradients(program)
        const gradients: typeof differentiable.gradients = async (...args) => {
          const result = await differentiable.gradients(...args)
          const flipped = result.gradients['up/kernel']!.map((value) => value * 1.01)
          return { ...result, gradients: { ...result.gradients, 'up/kernel': flipped } }
        }
        return { ...differentiable, gradients }
      },
    }
    expect(await findMistake(off)).toMatch(/gradients are wrong \(along up\/kernel/)
  })
})
