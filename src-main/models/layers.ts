import type { NamedShapes, NamedTensors } from '#main/engine/engine'
import { denseOverBins, groupNorm, repeatNearest } from '#main/engine/operations'
import { tf, type Tensor4D } from '#main/engine/tf'

/**
 * How a parameter starts. `he` and `glorot` are normal with the variance of the respective papers, `uniform` lies within
 * ±0.05, as Keras has it, `normal` is standard normal.
 */
export type Initialiser = 'he' | 'glorot' | 'uniform' | 'normal' | 'zeros' | 'ones'

export interface ParameterSpec {
  readonly shape: readonly number[]
  readonly initialiser: Initialiser
  /** Not learned by gradient; see `runningState`. */
  readonly running?: true
}

/** Parameters by name, in the order in which they are stored. */
export type ParameterSpecs = Record<string, ParameterSpec>

/** A differentiable map with named parameters. Tensors are `[batch, frame, bin, channel]`; the caller tidies. */
export interface Layer {
  readonly parameters: ParameterSpecs
  apply(parameters: NamedTensors, input: Tensor4D): Tensor4D
}

/** The parameter of that name. A missing one is a defect of the model, not of the user's data. */
export function parameter<T>(parameters: NamedTensors, name: string): T {
  const tensor = parameters[name]
  if (!tensor) throw new Error(`The model has no parameter named ${name}.`)
  return tensor as T
}

/** All parameters of some layers; two layers may not share a name. */
export function parametersOf(layers: readonly { parameters: ParameterSpecs }[]): ParameterSpecs {
  const all: ParameterSpecs = {}
  for (const layer of layers) {
    for (const [name, spec] of Object.entries(layer.parameters)) {
      if (all[name]) throw new Error(`Two layers have a parameter named ${name}.`)
      all[name] = spec
    }
  }
  return all
}

/** Of values by name those that parameters have, in their order. */
export function onlyOf<Value>(specs: ParameterSpecs, values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.keys(specs).map((name) => [name, values[name]!]))
}

/** The shapes of parameters, in their order. */
export function shapesOf(specs: ParameterSpecs): NamedShapes {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, spec.shape]))
}

/** Layers applied one after the other. */
export function sequence(...layers: Layer[]): Layer {
  return {
    parameters: parametersOf(layers),
    // Tidied, so that without a gradient tape what lies between is freed at once.
    apply: (parameters, input) => tf.tidy(() => layers.reduce((x, layer) => layer.apply(parameters, x), input)),
  }
}

/** An element-wise function without parameters. */
export function activation(apply: (input: Tensor4D) => Tensor4D): Layer {
  return { parameters: {}, apply: (_, input) => apply(input) }
}

export const relu = activation((x) => tf.relu(x))

export interface ConvolutionOptions {
  inputs: number
  outputs: number
  /** Kernel size in frames and bins; 3 if not given. */
  size?: number
  stride?: number | [number, number]
  initialiser?: Initialiser
  /** A bias a channel; true if not given. */
  bias?: boolean
}

/** Two-dimensional convolution, zero-padded so that stride 1 keeps the size. */
export function convolution(name: string, options: ConvolutionOptions): Layer {
  const { inputs, outputs, size = 3, stride = 1, initialiser = 'he', bias = true } = options
  const kernel: ParameterSpecs = { [`${name}/kernel`]: { shape: [size, size, inputs, outputs], initialiser } }
  return {
    parameters: bias ? { ...kernel, [`${name}/bias`]: { shape: [outputs], initialiser: 'zeros' } } : kernel,
    apply(parameters, input) {
      const convolved = tf.conv2d(input, parameter<Tensor4D>(parameters, `${name}/kernel`), stride, 'same')
      return bias ? tf.add(convolved, parameter<Tensor4D>(parameters, `${name}/bias`)) : convolved
    },
  }
}

/** A dense layer over the last axis, the same at every place: a convolution that sees one place only. */
export function dense(name: string, inputs: number, outputs: number, initialiser: Initialiser = 'he'): Layer {
  return convolution(name, { inputs, outputs, size: 1, initialiser })
}

/** The same numbers in another shape, which may depend on the batch. */
export function reshaped(shape: (batch: number) => [number, number, number, number]): Layer {
  return { parameters: {}, apply: (_, input) => tf.reshape(input, shape(input.shape[0])) as Tensor4D }
}

export interface TransposedConvolutionOptions {
  inputs: number
  outputs: number
  /** Kernel size in frames and bins; 3 if not given. */
  size?: number
  /** What frames and bins are multiplied by. */
  stride: number | [number, number]
  initialiser?: Initialiser
}

/** Transposed convolution with overlap, cut so that frames and bins become exactly `stride` times as many ("same"). */
export function transposedConvolution(name: string, options: TransposedConvolutionOptions): Layer {
  const { inputs, outputs, size = 3, stride, initialiser = 'glorot' } = options
  const [down, across] = typeof stride === 'number' ? [stride, stride] : stride
  return {
    parameters: {
      [`${name}/kernel`]: { shape: [size, size, outputs, inputs], initialiser },
      [`${name}/bias`]: { shape: [outputs], initialiser: 'zeros' },
    },
    apply(parameters, input) {
      const [batch, frames, bins] = input.shape
      const kernel = parameter<Tensor4D>(parameters, `${name}/kernel`)
      const enlarged = tf.conv2dTranspose(input, kernel, [batch, frames * down, bins * across, outputs], [down, across], 'same')
      return tf.add(enlarged, parameter<Tensor4D>(parameters, `${name}/bias`))
    },
  }
}

/** Nearest-neighbour upsampling by 2 in frames and bins. */
export const upsample: Layer = {
  parameters: {},
  apply: (_, input) => repeatNearest(input, 2),
}

/**
 * Normalises groups of channels of each patch to mean 0 and variance 1, then scales and shifts every channel.
 * @see Wu and He, "Group normalization", 2018.
 */
export function normalisation(name: string, channels: number, groups: number): Layer {
  return {
    parameters: {
      [`${name}/scale`]: { shape: [channels], initialiser: 'ones' },
      [`${name}/shift`]: { shape: [channels], initialiser: 'zeros' },
    },
    apply: (parameters, input) =>
      groupNorm(input, parameter(parameters, `${name}/scale`), parameter(parameters, `${name}/shift`), groups),
  }
}

/** Doubles frames and bins by a learned 2×2 field for every element (transposed convolution without overlap). */
export function enlarge(name: string, { inputs, outputs }: { inputs: number; outputs: number }): Layer {
  return {
    parameters: {
      [`${name}/kernel`]: { shape: [2, 2, outputs, inputs], initialiser: 'glorot' },
      [`${name}/bias`]: { shape: [outputs], initialiser: 'zeros' },
    },
    apply(parameters, input) {
      const [batch, frames, bins] = input.shape
      const kernel = parameter<Tensor4D>(parameters, `${name}/kernel`)
      const enlarged = tf.conv2dTranspose(input, kernel, [batch, frames * 2, bins * 2, outputs], 2, 'same')
      return tf.add(enlarged, parameter<Tensor4D>(parameters, `${name}/bias`)) as Tensor4D
    },
  }
}

/** `input + body(input)`. A body whose last parameters start at zero makes it the identity at first. */
export function residual(body: Layer): Layer {
  return {
    parameters: body.parameters,
    apply: (parameters, input) => tf.add(input, body.apply(parameters, input)),
  }
}

/**
 * Fully connected over frequency through a bottleneck, the same for every frame and channel: harmonics far apart meet
 * in one layer, which a 3×3 convolution would need dozens of layers for. Gives zero at first.
 * @see Choi et al., "Investigating U-Nets with various intermediate blocks for spectrogram-based singing voice
 *   separation", ISMIR 2020, section 3.3 (TDF).
 */
export function frequencyDense(name: string, bins: number, bottleneck: number): Layer {
  return {
    parameters: {
      [`${name}/down`]: { shape: [bins, bottleneck], initialiser: 'he' },
      [`${name}/up`]: { shape: [bottleneck, bins], initialiser: 'zeros' },
    },
    apply(parameters, input) {
      const narrow = tf.relu(denseOverBins(input, parameter(parameters, `${name}/down`)))
      return denseOverBins(narrow as Tensor4D, parameter(parameters, `${name}/up`))
    },
  }
}
