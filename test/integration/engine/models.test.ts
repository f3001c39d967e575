import { describe, expect, test } from 'vitest'
import type { Engine, LossProgram, NamedArrays, Program } from '#main/engine/engine'
import { goldenArrays } from '#main/engine/goldenValues'
import { type BlindVaeConfig } from '#main/models/blindVae'
import { blindVaeLoss } from '#main/models/blindVaeLoss'
import { maskProgram } from '#main/models/separatorNetwork'
import { separatorLoss } from '#main/models/separatorLoss'
import { joinMembers } from '#main/models/members'
import { presets } from '#main/training/presets'
import { type FoundRung, openRungs, worstError } from '#test/engines'

const weights = { spectrum: 1, energy: 1, magnitude: 0.5, crossEntropy: 0.3, latent: 0.05, freeBits: 0.1 }
const { model } = presets.tiny
const plain = presets.unetTiny.model

const twoMembers = { ...model, members: 2 }
const forwardPrograms: Program[] = [maskProgram(model, 1), maskProgram(model, 2), maskProgram(twoMembers, 1), maskProgram(plain, 2)]
const baseline: BlindVaeConfig = {
  family: 'convvae',
  stft: { sampleRate: 44100, fftSize: 512, hopLength: 256 },
  frames: 24,
  bins: 33,
  encoderChannels: [4, 6, 8],
  latentChannels: 4,
  varianceParameter: 'logVariance',
}

const dense: BlindVaeConfig = {
  family: 'densevae',
  stft: baseline.stft,
  frames: 24,
  bins: 33,
  groupFrames: 4,
  hiddenUnits: [12],
  latentUnits: 4,
  varianceParameter: 'logStd',
}

const lossPrograms: LossProgram[] = [
  separatorLoss(model, 2, weights),
  separatorLoss(plain, 2, weights),
  blindVaeLoss(baseline, 2, 'mse'),
  blindVaeLoss(baseline, 2, 'crossEntropy'),
  blindVaeLoss(dense, 2, 'l1'),
]

/** Parameters that keep activations of one size from layer to layer, none zero as some are at the start of a training. */
function parametersOf(program: Program): NamedArrays {
  const arrays = goldenArrays(program.parameters, 21)
  const scaled = Object.entries(program.parameters).map(([name, shape]) => {
    const inputs = shape.slice(0, -1).reduce((a, b) => a * b, 1)
    return [name, arrays[name]!.map((value) => value / Math.sqrt(inputs))] as const
  })
  return Object.fromEntries(scaled)
}

/** Powers are never negative. */
function inputsOf(program: Program): NamedArrays {
  const arrays = goldenArrays(program.inputs, 22)
  return Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => [name, /power/i.test(name) ? values.map(Math.abs) : values]),
  )
}

async function forward(engine: Engine, program: Program): Promise<NamedArrays> {
  const executable = await engine.compile(program, parametersOf(program))
  const outputs = await executable.run(inputsOf(program))
  executable.dispose()
  return outputs
}

async function gradients(engine: Engine, program: LossProgram) {
  const differentiable = await engine.compileGradients(program)
  const result = await differentiable.gradients(parametersOf(program), inputsOf(program))
  differentiable.dispose()
  return result
}

const rungs = await openRungs((engine) => forward(engine, forwardPrograms[0]!))
const reference = rungs.flatMap((rung) => ('engine' in rung ? [rung.engine] : []))[0]!
const pairs = <P extends Program>(programs: readonly P[]) =>
  rungs.flatMap((rung) => programs.map((program) => ({ rung, program, title: `${rung.id} computes ${program.name}` })))

/** The rung's engine; the test is skipped, with the reason, where there is none. */
function engineOf(rung: FoundRung, skip: (note: string) => never): Engine {
  return 'engine' in rung ? rung.engine : skip(`${rung.id}: ${rung.reason}`)
}

// These would catch a model that uses an operation which an engine lacks or computes in another way.
describe('models', () => {
  for (const { rung, program, title } of pairs(forwardPrograms)) {
    test(`${title} forwards`, async ({ skip }) => {
      const found = await forward(engineOf(rung, skip), program)
      expect(worstError(await forward(reference, program), found)).toBeLessThan(1e-4)
    })
  }

  for (const { rung, program, title } of pairs(lossPrograms)) {
    test(`${title} with gradients`, async ({ skip }) => {
      const found = await gradients(engineOf(rung, skip), program)
      const expected = await gradients(reference, program)
      expect(worstError(expected.outputs, found.outputs)).toBeLessThan(1e-4)
      // Sums over thousands of places in single precision differ by their order; a wrong operation is off by far more.
      expect(worstError(expected.gradients, found.gradients)).toBeLessThan(1e-3)
    })
  }

  // This would catch members that are weighted unequally, or that read one another's parameters.
  test('a model of two members gives the mean of their masks', async () => {
    const single = maskProgram(model, 1)
    const networks = [31, 32].map((seed) => goldenArrays(single.parameters, seed))
    const inputs = inputsOf(single)
    const maskOf = async (program: Program, parameters: NamedArrays) => {
      const executable = await reference.compile(program, parameters)
      const { vocalMask } = await executable.run(inputs)
      executable.dispose()
      return vocalMask!
    }
    const [a, b] = [await maskOf(single, networks[0]!), await maskOf(single, networks[1]!)]
    const joined = await maskOf(maskProgram(twoMembers, 1), joinMembers(networks))
    const mean = a.map((value, i) => (value + b[i]!) / 2)
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))).toBeGreaterThan(0.01)
    expect(Math.max(...joined.map((value, i) => Math.abs(value - mean[i]!)))).toBeLessThan(1e-5)
  })
})
