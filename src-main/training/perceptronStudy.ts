import type { Engine } from '#main/engine/engine'
import { initialPerceptron, perceptronLoss, perceptronProgram, type PerceptronKind } from '#main/models/detect/perceptron'
import { adamWStep, initialOptimizerState } from '#main/training/adamW'
import type { PerceptronResult } from '#shared/contract/detecting'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import type { RandomStream } from '#shared/random'

/** A clip as KL and RL, and whether it is of the sound. */
export interface ScoredPoint {
  readonly kl: number
  readonly rl: number
  readonly truth: boolean
}

const epochs = 1000
const everyEpoch = 20
const side = 40
/** PyTorch's Adam with L2, as the source has it. */
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-5, decay: 'gradient', maxGradientNorm: Infinity, averageDecay: 0 } as const
const learningRate = 1e-3

/**
 * Trains source 003's classifier on points as they are, and judges it on the same points, as there; and says what it takes every place
 * around them for.
 */
export async function trainPerceptron(kind: PerceptronKind, points: readonly ScoredPoint[], engine: Engine, random: RandomStream, context: WorkContext): Promise<PerceptronResult> {
  const inputs = {
    points: Float32Array.from(points.flatMap(({ kl, rl }) => [kl, rl])),
    truth: Float32Array.from(points, ({ truth }) => (truth ? 1 : 0)),
  }
  const state = initialOptimizerState(initialPerceptron(random))
  const differentiable = await engine.compileGradients(perceptronLoss(kind, points.length))
  const losses: PerceptronResult['losses'] = []
  let guesses: Float32Array = new Float32Array(points.length)
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const { outputs, gradients } = await differentiable.gradients(state.parameters, inputs)
      guesses = outputs.probability!
      if (epoch % everyEpoch === 0 || epoch === epochs - 1) losses.push({ epoch, loss: outputs.loss![0]! })
      adamWStep(state, gradients, learningRate, adam)
      if (epoch % everyEpoch === 0) await checkpointCancel(context)
    }
  } finally {
    differentiable.dispose()
  }
  const accuracy = points.filter(({ truth }, i) => Math.round(guesses[i]!) === Number(truth)).length / points.length
  return { kind, accuracy, losses, grid: await decisionGrid(kind, points, state.parameters, engine) }
}

async function decisionGrid(kind: PerceptronKind, points: readonly ScoredPoint[], parameters: ReturnType<typeof initialPerceptron>, engine: Engine): Promise<PerceptronResult['grid']> {
  const kl = spanOf(points.map((point) => point.kl))
  const rl = spanOf(points.map((point) => point.rl))
  const at = ({ from, to }: { from: number; to: number }, i: number) => from + ((to - from) * (i + 0.5)) / side
  const network = await engine.compile(perceptronProgram(kind, side * side), parameters)
  try {
    const places = Float32Array.from(Array.from({ length: side * side }, (_, i) => [at(kl, i % side), at(rl, Math.floor(i / side))]).flat())
    const { probability } = await network.run({ points: places })
    return { kl, rl, columns: side, rows: side, values: Array.from(probability!, (value) => Math.round(value * 1e3) / 1e3) }
  } finally {
    network.dispose()
  }
}

/** From the least to the most, with a tenth more on either side. */
function spanOf(values: readonly number[]): { from: number; to: number } {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const more = 0.1 * (most - least || 1)
  return { from: Math.max(0, least - more), to: most + more }
}
