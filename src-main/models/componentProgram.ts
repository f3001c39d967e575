import type { Program } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import type { BlindNetwork } from '#main/models/blindNetwork'
import { shapesOf } from '#main/models/layers'

/** What a blind network works on: patches of `frames` by `bins` of this transform, as `decibelPatch` gives them. */
export interface BlindConfig {
  readonly stft: { readonly sampleRate: number; readonly fftSize: number; readonly hopLength: number }
  readonly frames: number
  readonly bins: number
}

/** The forward pass without noise as a program: `mixture` `[batch, frame, bin, 1]` → `first`, `second`, `reconstruction` of that shape. */
export function componentProgram(name: string, network: BlindNetwork, { frames, bins }: BlindConfig, batch: number): Program {
  return {
    name: `${name}-components-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: { mixture: [batch, frames, bins, 1] },
    run(parameters, { mixture }) {
      const { recons, components } = network.apply(parameters, mixture as Tensor4D)
      const [first, second] = components
      return { first: tf.add(first, 0), second: tf.add(second, 0), reconstruction: recons }
    },
  }
}
