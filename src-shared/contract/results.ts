import { z } from 'zod'
import { request } from '#shared/contract/defineContract'

/** A sound that can be heard: a WAV file by byte ranges, and its spectrogram as a PNG, 80 dB in grey, low frequencies at the bottom. */
const heard = z.object({ url: z.string(), spectrogramUrl: z.string() })

/** What a checkpoint made of a clip. */
const heardOutput = z.object({
  epoch: z.number().int(),
  step: z.number().int(),
  /** By part: `vocals` and `accompaniment`; `first`, `second` and `reconstruction` for blind networks. */
  parts: z.record(z.string(), heard),
  /** Decibels by part, where the true sound is known. */
  sdr: z.record(z.string(), z.number()),
})

/** A few seconds of something that is not trained on, as it sounds after each checkpoint. */
export const resultClip = z.object({
  id: z.string(),
  name: z.string(),
  seconds: z.number(),
  input: heard,
  /** The true parts, where they are known. */
  targets: z.record(z.string(), heard),
  /** In the order of epochs. */
  outputs: z.array(heardOutput),
})
export type ResultClip = z.infer<typeof resultClip>

/** Pictures after a checkpoint, in rows: each holds what went in, what should come out and what came out. */
export const resultGallery = z.object({
  epoch: z.number().int(),
  step: z.number().int(),
  /** One PNG; its rows and columns are named here. */
  url: z.string(),
  rows: z.array(z.string()),
  columns: z.array(z.string()),
})
export type ResultGallery = z.infer<typeof resultGallery>

export const runResults = z.object({ runId: z.string(), clips: z.array(resultClip), galleries: z.array(resultGallery) })
export type RunResults = z.infer<typeof runResults>

const clipRequest = z.strictObject({ runId: z.string() })

export const results = {
  /** What there is to hear and see of a run. */
  list: request(clipRequest, runResults),
  /** Lets another model do the run's clips, to be compared with. Job of kind `clips`, whose result is clips with one output. */
  compare: request(clipRequest.extend({ modelId: z.string() }), z.object({ jobId: z.string() })),
}

export const resultEvents = {
  'results.changed': z.object({ runId: z.string() }),
}
