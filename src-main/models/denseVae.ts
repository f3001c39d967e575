import { blindNetwork, type BlindNetwork, type BlindNetworkConfig } from '#main/models/blindNetwork'
import { dense, relu, reshaped, sequence } from '#main/models/layers'

/**
 * The same VAE of dense layers, to be compared with the convolutional one. It sees groups of neighbouring frames, each as one
 * long vector, with the same weights for every group: dense layers over a whole patch would need millions of weights for each
 * unit.
 */
export interface DenseVaeConfig extends BlindNetworkConfig {
  readonly family: 'densevae'
  /** Frames that are seen together; `frames` is a multiple of it. */
  readonly groupFrames: number
  /** Units of the hidden layers, from the spectrogram to the latents; the decoders have them the other way round. */
  readonly hiddenUnits: readonly number[]
  readonly latentUnits: number
}

/** Builds the network; its latents are `[batch, group, 1, unit]`. Nothing is computed until it is applied. */
export function denseVae(config: DenseVaeConfig): BlindNetwork {
  const { frames, bins, groupFrames, hiddenUnits, latentUnits } = config
  const groups = frames / groupFrames
  const vector = groupFrames * bins
  const encoder = sequence(
    reshaped((batch) => [batch, groups, 1, vector]),
    ...hiddenUnits.flatMap((outputs, i) => [dense(`encoder/${i}`, hiddenUnits[i - 1] ?? vector, outputs), relu]),
  )
  const head = (name: string) => dense(`head/${name}`, hiddenUnits.at(-1)!, latentUnits, name.startsWith('mean') ? 'glorot' : 'zeros')
  const heads = { mean1: head('mean1'), var1: head('var1'), mean2: head('mean2'), var2: head('var2') }
  const decoder = (name: string) => {
    const units = [latentUnits, ...hiddenUnits.toReversed()]
    return sequence(
      ...hiddenUnits.flatMap((_, i) => [dense(`${name}/${i}`, units[i]!, units[i + 1]!), relu]),
      dense(`${name}/output`, units.at(-1)!, vector, 'glorot'),
      reshaped((batch) => [batch, frames, bins, 1]),
    )
  }
  return blindNetwork({ encoder, heads, decoders: [decoder('decoder1'), decoder('decoder2')] }, config, (batch) => [batch, groups, 1, latentUnits])
}
