import { z } from 'zod'
import type { DuoVaeConfig } from '#main/models/duoVae'
import type { SpectralNetworkConfig } from '#main/models/spectralNetwork'
import type { UNetConfig } from '#main/models/unet'

const size = z.int().positive()

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

/** What a model says of itself; card.json beside its weights. The contract's ModelCard is what the UI shows of it. */
export const modelFileCard = z.object({
  formatVersion: z.literal(1),
  name: z.string(),
  summary: z.string(),
  licence: z.string(),
  parameters: size,
  /** Of weights.safetensors. */
  sha256: z.string(),
  config: separatorConfigSchema,
  /** What it was trained on, in words, and whom that is owed to. */
  data: z.string(),
  attributions: z.array(z.string()),
  scores: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string(), measuredOn: z.string() })),
  training: z.object({ steps: z.int().nonnegative(), seconds: z.number(), seed: z.int(), engine: z.string(), config: z.unknown() }),
  /** The first masks that the network gives for a fixed input: whoever loads it checks that it still does. */
  selfTest: z.object({ seed: z.int(), mask: z.array(z.number()) }),
})

export type ModelFileCard = z.output<typeof modelFileCard>
