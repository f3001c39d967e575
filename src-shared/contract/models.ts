import { z } from 'zod'
import { request } from '#shared/contract/defineContract'
import { detectorFacts } from '#shared/contract/detecting'
import { networkAdapter, networkDescription, networkTensor } from '#shared/contract/networkAdapter'
import { quantiser } from '#shared/contract/quantising'
import { networkKind } from '#shared/contract/training'
import { mixingRules } from '#shared/images/mixing'
import { historyLine } from '#shared/training/history'

/** Where a model comes from: with the app, from a run of this user's, or from a file. */
export const modelOrigins = ['shipped', 'trained', 'imported'] as const

/** A network that takes pictures apart, and the mixtures that it has learned from. */
export const unmixerFacts = z.object({
  network: z.enum(['dense', 'bottleneck', 'skip', 'unet']),
  mixing: z.object({ rule: z.enum(mixingRules), level: z.number() }),
  /** How many views of a mixture it looks at; without it, one. */
  views: z.number().int().optional(),
})
export type UnmixerFacts = z.infer<typeof unmixerFacts>

/** A quantised VAE of the Lab, or one with a prior to be sampled. */
export const quantiserFacts = quantiser.pick({ layers: true, codes: true, sampleRate: true, seconds: true, prior: true })

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
  /** With a standard deviation, where a score is the mean of several runs. */
  scores: z.array(z.object({ name: z.string(), value: z.number(), deviation: z.number().optional(), unit: z.string(), measuredOn: z.string() })),
  attributions: z.array(z.string()),
  /** What it was trained on, in words. */
  data: z.string().optional(),
  training: z.object({ steps: z.number().int(), seconds: z.number(), engine: z.string() }).optional(),
  /** How many seconds of sound a second of this machine takes apart, reading and writing left out, where that was measured. */
  speed: z.object({ realTimeFactor: z.number(), engine: z.string() }).optional(),
  /** How a network that was made elsewhere is used. */
  adapter: networkAdapter.optional(),
  unmixer: unmixerFacts.optional(),
  quantiser: quantiserFacts.optional(),
  /** What finds one sound in recordings. */
  detector: detectorFacts.optional(),
})
export type ModelCard = z.infer<typeof modelCard>

/** What has been written to the user's folder. */
export const modelFiles = z.object({ paths: z.array(z.string()) })

/** What an ONNX model takes and gives, and what the JSON file beside it says of its use; `problem` says why that can't be read. */
export const networkInspection = z.object({
  inputs: z.array(networkTensor),
  outputs: z.array(networkTensor),
  description: networkDescription.partial().optional(),
  problem: z.string().optional(),
})
export type NetworkInspection = z.infer<typeof networkInspection>

/** A file of the user's, by its path (desktop) or by the id of an upload (browser). */
const fileSource = z.union([z.strictObject({ path: z.string().min(1) }), z.strictObject({ uploadId: z.string().min(1) })])
export type FileSource = z.infer<typeof fileSource>

const modelId = z.strictObject({ modelId: z.string() })
const jobId = z.object({ jobId: z.string() })
const inFolder = modelId.extend({ folder: z.string().min(1) })
const fromFile = z.strictObject({ source: fileSource })

export const models = {
  list: request(z.undefined(), z.array(modelCard)),
  /** The epochs of the training that it comes from; none where they were not kept. */
  history: request(modelId, z.array(historyLine)),
  /** @throws MODEL_PROTECTED for a model that comes with the app */
  rename: request(modelId.extend({ name: z.string().trim().min(1).max(120) }), modelCard),
  /** Deletes a model with all its files. @throws MODEL_PROTECTED, MODEL_IN_USE */
  remove: request(modelId, z.void()),
  /** Writes a model as one file into a folder. Job of kind `modelExport`. */
  exportFile: request(inFolder, jobId),
  /** Reads such a file; the model is tested before it is kept. Job of kind `modelImport`. */
  importFile: request(fromFile, jobId),
  /** Writes a separator as an ONNX model into a folder, and beside it what is needed to use it. Job of kind `modelExport`. */
  exportOnnx: request(inFolder, jobId),
  /** Looks at an ONNX model. Job of kind `networkInspection`. */
  inspectNetwork: request(fromFile, jobId),
  /** Takes an ONNX model as a separator, where it is as described. Job of kind `modelImport`. */
  importNetwork: request(fromFile.extend({ description: networkDescription }), jobId),
  /** Measures how fast a separator is on this machine. Job of kind `modelSpeed`. */
  measureSpeed: request(modelId, jobId),
}

export const modelEvents = {
  /** All models, after one has come, gone, or changed. */
  'models.changed': z.array(modelCard),
}
