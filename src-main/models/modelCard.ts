import { z } from 'zod'
import type { DuoVaeConfig } from '#main/models/duoVae'
import type { DetectorFileCard } from '#main/models/detect/detectorCard'
import type { GeneratorFileCard } from '#main/models/generate/generatorCard'
import type { RvqPriorConfig } from '#main/models/quantise/rvqPrior'
import type { RvqVaeConfig } from '#main/models/quantise/rvqVae'
import type { SpectralNetworkConfig } from '#main/models/spectralNetwork'
import type { UNetConfig } from '#main/models/unet'
import type { ConvUnmixerConfig, DenseUnmixerConfig, UnmixerConfig } from '#main/models/unmixerConfig'
import { priorVariants } from '#shared/contract/quantising'
import { mixingRules } from '#shared/images/mixing'

export const size = z.int().positive()

/** @see SpectralNetworkConfig */
const spectralNetworkSchema = z.object({
  stft: z.object({ sampleRate: size, fftSize: size, hopLength: size }),
  frames: size,
  layout: z.object({
    groups: z.array(z.object({ firstBin: z.int().nonnegative(), width: size, count: size })).min(1).readonly(),
    pack: size,
    framePack: size,
  }),
  repetition: z.object({ reach: size, nearest: size }),
  encoderChannels: z.array(size).min(2).readonly(),
  decoderChannels: z.array(size).min(1).readonly(),
  frequencyReduction: size,
  members: size.optional(),
  lean: z.object({ sung: z.number(), unsung: z.number(), presence: z.number().positive() }).optional(),
}) satisfies z.ZodType<SpectralNetworkConfig>

export const duoVaeConfigSchema = spectralNetworkSchema.extend({
  family: z.literal('duovae'),
  latentChannels: size,
}) satisfies z.ZodType<DuoVaeConfig>

const uNetConfigSchema = spectralNetworkSchema.extend({ family: z.literal('unet') }) satisfies z.ZodType<UNetConfig>

/** Of all networks that the Studio can separate with. */
export const separatorConfigSchema = z.discriminatedUnion('family', [duoVaeConfigSchema, uNetConfigSchema])

const unmixerBasics = z.object({
  family: z.literal('unmixer'),
  mixing: z.object({ rule: z.enum(mixingRules), level: z.number().min(0).max(1) }),
})
const perLevel = z.array(size).min(1).readonly()
const blocksPerLevel = z.array(z.int().nonnegative()).min(1).readonly()

const denseUnmixerSchema = unmixerBasics.extend({
  network: z.literal('dense'),
  hiddenUnits: perLevel,
  latentUnits: size,
}) satisfies z.ZodType<DenseUnmixerConfig>

const convUnmixerSchema = unmixerBasics
  .extend({
    network: z.enum(['bottleneck', 'skip', 'unet']),
    encoderChannels: perLevel,
    fieldSide: z.union([z.literal(1), z.literal(2)]),
    encoderBlocks: blocksPerLevel,
    decoderChannels: perLevel,
    decoderBlocks: blocksPerLevel,
    latentChannels: z.int().nonnegative(),
    views: z.union([z.literal(1), z.literal(5)]).optional(),
  })
  .refine(({ network, views = 1 }) => views === 1 || network !== 'bottleneck', { message: 'A network without skips has no mask that views could share.' }) satisfies z.ZodType<ConvUnmixerConfig>

/** Of all networks that take mixtures of pictures apart. */
export const unmixerConfigSchema = z.discriminatedUnion('network', [denseUnmixerSchema, convUnmixerSchema]) satisfies z.ZodType<UnmixerConfig>

/** Of the quantised VAEs of the Lab. */
export const rvqVaeConfigSchema = z.object({
  family: z.literal('rvqvae'),
  sound: z.object({ sampleRate: size, fftSize: size, hopLength: size, magnitude: z.enum(['linear', 'log']) }),
  frames: size,
  bins: size,
  channels: size,
  widths: z.array(size).min(1).readonly(),
  quantiser: z.object({
    layers: size,
    codes: size,
    dimensions: size,
    start: z.enum(['uniform', 'glorot', 'kMeans']),
    gamma: z.number(),
    average: z.enum(['residuals', 'as-published']),
    restartBelow: z.number().nonnegative(),
  }),
  probabilistic: z.boolean(),
}) satisfies z.ZodType<RvqVaeConfig>

/** What every model says of itself. */
export const cardBasics = z.object({
  formatVersion: z.literal(1),
  name: z.string(),
  summary: z.string(),
  licence: z.string(),
  parameters: size,
  /** Of weights.safetensors. */
  sha256: z.string(),
  /** What it was trained on, in words, and whom that is owed to. */
  data: z.string(),
  attributions: z.array(z.string()),
  /** With a standard deviation, where a score is the mean of several runs. */
  scores: z.array(z.object({ name: z.string(), value: z.number(), deviation: z.number().optional(), unit: z.string(), measuredOn: z.string() })),
  training: z.object({ steps: z.int().nonnegative(), seconds: z.number(), seed: z.int(), engine: z.string(), config: z.unknown() }),
})

/** What a separator says of itself; card.json beside its weights. The contract's ModelCard is what the UI shows of it. */
export const separatorFileCard = cardBasics.extend({
  config: separatorConfigSchema,
  /** The first masks that the network gives for a fixed input: whoever loads it checks that it still does. */
  selfTest: z.object({ seed: z.int(), mask: z.array(z.number()) }),
})
export type SeparatorFileCard = z.output<typeof separatorFileCard>

/** The same of a network that takes mixtures of pictures apart. */
export const unmixerFileCard = cardBasics.extend({
  config: unmixerConfigSchema,
  /** Grey values that the network gives for a fixed mixture. */
  selfTest: z.object({ seed: z.int(), values: z.array(z.number()) }),
})
export type UnmixerFileCard = z.output<typeof unmixerFileCard>

/** The same of a quantised VAE of the Lab. */
export const rvqVaeFileCard = cardBasics.extend({
  config: rvqVaeConfigSchema,
  /** Of the sounds that it learned from: what theirs are divided by, and what errors of pictures are measured in. */
  scale: z.object({ deviation: z.number().positive(), variance: z.number().positive() }),
  /** Values that the network gives for a fixed picture and for fixed latents. */
  selfTest: z.object({ seed: z.int(), values: z.array(z.number()) }),
})
export type RvqVaeFileCard = z.output<typeof rvqVaeFileCard>

/** The same of a prior together with the quantised VAE whose codes it draws. */
export const rvqPriorFileCard = rvqVaeFileCard.extend({
  config: z.object({ family: z.literal('rvqprior'), variant: z.enum(priorVariants), coder: rvqVaeConfigSchema }) satisfies z.ZodType<RvqPriorConfig>,
  /** Of all values of the latents that it learned from. */
  statistics: z.object({ low: z.number(), high: z.number(), deviation: z.number().positive() }),
})
export type RvqPriorFileCard = z.output<typeof rvqPriorFileCard>

/** Of any model that can be loaded. */
export type ModelFileCard = SeparatorFileCard | UnmixerFileCard | RvqVaeFileCard | RvqPriorFileCard | GeneratorFileCard | DetectorFileCard
