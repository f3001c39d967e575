import type { NamedArrays } from '#main/engine/engine'

export interface AdamWOptions {
  beta1: number
  beta2: number
  epsilon: number
  /** Decoupled weight decay a step, times the learning rate; vectors (biases and scales) are left alone. */
  weightDecay: number
  /** `gradient` adds the decay to the gradient of all parameters instead, as Adam had it at first and as PyTorch's Adam has it. */
  decay?: 'decoupled' | 'gradient'
  /** Largest Euclidean norm of all gradients together; larger ones are scaled down. */
  maxGradientNorm: number
  /** Decay a step of the running mean of the parameters. */
  averageDecay: number
}

/** All that changes from step to step; every array is owned and updated in place. */
export interface OptimizerState {
  /** Steps done. */
  step: number
  parameters: NamedArrays
  firstMoment: NamedArrays
  secondMoment: NamedArrays
  /** Exponential moving average of the parameters: what is validated and shipped. */
  average: NamedArrays
}

/** A fresh state that starts from (and owns) `parameters`. */
export function initialOptimizerState(parameters: NamedArrays): OptimizerState {
  const like = (make: (values: Float32Array) => Float32Array): NamedArrays =>
    Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, make(values)]))
  return {
    step: 0,
    parameters,
    firstMoment: like((values) => new Float32Array(values.length)),
    secondMoment: like((values) => new Float32Array(values.length)),
    average: like((values) => values.slice()),
  }
}

/** Euclidean norm over all arrays. */
function globalNorm(gradients: NamedArrays): number {
  let sum = 0
  for (const values of Object.values(gradients)) for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!
  return Math.sqrt(sum)
}

/**
 * One step of Adam with decoupled weight decay, in place; returns the norm of the gradients before clipping.
 * Runs on plain arrays so that training is the same, and resumes to the bit, whatever engine gave the gradients.
 * @see Loshchilov and Hutter, "Decoupled weight decay regularization", 2019, algorithm 2.
 */
export function adamWStep(
  state: OptimizerState,
  gradients: NamedArrays,
  learningRate: number,
  options: AdamWOptions,
): number {
  const norm = globalNorm(gradients)
  const clip = norm > options.maxGradientNorm ? options.maxGradientNorm / norm : 1
  const step = ++state.step
  const { beta1, beta2, epsilon } = options
  const pull = options.decay === 'gradient' ? options.weightDecay : 0
  const rate = learningRate / (1 - beta1 ** step)
  const root = 1 / Math.sqrt(1 - beta2 ** step)
  // The average follows quickly at first, else it would remember the random start for thousands of steps.
  const averageDecay = Math.min(options.averageDecay, (1 + step) / (10 + step))
  for (const [name, values] of Object.entries(state.parameters)) {
    const gradient = gradients[name]!
    const first = state.firstMoment[name]!
    const second = state.secondMoment[name]!
    const average = state.average[name]!
    const decay = pull === 0 && isMatrix(name) ? 1 - learningRate * options.weightDecay : 1
    for (let i = 0; i < values.length; i++) {
      const g = gradient[i]! * clip + pull * values[i]!
      const m = (first[i] = beta1 * first[i]! + (1 - beta1) * g)
      const v = (second[i] = beta2 * second[i]! + (1 - beta2) * g * g)
      const value = (values[i] = values[i]! * decay - (rate * m) / (Math.sqrt(v) * root + epsilon))
      average[i] = averageDecay * average[i]! + (1 - averageDecay) * value
    }
  }
  return norm
}

function isMatrix(name: string): boolean {
  return !/\/(bias|scale|shift)$/.test(name)
}
