import { z } from 'zod'
import { request } from '#shared/contract/defineContract'

/** A model as the UI shows it: what it is, what it may be used for, how well it was measured to work. */
export const modelCard = z.object({
  id: z.string(),
  name: z.string(),
  summary: z.string(),
  licence: z.string(),
  isDefault: z.boolean(),
  parameters: z.number().int(),
  sha256: z.string(),
  /** Mean decibels over the songs named in `measuredOn`, none of which it was trained on. */
  scores: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string(), measuredOn: z.string() })),
  attributions: z.array(z.string()),
})
export type ModelCard = z.infer<typeof modelCard>

export const models = {
  list: request(z.undefined(), z.array(modelCard)),
}
