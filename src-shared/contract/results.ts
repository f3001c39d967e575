import { z } from 'zod'
import { split } from '#shared/contract/datasets'
import { request } from '#shared/contract/defineContract'

/** A sound that can be heard: a WAV file by byte ranges, and its spectrogram as a PNG, 80 dB in grey, low frequencies at the bottom. */
const heard = z.object({ url: z.string(), spectrogramUrl: z.string() })
export type Heard = z.infer<typeof heard>

/** By part: `vocals` and `accompaniment`; `first`, `second` and `reconstruction` for blind networks. */
const parts = z.record(z.string(), heard)
/** Decibels by part, where there is something to measure against; `reconstruction` is measured against the mixture. */
const sdr = z.record(z.string(), z.number())

/** What a checkpoint made of a clip. */
const heardOutput = z.object({ epoch: z.number().int(), step: z.number().int(), parts, sdr })

/** A few seconds that a run is heard on, the same after each checkpoint. */
export const resultClip = z.object({
  id: z.string(),
  name: z.string(),
  /** Where it is from: what a network does with what it learns from says little. */
  split,
  seconds: z.number(),
  input: heard,
  /** The true parts, where they are known. */
  targets: parts,
  /** In the order of epochs; old ones are thinned out. */
  outputs: z.array(heardOutput),
  /** Of every checkpoint, also of those whose sound is no longer kept. */
  scores: z.array(z.object({ epoch: z.number().int(), step: z.number().int(), sdr })),
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

export const runResults = z.object({
  runId: z.string(),
  clips: z.array(resultClip),
  galleries: z.array(resultGallery),
  /** The epoch whose model the run keeps; runs of earlier versions may have nothing to be heard of it. */
  bestEpoch: z.number().int().optional(),
})
export type RunResults = z.infer<typeof runResults>

/** What another model makes of a run's clips, by their ids. */
export const clipComparison = z.object({
  name: z.string(),
  clips: z.record(
    z.string(),
    z.object({
      parts,
      sdr,
      /** Whether the other model learned from the song of the clip, as its card says: what it does with that says little. */
      learned: z.enum(['yes', 'no', 'unknown']),
    }),
  ),
})
export type ClipComparison = z.infer<typeof clipComparison>

/** What a run is compared with: a model, or the best model of another run. */
const compared = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('model'), modelId: z.string() }),
  z.strictObject({ kind: z.literal('run'), runId: z.string() }),
])
export type Compared = z.infer<typeof compared>

const runId = z.strictObject({ runId: z.string() })

export const results = {
  /** What there is to hear and see of a run; it changes with each epoch, and is empty for a run that has nothing. */
  list: request(runId, runResults),
  /** Lets another model do the run's clips, or finds what it has done. Job of kind `clips`, whose result is a `ClipComparison`. */
  compare: request(runId.extend({ with: compared }), z.object({ jobId: z.string() })),
}
