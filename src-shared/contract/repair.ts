import { z } from 'zod'
import { request } from '#shared/contract/defineContract'
import { sound } from '#shared/contract/sounds'

/** A place on the spectrogram: a frame of the stem, and hertz. */
const point = z.tuple([z.number(), z.number()])

/** What is selected on a spectrogram. Frames count from the beginning of the stem. */
export const spectralRegion = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('box'), start: z.number(), end: z.number(), low: z.number(), high: z.number() }),
  /** A closed line, drawn around what is meant. */
  z.strictObject({ kind: z.literal('lasso'), points: z.array(point).min(3).max(4000) }),
  /** A stroke; `radius` in frames and in hertz. */
  z.strictObject({ kind: z.literal('brush'), points: z.array(point).min(1).max(4000), radius: point }),
])
export type SpectralRegion = z.infer<typeof spectralRegion>

export const stemPair = z.strictObject({
  /** Sound ids: the mixture, and the stems that sum to it from `offset` (in frames) on. */
  mixture: z.string(),
  offset: z.number().int().nonnegative(),
  vocals: z.string(),
  accompaniment: z.string(),
})
export type StemPair = z.infer<typeof stemPair>

/** The stems after a change; the old ones stay as they are. */
export const repairResult = z.object({
  vocals: sound,
  accompaniment: sound,
  /** Peak of mixture minus the sum of the stems as written and read back, dBFS; -200 stands for exactly 0. */
  nullResidualDbfs: z.number(),
  /** In sentences, for the user. */
  warnings: z.array(z.string()),
})
export type RepairResult = z.infer<typeof repairResult>

/** A stretch of both stems as a mask exponent would make them, to be heard in their place. */
export const reshapePreview = z.object({
  vocals: sound,
  accompaniment: sound,
  /** Frame of the stems at which the stretch begins. */
  start: z.number().int().nonnegative(),
  exponent: z.number(),
})
export type ReshapePreview = z.infer<typeof reshapePreview>

/** What is selected of a sound, alone; as long as the selection and the reach of its soft edges. */
export const auditionResult = z.object({
  sound,
  /** Frame of the sound that it was taken from at which it begins. */
  start: z.number().int().nonnegative(),
})

/** Where the model guesses: see src-main/separation/doubt for what is measured. */
export const doubtResult = z.object({
  /** Frames of the mixture's rate that one value stands for. */
  hop: z.number(),
  /** 0 (sure) to 1, one value for every `hop` frames. */
  curve: z.array(z.number()),
  /** Most doubtful first; frames from the beginning of the stem. */
  spots: z.array(z.object({ start: z.number(), end: z.number(), doubt: z.number() })),
  /** Root mean square deviation of the masks from their mean over latent samples. */
  spread: z.number(),
})
export type DoubtResult = z.infer<typeof doubtResult>

const jobId = z.object({ jobId: z.string() })
const exponent = z.number().min(0.25).max(4)
const reshaped = {
  pair: stemPair,
  exponent,
  /** Exponent that the stems of `pair` have already. */
  current: exponent.default(1),
}
const stemName = z.enum(['vocals', 'accompaniment'])

export const repair = {
  /** Moves what is selected from one stem to the other; their sum stays the mixture to the sample. Job of kind `repair`. */
  move: request(z.strictObject({ pair: stemPair, regions: z.array(spectralRegion).min(1), from: stemName }), jobId),
  /** Makes what is selected in one stem louder or quieter; the other stem stays, so the sum is no longer the mixture. */
  gain: request(
    z.strictObject({ pair: stemPair, regions: z.array(spectralRegion).min(1), stem: stemName, decibels: z.number().min(-120).max(24) }),
    jobId,
  ),
  /**
   * Cleaner (exponent above 1) or fuller (below) stems of the same separation; their sum stays the mixture. Exponent 1 gives
   * the stems as they were separated. Job of kind `repair`.
   */
  reshape: request(z.strictObject(reshaped), jobId),
  /** The same for a stretch only, in frames of the stems, which is there at once. Job of kind `reshapePreview`. */
  previewReshape: request(
    z.strictObject({ ...reshaped, start: z.number().int().nonnegative(), length: z.number().int().positive() }),
    jobId,
  ),
  /** Renders only what is selected of one sound, to be heard. Job of kind `audition`. */
  audition: request(z.strictObject({ soundId: z.string(), regions: z.array(spectralRegion).min(1) }), jobId),
  /** Job of kind `doubt`. */
  doubt: request(z.strictObject({ pair: stemPair, modelId: z.string() }), jobId),
}

/** What each request is given, once it is checked. */
export type RepairRequests = { [Name in keyof typeof repair]: z.output<(typeof repair)[Name]['payload']> }
