import { z } from 'zod'
import type { DetectorVaeConfig } from '#main/models/detect/detectorVae'
import type { LogisticModel } from '#main/models/detect/logisticRegression'
import { cardBasics, size } from '#main/models/modelCard'
import { detectorQuality } from '#shared/contract/detecting'

const detectorVaeConfigSchema = z.object({
  family: z.literal('detectvae'),
  clip: z.object({ sampleRate: size, fftSize: size, hopLength: size, bands: size, seconds: size }),
  channels: z.array(size).min(1).readonly(),
  strides: z.array(size).min(1).readonly(),
  latentUnits: size,
}) satisfies z.ZodType<DetectorVaeConfig>

const numbers = z.array(z.number()).readonly()
const logisticModelSchema = z.object({ mean: numbers, deviation: numbers, weights: numbers, bias: z.number() }) satisfies z.ZodType<LogisticModel>

/** What a network that knows one sound says of itself. */
export const detectorFileCard = cardBasics.extend({
  config: detectorVaeConfigSchema,
  /** What finds the sound in recordings; a network that was trained without other sounds has none. */
  detector: z.object({ classifier: logisticModelSchema, threshold: z.number(), quality: detectorQuality.omit({ scores: true }) }).optional(),
  /** Values that the network gives for a fixed clip. */
  selfTest: z.object({ seed: z.int(), values: z.array(z.number()) }),
})
export type DetectorFileCard = z.output<typeof detectorFileCard>
