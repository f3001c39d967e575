import { z } from 'zod'
import { request } from '#shared/contract/defineContract'
import { recordedSound } from '#shared/contract/detecting'
import { shownSound } from '#shared/contract/generating'
import { codebookAverages } from '#shared/training/config'

/** The five models of source 004, in the order in which one thing after the other was changed, and ours. */
export const quantiserModels = ['M1', 'M2', 'M3', 'M4', 'M5', 'ours'] as const
export const quantiserModelName = z.enum(quantiserModels)
export type QuantiserModel = z.infer<typeof quantiserModelName>

/** The prior of source 004, what it proposes against its failing, one by one, and ours. */
export const priorVariants = ['published', 'sigmoid', 'noPreprocess', 'moreBlocks', 'multiModal', 'ours'] as const
export const priorVariantName = z.enum(priorVariants)
export type PriorVariant = z.infer<typeof priorVariantName>

/** A codebook: codes that were chosen at all, how evenly (from 1, all the same, to the number of codes), and the error behind it. */
export const codebookUse = z.object({
  used: z.number().int(),
  perplexity: z.number(),
  /** How often each code was chosen. */
  counts: z.array(z.number()),
  /** Squared distance of latents from the sum of the codes so far, over the variance of latents. */
  error: z.number(),
})
export type CodebookUse = z.infer<typeof codebookUse>

/** What a quantised VAE does to sounds that it has not learned from. */
export const codingScores = z.object({
  /** Squared error of pictures (magnitude and phase) over their variance. */
  reconstruction: z.number(),
  /** Of how latents lie from their codes, summed over layers. */
  commitment: z.number(),
  /** Log-spectral distance of the magnitudes, in decibels. */
  distance: z.number(),
  /** Squared distance of latents from their codes over the variance of latents: 0 exact, 1 no better than their mean. */
  quantisationError: z.number(),
  /** First layer first. */
  layers: z.array(codebookUse),
})
export type CodingScores = z.infer<typeof codingScores>

/** One epoch of a model; of training, means over its steps. Perplexities are those of validation, first layer first. */
export const codingEpoch = z.object({
  epoch: z.number().int(),
  step: z.number().int(),
  trainReconstruction: z.number(),
  trainCommitment: z.number(),
  reconstruction: z.number(),
  commitment: z.number(),
  distance: z.number(),
  perplexities: z.array(z.number()),
})
export type CodingEpoch = z.infer<typeof codingEpoch>

/** One model of an ablation. */
export const ablationRow = z.object({
  model: quantiserModelName,
  name: z.string(),
  /** What it changes, in a sentence. */
  summary: z.string(),
  parameters: z.number().int(),
  layers: z.number().int(),
  codes: z.number().int(),
  gamma: z.number(),
  average: z.enum(codebookAverages),
  /** How its codebooks began: `uniform`, `glorot` or `kMeans`. */
  start: z.string(),
  history: z.array(codingEpoch),
  /** Of its best epoch. */
  scores: codingScores,
  /** Seconds of training. */
  seconds: z.number(),
})
export type AblationRow = z.infer<typeof ablationRow>

export const ablationRequest = z.strictObject({
  datasetId: z.string(),
  models: z.array(quantiserModelName).min(1).max(6).default([...quantiserModels]),
  epochs: z.number().int().min(1).max(500).default(3),
  /** What codebooks follow; where nothing is said, those of M1 to M5 are `as-published`, which is what the document most likely did, and ours correct. */
  average: z.enum(codebookAverages).optional(),
  seed: z.number().int().nonnegative().default(1),
})
export type AblationRequest = z.infer<typeof ablationRequest>

/** Models that were trained alike, one after the other, and measured on the same sounds. */
export const ablation = z.object({
  id: z.string(),
  /** Date and time of its start, ISO 8601. */
  startedAt: z.string(),
  datasetName: z.string(),
  request: ablationRequest,
  /** Such as "300 test sounds". */
  measuredOn: z.string(),
  /** In the order of `request.models`. */
  rows: z.array(ablationRow),
  /** In sentences: sounds that were left out, and why. */
  warnings: z.array(z.string()),
})
export type Ablation = z.infer<typeof ablation>

/** A sound as it is, and as each model gives it back. */
export const codedSound = z.object({
  name: z.string(),
  label: z.string(),
  original: shownSound,
  /** `id` is a model of the ablation, such as "M1", or the id of a model. */
  decoded: z.array(z.object({ id: z.string(), name: z.string(), sound: shownSound, /** Decibels. */ distance: z.number() })),
})
export type CodedSound = z.infer<typeof codedSound>

/** A quantised VAE among the models, and whether it has learned a prior to be sampled. */
export const quantiser = z.object({
  modelId: z.string(),
  name: z.string(),
  summary: z.string(),
  isShipped: z.boolean(),
  parameters: z.number().int(),
  layers: z.number().int(),
  codes: z.number().int(),
  sampleRate: z.number().int(),
  /** Of the longest sound that it codes. */
  seconds: z.number(),
  /** Present where sounds can be drawn from it. */
  prior: priorVariantName.optional(),
})
export type Quantiser = z.infer<typeof quantiser>

/** One prior over the quantised latents of a model. */
export const priorRow = z.object({
  variant: priorVariantName,
  name: z.string(),
  summary: z.string(),
  parameters: z.number().int(),
  /** Nats a value; `bits` are of sounds that it has not learned from. Comparable among variants over the same latents. */
  history: z.array(z.object({ step: z.number().int(), train: z.number(), validation: z.number() })),
  bits: z.number(),
  /** Deviation of drawn latents over that of real ones; 1 is as wide. */
  spread: z.number(),
  /** Share of what a drawn latent is away from the nearest sum of codes, over the variance of real latents. */
  awayFromCodes: z.number(),
  /** Decibels between the mean spectrum of drawn sounds and that of real ones. */
  spectrumDistance: z.number(),
  /** Some of its draws, decoded. */
  samples: z.array(shownSound),
  seconds: z.number(),
})
export type PriorRow = z.infer<typeof priorRow>

export const priorRequest = z.strictObject({
  /** The quantised VAE whose latents are learned. */
  modelId: z.string(),
  datasetId: z.string(),
  variants: z.array(priorVariantName).min(1).max(6).default([...priorVariants]),
  steps: z.number().int().min(1).max(100_000).default(200),
  seed: z.number().int().nonnegative().default(1),
})
export type PriorRequest = z.infer<typeof priorRequest>

export const priorComparison = z.object({
  id: z.string(),
  startedAt: z.string(),
  modelName: z.string(),
  datasetName: z.string(),
  request: priorRequest,
  measuredOn: z.string(),
  rows: z.array(priorRow),
  /** As in `samples`, of real sounds through the model's own codes: what the best prior could give. */
  real: z.array(shownSound),
  warnings: z.array(z.string()),
})
export type PriorComparison = z.infer<typeof priorComparison>

const jobId = z.object({ jobId: z.string() })
const seed = z.number().int().nonnegative().default(1)
const count = z.number().int().min(1).max(16)

/** Drawn sounds to be written, and what they say of how they were made. */
const drawn = z.strictObject({ sounds: z.array(recordedSound).min(1).max(64), madeBy: z.string().trim().min(1).max(200) })

export const quantising = {
  /** Shipped ones first. */
  models: request(z.undefined(), z.array(quantiser)),
  /** Trains the models, and measures them. Job of kind `ablation`. @throws DATASET_NOT_FOUND; DATASET_EMPTY where there are fewer than two sounds */
  startAblation: request(ablationRequest, jobId),
  /** All that are kept, newest first. */
  ablations: request(z.undefined(), z.array(ablation)),
  removeAblation: request(z.strictObject({ ablationId: z.string() }), z.void()),
  /** Sounds that were held out, a function of the seed, as the models of an ablation give them back. @throws DATASET_NOT_FOUND, DATASET_EMPTY, MODEL_NOT_FOUND */
  hearAblation: request(z.strictObject({ ablationId: z.string(), seed, count: count.default(2) }), z.array(codedSound)),
  /** The same by one model. @throws MODEL_NOT_FOUND, MODEL_INCOMPATIBLE; DATASET_NOT_FOUND, DATASET_EMPTY */
  reconstruct: request(z.strictObject({ modelId: z.string(), datasetId: z.string(), seed, count: count.default(4) }), z.array(codedSound)),
  /** Trains priors over what a model makes of sounds. Job of kind `priors`. @throws MODEL_NOT_FOUND, MODEL_INCOMPATIBLE; DATASET_NOT_FOUND, DATASET_EMPTY */
  startPriors: request(priorRequest, jobId),
  /** All that are kept, newest first. */
  priors: request(z.undefined(), z.array(priorComparison)),
  removePriors: request(z.strictObject({ comparisonId: z.string() }), z.void()),
  /** Sounds drawn from one of the priors of a comparison; `temperature` below 1 gives more ordinary ones. */
  sample: request(
    z.strictObject({ comparisonId: z.string(), variant: priorVariantName, seed, count: count.default(4), temperature: z.number().min(0).max(2).default(1) }),
    z.array(shownSound),
  ),
  /** The same from a model that has learned a prior. @throws MODEL_NOT_FOUND, MODEL_INCOMPATIBLE */
  sampleModel: request(
    z.strictObject({ modelId: z.string(), seed, count: count.default(4), temperature: z.number().min(0).max(2).default(1) }),
    z.array(shownSound),
  ),
  /**
   * Writes drawn sounds as they were heard into a folder that the user chose, and replaces nothing there; their metadata say that
   * they were generated, and by what. Job of kind `render`.
   */
  export: request(drawn.extend({ folder: z.string().min(1) }), jobId),
  /** The same ahead of a drag. Job of kind `drag`, whose files `render.dragOut` drags. */
  prepareDrag: request(drawn, jobId),
}

export const quantisingEvents = {
  /** A model of an ablation that still runs is done. */
  'quantising.trained': z.object({ jobId: z.string(), row: ablationRow }),
  /** A prior of a comparison that still runs is done. */
  'quantising.learned': z.object({ jobId: z.string(), row: priorRow }),
}
