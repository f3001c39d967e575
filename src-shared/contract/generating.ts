import { z } from 'zod'
import { split } from '#shared/contract/datasets'
import { request } from '#shared/contract/defineContract'
import { clipSource } from '#shared/contract/detecting'

/** What faders are labelled by: where the energy lies, how much of it there is, how evenly it is spread over the frequencies. */
export const soundQualities = ['brightness', 'loudness', 'noisiness'] as const
export const soundQuality = z.enum(soundQualities)
export type SoundQuality = z.infer<typeof soundQuality>

/** `standard` has a normal prior, `mixture` a trained mixture of Gaussians. */
export const generatorPriors = ['standard', 'mixture'] as const

/** A direction in latent space, and how strongly what is decoded along it goes with a quality of the sound. */
export const latentFader = z.object({
  id: z.string(),
  quality: soundQuality,
  /** Pearson's r over held-out sounds (over all where none is held out), from -1 to 1. */
  correlation: z.number(),
  /** The number of the latent where it is one alone; missing for a mixture of all of them. */
  latent: z.number().int().optional(),
})
export type LatentFader = z.infer<typeof latentFader>

/** A model that makes sounds. */
export const generator = z.object({
  modelId: z.string(),
  name: z.string(),
  summary: z.string(),
  isShipped: z.boolean(),
  prior: z.enum(generatorPriors),
  parameters: z.number().int(),
  latents: z.number().int(),
  /** Of each sound that it makes. */
  seconds: z.number(),
  sampleRate: z.number().int(),
  /** Labels of what it has learned; empty or one alone where the sounds had none. */
  classes: z.array(z.string()),
  faders: z.array(latentFader),
})
export type Generator = z.infer<typeof generator>

/** One byte a bin, column after column (a column a frame, the lowest bin first), as base64. */
export const soundPicture = z.object({
  frames: z.number().int(),
  bins: z.number().int(),
  /** Hertz from one bin to the next. */
  binHertz: z.number(),
  values: z.string(),
  /** Decibels that the bytes 0 and 255 stand for. */
  floor: z.number(),
  peak: z.number(),
})
export type SoundPicture = z.infer<typeof soundPicture>

/** A sound to be played, and its pictures. */
export const shownSound = z.object({
  sampleRate: z.number().int(),
  /** 16-bit samples of one channel, little endian, as base64. */
  pcm: z.string(),
  picture: soundPicture,
})
export type ShownSound = z.infer<typeof shownSound>

/** A point in latent space; as many numbers as the model has latents. */
const latent = z.array(z.number()).min(1).max(4096)

/** A sound out of a model: the same `latent` and `seed` give the same sound. */
export const generatedSound = shownSound.extend({
  latent,
  /** Of the phases that its spectrogram is given. */
  seed: z.number().int(),
  /** Such as "seven, seed 12"; for file names. */
  name: z.string(),
})
export type GeneratedSound = z.infer<typeof generatedSound>

/** A sound beside what a model makes of it. */
export const reconstruction = z.object({
  name: z.string(),
  label: z.string().optional(),
  /** Missing for the user's own. */
  split: split.optional(),
  original: shownSound,
  decoded: generatedSound,
  /** Mean squared error of the spectrograms from 0 to 1, as the network learns, and in decibels. */
  mse: z.number(),
  decibelError: z.number(),
})
export type Reconstruction = z.infer<typeof reconstruction>

/** How a spectrogram becomes sound: estimated phases, or none, as the document has it. */
export const phaseMethods = ['griffinLim', 'zero'] as const
export const phaseMethod = z.enum(phaseMethods)
export type PhaseMethod = z.infer<typeof phaseMethod>

export const mapMethods = ['pca', 'tsne'] as const
export const mapMethod = z.enum(mapMethods)
export type MapMethod = z.infer<typeof mapMethod>

/** Where the sounds of a dataset lie in latent space, seen in two dimensions; both run from about -1 to 1. */
export const latentMap = z.object({
  id: z.string(),
  modelId: z.string(),
  method: mapMethod,
  /** In the order of the dataset. */
  points: z.array(z.object({ x: z.number(), y: z.number(), label: z.string(), name: z.string(), split })),
  /** Share of the variance that both axes show; of PCA only. */
  explained: z.number().optional(),
  /** In sentences: sounds that were left out, and why. */
  warnings: z.array(z.string()),
})
export type LatentMap = z.infer<typeof latentMap>

/** What a model is worth on sounds of a dataset that it has not learned from. */
export const generatorComparison = z.object({
  measuredOn: z.string(),
  rows: z.array(
    z.object({
      modelId: z.string(),
      name: z.string(),
      prior: z.enum(generatorPriors),
      parameters: z.number().int(),
      latents: z.number().int(),
      /** Steps that it was trained. */
      steps: z.number().int(),
      /** As of a reconstruction; means over the sounds. */
      mse: z.number(),
      decibelError: z.number(),
      /** Nats a sound, to the prior. */
      kl: z.number(),
      /** Share of class-conditional sounds that a small classifier, which has learned from real ones of the training split, hears as what they should be. */
      recognised: z.number().optional(),
      /** The same of real sounds that are held out: how good the classifier is. */
      recognisedReal: z.number().optional(),
    }),
  ),
})
export type GeneratorComparison = z.infer<typeof generatorComparison>

const modelId = { modelId: z.string() }
const seed = z.number().int().nonnegative().default(1)
const count = z.number().int().min(1).max(32)
const phases = phaseMethod.default('griffinLim')
const jobId = z.object({ jobId: z.string() })
const mapId = { mapId: z.string() }

/** A fader, by its id, and where it is: standard deviations from the middle. */
const faderMove = z.strictObject({ fader: z.string(), by: z.number().min(-6).max(6) })
export type FaderMove = z.infer<typeof faderMove>

/** Sounds of a dataset, drawn by a seed, or the user's own. */
const shownFrom = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dataset'), datasetId: z.string(), split, label: z.string().optional(), seed, count: count.default(4) }),
  z.strictObject({ kind: z.literal('own'), sources: z.array(clipSource).min(1).max(16) }),
])

/** Sounds to be written: what `generatedSound` says of each. */
const written = z.strictObject({ ...modelId, phases, sounds: z.array(z.strictObject({ latent, seed: z.number().int().nonnegative(), name: z.string().trim().min(1).max(120) })).min(1).max(256) })

/** All but jobs answer within moments. All throw MODEL_NOT_FOUND, MODEL_CORRUPT, and MODEL_INCOMPATIBLE for what makes no sounds. */
export const generating = {
  /** Shipped ones first. */
  models: request(z.undefined(), z.array(generator)),
  /**
   * What a model makes of sounds; those of the user's that can't be read are left out and named in `warnings`.
   * @throws DATASET_NOT_FOUND, DATASET_EMPTY where no sound is left
   */
  reconstruct: request(z.strictObject({ ...modelId, from: shownFrom, phases, seed }), z.object({ sounds: z.array(reconstruction), warnings: z.array(z.string()) })),
  /** Draws from the prior; `spread` is what its deviation is multiplied with. */
  sample: request(z.strictObject({ ...modelId, seed, count, spread: z.number().min(0).max(4).default(1), phases }), z.array(generatedSound)),
  /** Draws around the mean of a class, each latent with this deviation. @throws INVALID_INPUT for an unknown class */
  sampleClass: request(z.strictObject({ ...modelId, label: z.string(), seed, count, deviation: z.number().min(0).max(4).default(0.5), phases }), z.array(generatedSound)),
  /** From one sound to another in so many steps, both ends among them. @throws INVALID_INPUT for latents of another model */
  interpolate: request(z.strictObject({ ...modelId, from: latent, to: latent, steps: z.number().int().min(2).max(32).default(8), seed, phases }), z.array(generatedSound)),
  /** Sounds of points in latent space, each after its faders have moved it; the latents that come back are moved. */
  decode: request(
    z.strictObject({ ...modelId, items: z.array(z.strictObject({ latent, moves: z.array(faderMove).max(64).default([]), seed, name: z.string().max(120).default('') })).min(1).max(32), phases }),
    z.array(generatedSound),
  ),
  /** Where a class lies; where everything does without a label. */
  centre: request(z.strictObject({ ...modelId, label: z.string().optional() }), z.object({ latent })),
  /** Puts all sounds of a dataset on a map. Job of kind `latentMap`. @throws DATASET_NOT_FOUND */
  startMap: request(
    z.strictObject({ ...modelId, datasetId: z.string(), method: mapMethod, perplexity: z.number().min(2).max(100).default(30), most: z.number().int().min(10).max(3000).default(1000), seed }),
    jobId,
  ),
  /** The sound at a place of a map: what its nearest points mix to. @throws INVALID_INPUT for a map that is no longer kept */
  atPlace: request(z.strictObject({ ...mapId, x: z.number(), y: z.number(), seed, phases }), generatedSound),
  /** A point of a map as it was recorded, and as it is decoded. @throws INVALID_INPUT as `atPlace`; FILE_NOT_FOUND */
  atPoint: request(z.strictObject({ ...mapId, point: z.number().int().nonnegative(), seed, phases }), reconstruction),
  /** Draws around the mean of some points of a map, with their own spread times `spread`. @throws INVALID_INPUT as `atPlace` */
  amongPoints: request(z.strictObject({ ...mapId, points: z.array(z.number().int().nonnegative()).min(1).max(3000), seed, count, spread: z.number().min(0).max(4).default(1), phases }), z.array(generatedSound)),
  /** Measures models on the same held-out sounds. Job of kind `generatorComparison`. @throws DATASET_NOT_FOUND */
  startComparison: request(z.strictObject({ modelIds: z.array(z.string()).min(1).max(8), datasetId: z.string(), seed }), jobId),
  /**
   * Writes sounds as 24-bit WAV into a folder that the user chose, and replaces nothing there; their metadata say that they were
   * generated, by which model and from what seed. Job of kind `render`.
   */
  export: request(written.extend({ folder: z.string().min(1) }), jobId),
  /** The same ahead of a drag. Job of kind `drag`, whose files `render.dragOut` drags. */
  prepareDrag: request(written, jobId),
}
