import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sizeOf, type Engine, type LossProgram, type NamedArrays } from '#main/engine/engine'
import { initialParameters, parameterCount } from '#main/models/initialise'
import type { GeneratorConfig } from '#main/models/generate/generatorConfig'
import { decodeSoundProgram, encodeSoundProgram, soundVae } from '#main/models/generate/soundVae'
import { soundVaeLoss } from '#main/models/generate/soundVaeLoss'
import { nextName, runningNames, takeRunningState } from '#main/models/runningState'
import { adamWStep, initialOptimizerState } from '#main/training/adamW'
import { randomStream } from '#shared/random'
import { smallMixtureVae, smallSoundVae, sourceMixtureVae, sourceSoundVae } from '#test/soundVaes'
import { openTestEngine, runProgram } from '#test/testEngine'

const batch = 6
const weights = { reconstructionWeight: 1e4 }

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

const begun = (config: GeneratorConfig) => initialParameters(soundVae(config).parameters, randomStream(1))

/** Bands of one of two heights. */
function pictures(count = batch): Float32Array {
  const random = randomStream(3)
  const picture = new Float32Array(count * 16 * 32)
  for (let item = 0; item < count; item++) {
    const from = random.chance(0.5) ? 4 : 20
    for (let frame = 0; frame < 16; frame++) picture.fill(0.8, (item * 16 + frame) * 32 + from, (item * 16 + frame) * 32 + from + 6)
  }
  return picture
}

function inputsOf(program: LossProgram, seed: number, picture = pictures()): NamedArrays {
  const random = randomStream(seed)
  const noise = Object.entries(program.inputs).filter(([name]) => name.startsWith('noise'))
  return { picture, beta: Float32Array.of(1), ...Object.fromEntries(noise.map(([name, shape]) => [name, Float32Array.from({ length: sizeOf(shape) }, () => random.normal())])) }
}

async function trained(config: GeneratorConfig, steps: number) {
  const program = soundVaeLoss(config, batch, weights)
  const differentiable = await engine.compileGradients(program)
  const state = initialOptimizerState(begun(config))
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    const { outputs, gradients } = await differentiable.gradients(state.parameters, inputsOf(program, step))
    adamWStep(state, gradients, 5e-3, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0, maxGradientNorm: 1e9, averageDecay: 0 })
    takeRunningState(state, outputs)
    losses.push(outputs.loss![0]!)
  }
  differentiable.dispose()
  return { parameters: state.parameters, losses }
}

describe('the networks of source 001', () => {
  it('have exactly as many parameters', () => {
    expect(parameterCount(soundVae(sourceSoundVae).parameters)).toBe(3_556_289)
    expect(parameterCount(soundVae(sourceMixtureVae).parameters)).toBe(37_406_785)
  })

  it('have a smaller diagonal posterior', () => {
    const diagonal: GeneratorConfig = { ...sourceMixtureVae, prior: { kind: 'mixture', components: 2, posterior: 'diagonal', samples: 3 } }
    // 256·257/2 numbers a posterior less, and 256 more, by 1025 weights and biases each.
    expect(parameterCount(soundVae(diagonal).parameters)).toBe(37_406_785 - 1025 * (32_896 - 256))
  })
})

describe('the loss', () => {
  it('is the weighted squared error plus the divergence', async () => {
    const program = soundVaeLoss(smallSoundVae, batch, weights)
    const { loss, mse, kl, reconstruction } = await runProgram(engine, program, begun(smallSoundVae), inputsOf(program, 1))
    expect(reconstruction![0]).toBeCloseTo(1e4 * mse![0]!, 1)
    expect(loss![0]).toBeCloseTo(reconstruction![0]! + kl![0]!, 1)
  })

  it('is a mean over sounds: the same batch twice over costs the same', async () => {
    const once = soundVaeLoss(smallSoundVae, batch, weights)
    const twice = soundVaeLoss(smallSoundVae, 2 * batch, weights)
    const inputs = inputsOf(once, 1)
    const doubled = { ...inputs, picture: repeated(inputs.picture!), noiseLatent: repeated(inputs.noiseLatent!) }
    const single = await runProgram(engine, once, begun(smallSoundVae), inputs)
    const double = await runProgram(engine, twice, begun(smallSoundVae), doubled)
    expect(double.kl![0]).toBeCloseTo(single.kl![0]!, 4)
    expect(double.mse![0]).toBeCloseTo(single.mse![0]!, 5)
  })

  it.each([
    ['a standard prior', smallSoundVae],
    ['a mixture', smallMixtureVae],
    ['a diagonal posterior', { ...smallSoundVae, prior: { kind: 'mixture', components: 3, posterior: 'diagonal', samples: 2 } } satisfies GeneratorConfig],
  ])('falls when it is trained, with %s', async (_, config) => {
    const { losses } = await trained(config, 40)
    const mean = (part: number[]) => part.reduce((a, b) => a + b, 0) / part.length
    expect(mean(losses.slice(-5))).toBeLessThan(0.5 * mean(losses.slice(0, 3)))
  })
})

describe('batch normalisation', () => {
  it('keeps the mean and the variance of what it sees, and learns neither by gradient', async () => {
    const program = soundVaeLoss(smallSoundVae, batch, weights)
    const differentiable = await engine.compileGradients(program)
    const parameters = begun(smallSoundVae)
    const { outputs, gradients } = await differentiable.gradients(parameters, inputsOf(program, 1))
    const running = runningNames(soundVae(smallSoundVae).parameters)
    expect(running).toHaveLength(8)
    for (const name of running) {
      expect(outputs[nextName(name)]).toHaveLength(parameters[name]!.length)
      expect(gradients[name]!.every((value) => value === 0)).toBe(true)
    }
    const seen = relu(convolved(pictures(), parameters['encoder/0/kernel']!))
    const { mean, variance } = statistics(seen, 4)
    mean.forEach((value, i) => expect(outputs[nextName('encoder/0/norm/mean')]![i]).toBeCloseTo(0.01 * value, 5))
    variance.forEach((value, i) => expect(outputs[nextName('encoder/0/norm/variance')]![i]).toBeCloseTo(0.99 + 0.01 * value, 5))
    differentiable.dispose()
  })

  it('begins with those of the first batch alone', async () => {
    const parameters = begun(smallSoundVae)
    const program = soundVaeLoss(smallSoundVae, batch, weights, 'begin')
    const outputs = await runProgram(engine, program, parameters, inputsOf(program, 1))
    const { mean, variance } = statistics(relu(convolved(pictures(), parameters['encoder/0/kernel']!)), 4)
    mean.forEach((value, i) => expect(outputs[nextName('encoder/0/norm/mean')]![i]).toBeCloseTo(value, 5))
    variance.forEach((value, i) => expect(outputs[nextName('encoder/0/norm/variance')]![i]).toBeCloseTo(value, 5))
  })

  it('in use goes by the running statistics: a sound is decoded alike alone and among others', async () => {
    const { parameters } = await trained(smallSoundVae, 20)
    const random = randomStream(5)
    const latent = Float32Array.from({ length: 3 * 4 }, () => random.normal())
    const together = await runProgram(engine, decodeSoundProgram(smallSoundVae, 3), parameters, { latent })
    const alone = await runProgram(engine, decodeSoundProgram(smallSoundVae, 1), parameters, { latent: latent.slice(4, 8) })
    const size = 16 * 32
    alone.picture!.forEach((value, i) => expect(value).toBeCloseTo(together.picture![size + i]!, 5))
    const { mean } = await runProgram(engine, encodeSoundProgram(smallSoundVae, 3), parameters, { picture: pictures(3) })
    expect(mean).toHaveLength(12)
  })
})

/** A stride-2 convolution of the small network's first level, without bias, padded as TensorFlow pads. */
function convolved(picture: Float32Array, kernel: Float32Array): Float32Array {
  const out = new Float32Array(batch * 8 * 16 * 4)
  for (let item = 0; item < batch; item++)
    for (let frame = 0; frame < 8; frame++)
      for (let bin = 0; bin < 16; bin++)
        for (let channel = 0; channel < 4; channel++) {
          let sum = 0
          for (let i = 0; i < 3; i++)
            for (let j = 0; j < 3; j++) {
              const [f, b] = [2 * frame + i, 2 * bin + j]
              if (f < 16 && b < 32) sum += picture[(item * 16 + f) * 32 + b]! * kernel[(i * 3 + j) * 4 + channel]!
            }
          out[((item * 8 + frame) * 16 + bin) * 4 + channel] = sum
        }
  return out
}

function relu(values: Float32Array): Float32Array {
  return values.map((value) => Math.max(0, value))
}

function statistics(values: Float32Array, channels: number) {
  const count = values.length / channels
  const mean = Array.from({ length: channels }, (_, c) => values.reduce((sum, value, i) => sum + (i % channels === c ? value : 0), 0) / count)
  const variance = mean.map((m, c) => values.reduce((sum, value, i) => sum + (i % channels === c ? (value - m) ** 2 : 0), 0) / count)
  return { mean, variance }
}

function repeated(values: Float32Array): Float32Array {
  return Float32Array.from([...values, ...values])
}
