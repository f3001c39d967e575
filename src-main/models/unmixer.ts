import type { NamedTensors, Program } from '#main/engine/engine'
import { tf, type Tensor, type Tensor4D } from '#main/engine/tf'
import { reparameterise } from '#main/models/latent'
import { shapesOf, type ParameterSpecs } from '#main/models/layers'
import { seenSide } from '#main/models/pictureCoder'
import type { Shape4D } from '#main/models/spectralNetwork'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { ofParts, unmixerLayers, type EncodedMixture, type OfParts } from '#main/models/unmixerLayers'
import { addedToViews, meanOfViews, middleOf, viewsOf, type ViewCount } from '#main/models/unmixerViews'
import { mixTensors, unmixByMask, type PicturePair } from '#main/models/unmixing'
import { pictureSide, type MixingRule } from '#shared/images/mixing'

/** A network that takes mixtures of two pictures apart. Pictures are `[batch, row, column, 1]`, grey values from 0 to 1. */
export interface Unmixer {
  readonly parameters: ParameterSpecs
  /** Shape of the latents of each picture; nothing for a network that is no VAE. */
  latentShape(batch: number): Shape4D | undefined
  /** What it makes of a mixture: of one view of the whole batch after the other, where it looks at several. */
  encode(parameters: NamedTensors, mixture: Tensor4D): EncodedMixture
  /** The two pictures; `latents` are those of a VAE, of all views; `level` is `[1]`. */
  decode(parameters: NamedTensors, seen: SeenMixture, latents: OfParts<Tensor4D> | undefined, mixing: TensorMixing): PicturePair
}

/** What a decoder may see of a mixture; `levels` are those of all views. */
export interface SeenMixture {
  readonly mixture: Tensor4D
  readonly levels: readonly Tensor4D[]
}

export interface TensorMixing {
  readonly rule: MixingRule
  readonly level: Tensor
}

/** Shape of a batch of pictures. */
export function pictureShape(batch: number): Shape4D {
  return [batch, pictureSide, pictureSide, 1]
}

/** Whether the pictures mix to the mixture whatever the network says, since its decoders only share out what they see of it. */
export function isExact(config: UnmixerConfig): boolean {
  return config.network === 'skip' || config.network === 'unet'
}

/** How many views of a mixture are looked at where nothing is learned. */
function viewCount(config: UnmixerConfig): ViewCount {
  return config.network === 'dense' ? 1 : (config.views ?? 1)
}

/**
 * Builds the network; nothing is computed until it is applied.
 * @param views what it looks at: of several views of a mixture, the mask is the mean
 */
export function unmixer(config: UnmixerConfig, views: ViewCount = 1): Unmixer {
  const layers = unmixerLayers(config)
  const { latentShape } = layers
  return {
    parameters: layers.parameters,
    latentShape: (batch) => latentShape && [batch, ...latentShape],
    encode: (parameters, mixture) => layers.encode(parameters, contrasted(viewsOf(mixture, views))),
    decode(parameters, { mixture, levels }, latents, { rule, level }) {
      const [first, second] = layers.decode(parameters, levels, latents)
      if (isExact(config)) {
        const logits = (second ? tf.sub(first!, second) : first!) as Tensor4D
        return unmixByMask(framed(tf.sigmoid(meanOfViews(logits, views)) as Tensor4D, 0.5), mixture, rule, level)
      }
      return { first: framed(tf.sigmoid(first!) as Tensor4D, 0), second: framed(tf.sigmoid(second!) as Tensor4D, 0) }
    },
  }
}

/** Latents to decode from: samples when noise is given, else means. */
export function latentsOf({ posteriors }: EncodedMixture, noise?: OfParts<Tensor4D>): OfParts<Tensor4D> | undefined {
  if (!posteriors) return undefined
  return ofParts((part) => (noise ? reparameterise(posteriors[part], noise[part]) : posteriors[part].mean))
}

/**
 * The forward pass without noise: `mixture` as `pictureShape`, `level` [1], which only the rule alpha asks for → `first`, `second`
 * and `mixture`, which those two mix to; of a VAE also `firstMean`, `firstLogVariance`, `secondMean`, `secondLogVariance`.
 */
export function unmixProgram(config: UnmixerConfig, batch: number, rule: MixingRule): Program {
  const views = viewCount(config)
  const network = unmixer(config, views)
  return {
    name: `unmixer-${config.network}-${rule}-${batch}x${views}`,
    parameters: shapesOf(network.parameters),
    inputs: { mixture: pictureShape(batch), level: [1] },
    run(parameters, inputs) {
      const mixture = inputs.mixture as Tensor4D
      const mixing = { rule, level: inputs.level! }
      const encoded = network.encode(parameters, mixture)
      const pictures = network.decode(parameters, { mixture, levels: encoded.levels }, latentsOf(encoded), mixing)
      return { ...withMixture(pictures, mixing), ...namedPosteriors(encoded, views) }
    },
  }
}

/**
 * Pictures of given latents: `firstLatents`, `secondLatents` of `latentShape`, `mixture` and `level` as `unmixProgram` → `first`,
 * `second`, `mixture`. A network without skips does not look at the mixture. One that looks at several views takes what is given
 * for the latents of the middle one, and changes those of the others by as much, so that the means which `unmixProgram` gives are
 * decoded to the pictures that it gives.
 */
export function decodeProgram(config: UnmixerConfig, batch: number, rule: MixingRule): Program {
  const views = viewCount(config)
  const network = unmixer(config, views)
  const latentShape = network.latentShape(batch)
  if (!latentShape) throw new Error(`A network of kind ${config.network} has no latents to decode.`)
  return {
    name: `unmixer-${config.network}-decode-${rule}-${batch}x${views}`,
    parameters: shapesOf(network.parameters),
    inputs: { firstLatents: latentShape, secondLatents: latentShape, mixture: pictureShape(batch), level: [1] },
    run(parameters, inputs) {
      const mixture = inputs.mixture as Tensor4D
      const mixing = { rule, level: inputs.level! }
      const given = { first: inputs.firstLatents as Tensor4D, second: inputs.secondLatents as Tensor4D }
      if (!isExact(config)) return withMixture(network.decode(parameters, { mixture, levels: [] }, given, mixing), mixing)
      const encoded = network.encode(parameters, mixture)
      const latents = views === 1 ? given : latentsOfViews(given, encoded, views)
      return withMixture(network.decode(parameters, { mixture, levels: encoded.levels }, latents, mixing), mixing)
    },
  }
}

function withMixture(pictures: PicturePair, { rule, level }: TensorMixing): NamedTensors {
  return { first: pictures.first, second: pictures.second, mixture: mixTensors(pictures, rule, level) }
}

/** The latents that each view has of itself, changed as those of the middle view are to become the given ones. */
function latentsOfViews(given: OfParts<Tensor4D>, { posteriors }: EncodedMixture, views: ViewCount): OfParts<Tensor4D> {
  return ofParts((part) => {
    const { mean } = posteriors![part]
    return addedToViews(mean, tf.sub(given[part], middleOf(mean, views)), views)
  })
}

/** Those of the middle view. */
function namedPosteriors({ posteriors }: EncodedMixture, views: ViewCount): NamedTensors {
  if (!posteriors) return {}
  const { first, second } = ofParts((part) => ({
    mean: middleOf(posteriors[part].mean, views),
    logVariance: middleOf(posteriors[part].logVariance, views),
  }))
  return { firstMean: first.mean, firstLogVariance: first.logVariance, secondMean: second.mean, secondLogVariance: second.logVariance }
}

const margin = (pictureSide - seenSide) / 2

/** Values of what is seen, with the same number all around. */
function framed(seen: Tensor4D, around: number): Tensor4D {
  return tf.pad(seen, [[0, 0], [margin, margin], [margin, margin], [0, 0]], around)
}

/** Grey values as networks like them: about 0 on average, and about as wide as a normal distribution. */
function contrasted(pictures: Tensor4D): Tensor4D {
  return tf.mul(tf.sub(pictures, 0.25), 4)
}
