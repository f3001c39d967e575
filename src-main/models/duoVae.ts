import type { NamedTensors, Program } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import { positionCount } from '#main/models/bandLayout'
import { reparameterise, type Posterior } from '#main/models/latent'
import { convolution, parametersOf, shapesOf, type ParameterSpecs } from '#main/models/layers'
import { maskDecoder, spectralEncoder } from '#main/models/maskCoder'
import { meanOverMembers, shapesOfMembers } from '#main/models/members'
import { featureShape, type Shape4D, type SpectralNetworkConfig } from '#main/models/spectralNetwork'

/** Sizes of a DuoVAE: one encoder with four heads, two decoders, masks that sum to one. */
export interface DuoVaeConfig extends SpectralNetworkConfig {
  readonly family: 'duovae'
  readonly latentChannels: number
}

/** What the network gives for a batch of patches. */
export interface DuoVaeOutput {
  /** Share of the vocals in every row of left and right, `[batch, time, position, side × field]`; the music's is 1 - this. */
  vocalMask: Tensor4D
  posteriors: { vocals: Posterior; music: Posterior }
  /** Latent maps that the decoders saw: samples when noise is given, else means. */
  latents: { vocals: Tensor4D; music: Tensor4D }
}

export interface DuoVae {
  readonly parameters: ParameterSpecs
  /** `features` as `writeFeatures` gives them, `[batch, time, position, kind × field]`. */
  apply(parameters: NamedTensors, features: Tensor4D, noise?: LatentNoise): DuoVaeOutput
}

/** Standard normal values of `latentShape`. */
interface LatentNoise {
  readonly vocals: Tensor4D
  readonly music: Tensor4D
}

/** Size of the latent maps of one stem, `[batch, time, position, channel]`. */
export function latentShape(config: DuoVaeConfig, batch: number): Shape4D {
  const shrink = 2 ** (config.encoderChannels.length - 1)
  return [batch, config.frames / config.layout.framePack / shrink, positionCount(config.layout) / shrink, config.latentChannels]
}

/** Builds the network; nothing is computed until it is applied. */
export function duoVae(config: DuoVaeConfig): DuoVae {
  const encoder = spectralEncoder(config)
  const heads = Object.fromEntries(
    ['vocals/mean', 'vocals/logVariance', 'music/mean', 'music/logVariance'].map((head) => [
      head,
      convolution(`head/${head}`, {
        inputs: config.encoderChannels.at(-1)!,
        outputs: config.latentChannels,
        size: 1,
        // The variance starts at 1 whatever comes in: exp of an untrained layer's output can be anything.
        initialiser: head.endsWith('mean') ? 'glorot' : 'zeros',
      }),
    ]),
  )
  const decoder = (stem: string) => maskDecoder(stem, config, config.latentChannels)
  const decoders = { vocals: decoder('vocals'), music: decoder('music') }
  return {
    parameters: parametersOf([encoder, ...Object.values(heads), decoders.vocals, decoders.music]),
    apply(parameters, features, noise) {
      const levels = encoder.apply(parameters, features)
      const posterior = (stem: 'vocals' | 'music'): Posterior => ({
        mean: heads[`${stem}/mean`]!.apply(parameters, levels.at(-1)!),
        logVariance: heads[`${stem}/logVariance`]!.apply(parameters, levels.at(-1)!),
      })
      const posteriors = { vocals: posterior('vocals'), music: posterior('music') }
      const latents = {
        vocals: noise ? reparameterise(posteriors.vocals, noise.vocals) : posteriors.vocals.mean,
        music: noise ? reparameterise(posteriors.music, noise.music) : posteriors.music.mean,
      }
      const vocalLogits = decoders.vocals.apply(parameters, latents.vocals, levels)
      const musicLogits = decoders.music.apply(parameters, latents.music, levels)
      // The softmax over two decoders is the logistic function of their difference.
      return { vocalMask: tf.sigmoid(tf.sub(vocalLogits, musicLogits)), posteriors, latents }
    },
  }
}

/**
 * The forward pass with latent samples: `features`, and standard normal `vocalNoise` and `musicNoise` of `latentShape`, which
 * the posteriors' deviations scale → `vocalMask`. Other noise gives another of the masks that the model holds possible.
 */
export function sampledMaskProgram(config: DuoVaeConfig, batch: number): Program {
  const network = duoVae(config)
  const names = Object.keys(network.parameters)
  const members = config.members ?? 1
  const latent = latentShape(config, batch)
  return {
    name: `duovae-sampled-mask-${batch}`,
    parameters: shapesOfMembers(shapesOf(network.parameters), members),
    inputs: { features: featureShape(config, batch), vocalNoise: latent, musicNoise: latent },
    run(parameters, { features, vocalNoise, musicNoise }) {
      const noise = { vocals: vocalNoise as Tensor4D, music: musicNoise as Tensor4D }
      const maskOf = (member: NamedTensors) => network.apply(member, features as Tensor4D, noise).vocalMask
      return { vocalMask: meanOverMembers(parameters, names, members, maskOf) }
    },
  }
}
