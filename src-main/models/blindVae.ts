import type { BlindNetwork } from '#main/models/blindNetwork'
import { convVae, type ConvVaeConfig } from '#main/models/convVae'
import { denseVae, type DenseVaeConfig } from '#main/models/denseVae'

/** Networks that learn from mixtures alone. */
export type BlindVaeConfig = ConvVaeConfig | DenseVaeConfig

/** Builds the network of any family; nothing is computed until it is applied. */
export function blindVae(config: BlindVaeConfig): BlindNetwork {
  return config.family === 'convvae' ? convVae(config) : denseVae(config)
}
