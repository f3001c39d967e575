import type { NamedShapes, NamedTensors, Program } from '#main/engine/engine'
import type { Tensor4D } from '#main/engine/tf'
import { duoVae, type DuoVaeConfig } from '#main/models/duoVae'
import { shapesOf, type ParameterSpecs } from '#main/models/layers'
import { meanOverMembers, shapesOfMembers } from '#main/models/members'
import { featureShape } from '#main/models/spectralNetwork'
import { uNet, type UNetConfig } from '#main/models/unet'

/** Networks that take songs apart: features of a patch in, the vocals' share of it out. */
export type SeparatorConfig = DuoVaeConfig | UNetConfig

/** One network of any family, as the Studio uses it. */
export interface SeparatorNetwork {
  readonly parameters: ParameterSpecs
  /** Share of the vocals in every row of left and right; see `maskShape`. A VAE gives that of its posterior means. */
  mask(parameters: NamedTensors, features: Tensor4D): Tensor4D
}

/** Builds the network; nothing is computed until it is applied. */
export function separatorNetwork(config: SeparatorConfig): SeparatorNetwork {
  if (config.family === 'unet') {
    const { parameters, apply } = uNet(config)
    return { parameters, mask: apply }
  }
  const { parameters, apply } = duoVae(config)
  return { parameters, mask: (values, features) => apply(values, features).vocalMask }
}

/** The shapes of a model's parameters, all its members together. */
export function modelShapes(config: SeparatorConfig): NamedShapes {
  return shapesOfMembers(shapesOf(separatorNetwork(config).parameters), config.members ?? 1)
}

/** The forward pass as a program: `features` → `vocalMask`. */
export function maskProgram(config: SeparatorConfig, batch: number): Program {
  const network = separatorNetwork(config)
  const names = Object.keys(network.parameters)
  const members = config.members ?? 1
  return {
    name: `${config.family}-mask-${batch}${config.members ? `-of-${config.members}` : ''}`,
    parameters: modelShapes(config),
    inputs: { features: featureShape(config, batch) },
    run: (parameters, { features }) => ({
      vocalMask: meanOverMembers(parameters, names, members, (member) => network.mask(member, features as Tensor4D)),
    }),
  }
}
