import { z } from 'zod'
import { request } from '#shared/contract/defineContract'

/** `best` lets every frame be seen by four segments, `fast` by little more than one. */
export const qualities = ['fast', 'best'] as const
export const quality = z.enum(qualities)
export type Quality = z.infer<typeof quality>

export const stemFormats = ['wav16', 'wav24', 'wav32f', 'flac', 'mp3', 'aiff', 'm4a'] as const
export const stemFormat = z.enum(stemFormats)
export type StemFormat = z.infer<typeof stemFormat>

/** The stems; `accompaniment` is called "Music" wherever a user reads it. */
export const stemNames = ['vocals', 'accompaniment'] as const
export type StemName = (typeof stemNames)[number]

export const stem = z.object({
  id: z.string(),
  name: z.enum(stemNames),
  /** File name under which it is offered for download. */
  fileName: z.string(),
  /** Where its sound can be fetched, with byte ranges. */
  url: z.string(),
  /** The sound of the library that it is; missing for what was written into a folder of the user's only. */
  soundId: z.string().optional(),
})
export type Stem = z.infer<typeof stem>

/** What is known about a finished separation. Both stems have the length, rate and channels given here. */
export const separationReport = z.object({
  sampleRate: z.number(),
  channels: z.number().int(),
  frames: z.number().int(),
  seconds: z.number(),
  elapsedSeconds: z.number(),
  /** Seconds of song separated in one second. */
  realTimeFactor: z.number(),
  /** Peak of mixture minus the sum of the stems as written and read back, dBFS; -200 stands for exactly 0, which has no logarithm. */
  nullResidualDbfs: z.number(),
  /** In plain words. */
  engine: z.string(),
  model: z.string(),
  warnings: z.array(z.string()),
})
export type SeparationReport = z.infer<typeof separationReport>

export const separationResult = separationReport.extend({ songId: z.string(), quality, stems: z.array(stem) })
export type SeparationResult = z.infer<typeof separationResult>

export const exportResult = z.object({ paths: z.array(z.string()), warnings: z.array(z.string()) })
export type ExportResult = z.infer<typeof exportResult>

const startPayload = z.strictObject({
  songId: z.string(),
  modelId: z.string().optional(),
  quality: quality.default('fast'),
  /** Seconds from the beginning of the song. */
  start: z.number().nonnegative().optional(),
  /** Seconds. */
  length: z.number().positive().optional(),
  format: stemFormat.default('wav24'),
})
export type SeparationRequest = z.infer<typeof startPayload>

const jobId = z.object({ jobId: z.string() })

export const separation = {
  /** Separates a song, or gives the finished job of the same song, model and options. */
  start: request(startPayload, jobId),
  /** Writes the stems of a finished separation into a folder that the user chose. */
  export: request(z.strictObject({ jobId: z.string(), folder: z.string().min(1), format: stemFormat.default('wav24') }), jobId),
}
