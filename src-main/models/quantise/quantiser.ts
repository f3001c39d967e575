import { oneAtLeast, squaredDistanceTo, straightThrough } from '#main/engine/operations'
import type { NamedTensors } from '#main/engine/engine'
import { tf, type Tensor, type Tensor2D } from '#main/engine/tf'
import { parameter, type ParameterSpecs } from '#main/models/layers'
import { nextCodebook } from '#main/models/quantise/codebookUpdate'
import { nextOutputs } from '#main/models/runningState'

/** How codebooks start: as Keras has embeddings, with Glorot's normal distribution, or by `kMeansCodebooks`. */
export type CodebookStart = 'uniform' | 'glorot' | 'kMeans'

/** Residual vector quantisation: layer after layer chooses of its codebook what is nearest to what the layers before left. */
export interface QuantiserConfig {
  readonly layers: number
  /** Vectors a codebook. */
  readonly codes: number
  /** Numbers a vector. */
  readonly dimensions: number
  readonly start: CodebookStart
  /** Share of a codebook that a step keeps. */
  readonly gamma: number
  /**
   * What codebooks move to: the mean of the residuals that chose a code; or, as source 004 most likely had it, of the chosen
   * codes themselves, which leaves codebooks where they are.
   */
  readonly average: 'residuals' | 'as-published'
  /** Codes whose use falls below this share of an even one start anew from a residual of the batch; 0: never. */
  readonly restartBelow: number
}

export const codesName = (layer: number) => `quantiser/${layer}/codes`
/** Use of every code, averaged over time as the codes are; 1 where all of a codebook are used alike. */
export const useName = (layer: number) => `quantiser/${layer}/use`

/** Codebooks and their use; none is learned by gradient. */
export function quantiserParameters({ layers, codes, dimensions, start }: QuantiserConfig): ParameterSpecs {
  const specs: ParameterSpecs = {}
  for (let layer = 0; layer < layers; layer++) {
    specs[codesName(layer)] = { shape: [codes, dimensions], initialiser: start === 'uniform' ? 'uniform' : 'glorot', running: true }
    specs[useName(layer)] = { shape: [codes], initialiser: 'ones', running: true }
  }
  return specs
}

/** What one layer did with the vectors that it was given. */
export interface QuantisedLayer {
  /** What the layers before left, `[vector, dimension]`. */
  readonly residual: Tensor2D
  /** 1 at the chosen code, `[vector, code]`. */
  readonly chosen: Tensor2D
  /** The sum of the codes chosen so far, `[vector, dimension]`. */
  readonly sum: Tensor2D
}

/** All layers on vectors `[vector, dimension]`; constants to gradients once they are given to `quantisedOutput`. */
export function quantise(config: QuantiserConfig, parameters: NamedTensors, vectors: Tensor2D): QuantisedLayer[] {
  const found: QuantisedLayer[] = []
  let residual = vectors
  let sum = tf.zerosLike(vectors)
  for (let layer = 0; layer < config.layers; layer++) {
    const codes = parameter<Tensor2D>(parameters, codesName(layer))
    const chosen = oneAtLeast(distances(residual, codes)) as Tensor2D
    sum = tf.add(sum, tf.matMul(chosen, codes))
    found.push({ residual, chosen, sum })
    residual = tf.sub(vectors, sum)
  }
  return found
}

/** Squared distances `[vector, code]`, but for what is the same for all codes of a vector. */
function distances(vectors: Tensor2D, codes: Tensor2D): Tensor {
  return tf.sub(tf.sum(tf.square(codes), 1), tf.mul(tf.matMul(vectors, codes, false, true), 2))
}

/** The quantised vectors with the gradient of the vectors themselves. @see van den Oord et al. 2017, section 3.2 */
export function quantisedOutput(vectors: Tensor2D, layers: readonly QuantisedLayer[]): Tensor2D {
  return straightThrough(vectors, layers.at(-1)!.sum) as Tensor2D
}

/** How far vectors lie from what each layer makes of them: the sum over layers of the mean squared distance. */
export function commitment(vectors: Tensor2D, layers: readonly QuantisedLayer[]): Tensor {
  return layers.map(({ sum }) => squaredDistanceTo(vectors, sum) as Tensor).reduce((total, term) => tf.add(total, term))
}

/**
 * Outputs of a loss program with the codebooks after this step.
 * @param noise `[code, vectors / code]`, any continuous distribution: chooses the residuals that codes start anew from
 */
export function nextCodebooks(config: QuantiserConfig, parameters: NamedTensors, layers: readonly QuantisedLayer[], noise: Tensor2D): NamedTensors {
  const next: NamedTensors = {}
  layers.forEach((layer, index) => {
    const before = { codes: parameter<Tensor2D>(parameters, codesName(index)), use: parameter<Tensor>(parameters, useName(index)) }
    const { codes, use } = nextCodebook(config, before, layer, noise)
    next[codesName(index)] = codes
    next[useName(index)] = use
  })
  return nextOutputs(next)
}

/** How many codes of a layer these vectors use, and how evenly: exp of the entropy, from 1 to the number of codes. */
export function usage({ chosen }: QuantisedLayer): { used: Tensor; perplexity: Tensor } {
  const share = tf.mean(chosen, 0)
  const entropy = tf.neg(tf.sum(tf.mul(share, tf.log(tf.add(share, 1e-10)))))
  return { used: tf.sum(tf.cast(tf.greater(share, 0), 'float32')), perplexity: tf.exp(entropy) }
}
