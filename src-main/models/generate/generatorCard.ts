import { z } from 'zod'
import { cardBasics } from '#main/models/modelCard'
import type { GeneratorConfig } from '#main/models/generate/generatorConfig'
import { soundQuality } from '#shared/contract/generating'

const size = z.int().positive()
const numbers = z.array(z.number()).readonly()

const generatorConfigSchema = z.object({
  family: z.literal('soundvae'),
  features: z.object({ sampleRate: size, fftSize: size, hopLength: size, frames: size, bins: size, samples: size }),
  channels: z.array(size).min(1).readonly(),
  frameStrides: z.array(size).min(1).readonly(),
  latents: size,
  prior: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('standard') }),
    z.object({ kind: z.literal('mixture'), components: size, posterior: z.enum(['triangular', 'diagonal']), samples: size }),
  ]),
}) satisfies z.ZodType<GeneratorConfig>

/** Where what a generator has learned lies in latent space, and what its sounds are like. */
const latentFacts = z.object({
  /** Decibels that a picture's 0 and 1 stand for: the medians of all sounds. */
  lowest: z.number(),
  highest: z.number(),
  mean: numbers,
  deviation: numbers,
  classes: z.array(z.object({ label: z.string(), mean: numbers })),
  faders: z.array(z.object({ id: z.string(), quality: soundQuality, correlation: z.number(), latent: z.int().optional(), direction: numbers })),
})
export type LatentFacts = z.output<typeof latentFacts>

/** What a network that makes sounds says of itself; card.json beside its weights. */
export const generatorFileCard = cardBasics.extend({
  config: generatorConfigSchema,
  latent: latentFacts,
  /** Values of the picture that the network decodes from a fixed latent. */
  selfTest: z.object({ seed: z.int(), values: z.array(z.number()) }),
})
export type GeneratorFileCard = z.output<typeof generatorFileCard>
