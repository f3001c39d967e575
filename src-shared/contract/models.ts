import { z } from 'zod'
import { request } from '#shared/contract/defineContract'
import { networkKind } from '#shared/contract/training'
import { historyLine } from '#shared/training/history'

/** Where a model comes from: with the app, from a run of this user's, or from a file. */
export const modelOrigins = ['shipped', 'trained', 'imported'] as const

/** A model as the UI shows it: what it is, what it may be used for, how well it was measured to work. */
export const modelCard = z.object({
  id: z.string(),
  name: z.string(),
  summary: z.string(),
  licence: z.string(),
  isDefault: z.boolean(),
  /** Only a `separator` splits songs. */
  kind: networkKind,
  origin: z.enum(modelOrigins),
  parameters: z.number().int(),
  /** Of the file of its weights. */
  sha256: z.string(),
  /** Mean decibels over the songs named in `measuredOn`, none of which it was trained on. */
  scores: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string(), measuredOn: z.string() })),
  attributions: z.array(z.string()),
  /** What it was trained on, in words. */
  data: z.string().optional(),
  training: z.object({ steps: z.number().int(), seconds: z.number(), engine: z.string() }).optional(),
})
export type ModelCard = z.infer<typeof modelCard>

const modelId = z.strictObject({ modelId: z.string() })

export const models = {
  list: request(z.undefined(), z.array(modelCard)),
  /** The epochs of the training that it comes from; none where they were not kept. */
  history: request(modelId, z.array(historyLine)),
  /** @throws MODEL_PROTECTED for a model that comes with the app */
  rename: request(modelId.extend({ name: z.string().trim().min(1).max(120) }), modelCard),
  /** Deletes a model with all its files. @throws MODEL_PROTECTED, MODEL_IN_USE */
  remove: request(modelId, z.void()),
}

export const modelEvents = {
  /** All models, after one has come, gone, or changed. */
  'models.changed': z.array(modelCard),
}
