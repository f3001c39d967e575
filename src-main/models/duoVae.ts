import type { NamedShapes, NamedTensors, Program } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import { meanOverMembers, shapesOfMembers } from '#main/models/members'
import { reparameterise, type Posterior } from '#main/models/latent'
import {
  convolution,
  frequencyDense,
  parametersOf,
  relu,
  residual,
  sequence,
  shapesOf,
  normalisation,
  enlarge,
  upsample,
  type Layer,
  type ParameterSpecs,
} from '#main/models/layers'
import { fieldSize, positionCount, type BandLayout } from '#main/models/bandLayout'
import type { RepetitionConfig } from '#main/models/repetition'
import { featureKinds } from '#main/models/spectralFeatures'

/** Sizes of a DuoVAE: one encoder with four heads, two decoders, masks that sum to one. */
export interface DuoVaeConfig {
  readonly family: 'duovae'
  readonly stft: { readonly sampleRate: number; readonly fftSize: number; readonly hopLength: number }
  /** STFT frames in a patch; a multiple of the layout's framePack. */
  readonly frames: number
  readonly layout: BandLayout
  readonly repetition: RepetitionConfig
  /** Channels at each resolution, from the patch's own down to the latent maps'. */
  readonly encoderChannels: readonly number[]
  /** Channels of each decoder at all resolutions but the latent maps'. */
  readonly decoderChannels: readonly number[]
  readonly latentChannels: number
  /** The frequency-dense layers narrow to a this-th of their positions. */
  readonly frequencyReduction: number
  /** Networks of this shape whose masks are averaged; 1 where not given. See `members`. */
  readonly members?: number | undefined
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

type Shape4D = [number, number, number, number]

/** Size of the latent maps of one stem, `[batch, time, position, channel]`. */
export function latentShape(config: DuoVaeConfig, batch: number): Shape4D {
  const shrink = 2 ** (config.encoderChannels.length - 1)
  return [batch, config.frames / config.layout.framePack / shrink, positionCount(config.layout) / shrink, config.latentChannels]
}

/** Size of a batch of features. */
export function featureShape({ frames, layout }: DuoVaeConfig, batch: number): Shape4D {
  return [batch, frames / layout.framePack, positionCount(layout), featureKinds * fieldSize(layout)]
}

/** Size of a batch of masks, and of the powers that they are held against. */
export function maskShape({ frames, layout }: DuoVaeConfig, batch: number): Shape4D {
  return [batch, frames / layout.framePack, positionCount(layout), 2 * fieldSize(layout)]
}

/** Builds the network; nothing is computed until it is applied. */
export function duoVae(config: DuoVaeConfig): DuoVae {
  const encoder = buildEncoder(config)
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
  const decoders = { vocals: buildDecoder('vocals', config), music: buildDecoder('music', config) }
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

/** The shapes of a model's parameters, all its members together. */
export function modelShapes(config: DuoVaeConfig): NamedShapes {
  return shapesOfMembers(shapesOf(duoVae(config).parameters), config.members ?? 1)
}

/** The forward pass as a program: `features` → `vocalMask`, with the posterior means in place of samples. */
export function maskProgram(config: DuoVaeConfig, batch: number): Program {
  const masksOf = membersMask(config)
  return {
    name: `duovae-mask-${batch}${config.members ? `-of-${config.members}` : ''}`,
    parameters: modelShapes(config),
    inputs: { features: featureShape(config, batch) },
    run: (parameters, { features }) => ({ vocalMask: masksOf(parameters, features as Tensor4D) }),
  }
}

function membersMask(config: DuoVaeConfig) {
  const network = duoVae(config)
  const names = Object.keys(network.parameters)
  return (parameters: NamedTensors, features: Tensor4D, noise?: LatentNoise): Tensor4D =>
    meanOverMembers(parameters, names, config.members ?? 1, (member) => network.apply(member, features, noise).vocalMask)
}

/**
 * The forward pass with latent samples: `features`, and standard normal `vocalNoise` and `musicNoise` of `latentShape`, which
 * the posteriors' deviations scale → `vocalMask`. Other noise gives another of the masks that the model holds possible.
 */
export function sampledMaskProgram(config: DuoVaeConfig, batch: number): Program {
  const masksOf = membersMask(config)
  const latent = latentShape(config, batch)
  return {
    name: `duovae-sampled-mask-${batch}`,
    parameters: modelShapes(config),
    inputs: { features: featureShape(config, batch), vocalNoise: latent, musicNoise: latent },
    run: (parameters, { features, vocalNoise, musicNoise }) => ({
      vocalMask: masksOf(parameters, features as Tensor4D, { vocals: vocalNoise as Tensor4D, music: musicNoise as Tensor4D }),
    }),
  }
}

interface Encoder {
  parameters: ParameterSpecs
  /** Features of every resolution, finest first. */
  apply(parameters: NamedTensors, features: Tensor4D): Tensor4D[]
}

function buildEncoder(config: DuoVaeConfig): Encoder {
  const entries: Layer[] = []
  const blocks: Layer[] = []
  config.encoderChannels.forEach((channels, level) => {
    const name = `encoder/${level}`
    const inputs = level === 0 ? featureKinds * fieldSize(config.layout) : config.encoderChannels[level - 1]!
    entries.push(convolution(`${name}/entry`, { inputs, outputs: channels, stride: level === 0 ? 1 : 2 }))
    blocks.push(encoderBlock(name, channels, positionCount(config.layout) / 2 ** level, config.frequencyReduction))
  })
  return {
    parameters: parametersOf([...entries, ...blocks]),
    apply(parameters, features) {
      const levels: Tensor4D[] = []
      let x = features
      entries.forEach((entry, level) => {
        x = blocks[level]!.apply(parameters, entry.apply(parameters, x))
        levels.push(x)
      })
      return levels
    },
  }
}

const normGroups = 8

/** The parameter that all logits of the vocals rise with. */
export const vocalBias = 'decoder/vocals/output/bias'

/** Near and far context, each added to what comes in (pre-activation residuals, the identity at first). */
function encoderBlock(name: string, channels: number, positions: number, reduction: number): Layer {
  const near = sequence(
    relu,
    convolution(`${name}/before`, { inputs: channels, outputs: channels, bias: false }),
    normalisation(`${name}/norm`, channels, normGroups),
    relu,
    convolution(`${name}/after`, { inputs: channels, outputs: channels, initialiser: 'zeros', bias: false }),
  )
  return sequence(residual(near), residual(frequencyDense(`${name}/frequency`, positions, Math.max(8, positions / reduction))))
}

interface Decoder {
  parameters: ParameterSpecs
  /** Logits, shaped as masks. */
  apply(parameters: NamedTensors, latent: Tensor4D, levels: readonly Tensor4D[]): Tensor4D
}

function buildDecoder(stem: string, config: DuoVaeConfig): Decoder {
  const { encoderChannels, decoderChannels, latentChannels, layout } = config
  const steps = decoderChannels
    .map((channels, level) => {
      const name = `decoder/${stem}/${level}`
      const inputs = level === decoderChannels.length - 1 ? latentChannels : decoderChannels[level + 1]!
      return {
        level,
        above: enlarge(`${name}/above`, { inputs, outputs: channels }),
        skip: convolution(`${name}/skip`, { inputs: encoderChannels[level]!, outputs: channels, size: 1 }),
        gate: convolution(`${name}/gate`, { inputs, outputs: channels, size: 1, initialiser: 'glorot' }),
        blend: sequence(
          relu,
          convolution(`${name}/blend`, { inputs: channels, outputs: channels, bias: false }),
          normalisation(`${name}/norm`, channels, normGroups),
          relu,
        ),
      }
    })
    .reverse()
  const output = convolution(`decoder/${stem}/output`, {
    inputs: decoderChannels[0]!,
    outputs: 2 * fieldSize(layout),
    size: 1,
    initialiser: 'glorot',
  })
  return {
    parameters: parametersOf([...steps.flatMap(({ above, skip, gate, blend }) => [above, skip, gate, blend]), output]),
    apply(parameters, latent, levels) {
      let x = latent
      for (const { level, above, skip, gate, blend } of steps) {
        // The gate is computed before upsampling: the same values at a quarter of the work.
        const open = upsample.apply(parameters, tf.sigmoid(gate.apply(parameters, x)))
        const detail = tf.mul(open, skip.apply(parameters, levels[level]!)) as Tensor4D
        x = blend.apply(parameters, tf.add(above.apply(parameters, x), detail))
      }
      return output.apply(parameters, x)
    },
  }
}
