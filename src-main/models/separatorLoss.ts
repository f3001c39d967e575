import type { LossProgram } from '#main/engine/engine'
import type { Tensor4D } from '#main/engine/tf'
import { duoVaeLoss, duoVaeTrainingParameters } from '#main/models/duoVaeLoss'
import { shapesOf, type ParameterSpecs } from '#main/models/layers'
import { maskErrors, maskLossInputs, rowRoots, weightedSum, type SeparatorLossWeights } from '#main/models/maskLoss'
import type { SeparatorConfig } from '#main/models/separatorNetwork'
import { uNet, type UNetConfig } from '#main/models/unet'

/** Everything that a separator learns, also what only its training uses. */
export function separatorTrainingParameters(config: SeparatorConfig): ParameterSpecs {
  return config.family === 'unet' ? uNet(config).parameters : duoVaeTrainingParameters(config)
}

/** The training loss of a batch of any separator: the same errors of the mask, and of a VAE also those of its latents. */
export function separatorLoss(config: SeparatorConfig, batch: number, weights: SeparatorLossWeights): LossProgram {
  return config.family === 'unet' ? uNetLoss(config, batch, weights) : duoVaeLoss(config, batch, weights)
}

/** Inputs: those of `maskLossInputs`. Outputs: `loss` and the terms of `maskErrors`. */
function uNetLoss(config: UNetConfig, batch: number, weights: SeparatorLossWeights): LossProgram {
  const network = uNet(config)
  return {
    name: `unet-loss-${batch}`,
    parameters: shapesOf(network.parameters),
    inputs: maskLossInputs(config, batch),
    run(parameters, inputs) {
      const mask = network.apply(parameters, inputs.features as Tensor4D)
      const terms = maskErrors(mask, inputs, rowRoots(inputs), weights)
      return { loss: weightedSum(terms, weights), ...terms }
    },
  }
}
