import type { NamedTensors } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import type { Posterior } from '#main/models/latent'
import { dense, parametersOf, relu, sequence, type Layer, type ParameterSpecs } from '#main/models/layers'
import { levelSides, pictureDecoder, pictureEncoder, seenSide } from '#main/models/pictureCoder'
import type { ConvUnmixerConfig, DenseUnmixerConfig, UnmixerConfig } from '#main/models/unmixerConfig'
import { pictureParts, type PicturePart } from '#shared/contract/playground'

/** Something of each of the two pictures. */
export type OfParts<Value> = Readonly<Record<PicturePart, Value>>

export function ofParts<Value>(make: (part: PicturePart) => Value): OfParts<Value> {
  return { first: make('first'), second: make('second') }
}

/** What an encoder makes of a batch of mixtures. */
export interface EncodedMixture {
  /** What a decoder with skips sees besides its latents. */
  readonly levels: readonly Tensor4D[]
  /** Of a VAE. */
  readonly posteriors?: OfParts<Posterior>
}

/** The layers of an unmixer of any kind: what they see and give is `[batch, seenSide, seenSide, 1]`. */
export interface UnmixerLayers {
  readonly parameters: ParameterSpecs
  /** `[rows, columns, channels]` of the latents of each picture; nothing for a network that is no VAE. */
  readonly latentShape?: readonly [number, number, number]
  encode(parameters: NamedTensors, mixture: Tensor4D): EncodedMixture
  /** Logits of the two pictures, or, of a network with one decoder, of a mask alone. */
  decode(parameters: NamedTensors, levels: readonly Tensor4D[], latents?: OfParts<Tensor4D>): readonly Tensor4D[]
}

export function unmixerLayers(config: UnmixerConfig): UnmixerLayers {
  if (config.network === 'dense') return denseLayers(config)
  return config.network === 'unet' ? plainLayers(config) : convLayers(config)
}

/** One encoder with four heads, two decoders. */
function convLayers(config: ConvUnmixerConfig): UnmixerLayers {
  const encoder = pictureEncoder(config)
  const heads = posteriorHeads(config.encoderChannels.at(-1)!, config.latentChannels)
  const decoders = ofParts((part) => pictureDecoder(part, config, config.latentChannels, config.network === 'skip'))
  const side = levelSides(config).at(-1)!
  return {
    parameters: parametersOf([encoder, heads, decoders.first, decoders.second]),
    latentShape: [side, side, config.latentChannels],
    encode(parameters, mixture) {
      const levels = encoder.apply(parameters, mixture)
      return { levels, posteriors: heads.apply(parameters, levels.at(-1)!) }
    },
    decode: (parameters, levels, latents) => pictureParts.map((part) => decoders[part].apply(parameters, latents![part], levels)),
  }
}

/** One encoder, one decoder that begins with the encoder's coarsest maps and is as wide as the two of a VAE together. */
function plainLayers(config: ConvUnmixerConfig): UnmixerLayers {
  const encoder = pictureEncoder(config)
  const decoder = pictureDecoder('first', config, config.encoderChannels.at(-1)!, true)
  return {
    parameters: parametersOf([encoder, decoder]),
    encode: (parameters, mixture) => ({ levels: encoder.apply(parameters, mixture) }),
    decode: (parameters, levels) => [decoder.apply(parameters, levels.at(-1)!, levels)],
  }
}

/** The same of dense layers, as convolutions over pictures of one place. */
function denseLayers({ hiddenUnits, latentUnits }: DenseUnmixerConfig): UnmixerLayers {
  const pixels = seenSide * seenSide
  const encoder = denseStack('encoder', [pixels, ...hiddenUnits])
  const heads = posteriorHeads(hiddenUnits.at(-1)!, latentUnits)
  const decoders = ofParts((part) =>
    sequence(
      denseStack(`decoder/${part}`, [latentUnits, ...hiddenUnits.toReversed()]),
      dense(`decoder/${part}/output`, hiddenUnits[0]!, pixels, 'glorot'),
    ),
  )
  return {
    parameters: parametersOf([encoder, heads, decoders.first, decoders.second]),
    latentShape: [1, 1, latentUnits],
    encode(parameters, mixture) {
      const encoded = encoder.apply(parameters, tf.reshape(mixture, [mixture.shape[0], 1, 1, pixels]))
      return { levels: [], posteriors: heads.apply(parameters, encoded) }
    },
    decode(parameters, _, latents) {
      return pictureParts.map((part) => {
        const decoded = decoders[part].apply(parameters, latents![part])
        return tf.reshape(decoded, [decoded.shape[0], seenSide, seenSide, 1]) as Tensor4D
      })
    },
  }
}

function denseStack(name: string, units: readonly number[]): Layer {
  return sequence(...units.slice(1).flatMap((outputs, i) => [dense(`${name}/${i}`, units[i]!, outputs), relu]))
}

/** Four heads: mean and logarithm of the variance of either picture's latents. */
function posteriorHeads(inputs: number, outputs: number) {
  const heads = ofParts((part) => ({
    mean: dense(`head/${part}/mean`, inputs, outputs, 'glorot'),
    // The variance starts at 1 whatever comes in: exp of an untrained layer's output can be anything.
    logVariance: dense(`head/${part}/logVariance`, inputs, outputs, 'zeros'),
  }))
  return {
    parameters: parametersOf(pictureParts.flatMap((part) => [heads[part].mean, heads[part].logVariance])),
    apply: (parameters: NamedTensors, encoded: Tensor4D): OfParts<Posterior> =>
      ofParts((part) => ({
        mean: heads[part].mean.apply(parameters, encoded),
        logVariance: heads[part].logVariance.apply(parameters, encoded),
      })),
  }
}
