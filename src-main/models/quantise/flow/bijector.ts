import type { NamedTensors } from '#main/engine/engine'
import { tf, type Tensor, type Tensor1D, type Tensor4D } from '#main/engine/tf'
import { parametersOf, type ParameterSpecs } from '#main/models/layers'

/** Frames, bins and channels of a map. */
export type MapShape = readonly [frames: number, bins: number, channels: number]

/**
 * What a pass through a flow is for. In `training`, normalisations use the batch's own statistics; to `begin`, some set
 * themselves by the batch; in `use` all is as it was learned, and only then each item is by itself.
 */
export interface FlowPass {
  readonly phase: 'training' | 'begin' | 'use'
  /** Collects what parameters are after this step that are not learned by gradient. */
  readonly next: NamedTensors
}

/** An invertible map of maps `[batch, frame, bin, channel]`, towards the prior and back. */
export interface Bijector {
  readonly parameters: ParameterSpecs
  /** The map, and log |det| of its Jacobian for every item of the batch. */
  forward(parameters: NamedTensors, x: Tensor4D, pass: FlowPass): { y: Tensor4D; logDeterminant: Tensor1D }
  /** Undoes `forward` in `use`. */
  inverse(parameters: NamedTensors, y: Tensor4D): Tensor4D
}

/** Bijectors one after the other. */
export function chain(...bijectors: Bijector[]): Bijector {
  return {
    parameters: parametersOf(bijectors),
    forward(parameters, x, pass) {
      let y = x
      let logDeterminant = tf.zeros([x.shape[0]]) as Tensor1D
      for (const bijector of bijectors) {
        const found = bijector.forward(parameters, y, pass)
        y = found.y
        logDeterminant = tf.add(logDeterminant, found.logDeterminant)
      }
      return { y, logDeterminant }
    },
    inverse: (parameters, y) => bijectors.reduceRight((x, bijector) => bijector.inverse(parameters, x), y),
  }
}

/** The sum over all but the batch. */
export function sumPerItem(x: Tensor4D): Tensor1D {
  return tf.sum(x, [1, 2, 3])
}

/** A number for every item of the batch that is the same for all. */
export function forEveryItem(value: Tensor, batch: number): Tensor1D {
  return tf.mul(tf.ones([batch]), value)
}
