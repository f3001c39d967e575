import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeWhole } from '#main/node/wholeFile'
import { split } from '#shared/contract/datasets'

const decibels = z.record(z.string(), z.number())
/** Names of files without `.wav` and `.png`, by part. */
const files = z.record(z.string(), z.string())

const pinnedFacts = z.object({
  id: z.string(),
  name: z.string(),
  split,
  /** The clip within its mixture.wav, in frames. */
  span: z.object({ start: z.number().int(), end: z.number().int() }),
  sampleRate: z.number(),
  /** Power that is white in every spectrogram of the clip. */
  top: z.number(),
  /** Below `clips/<id>`. */
  input: z.string(),
  targets: files,
})

const heardFacts = z.object({ parts: files, sdr: decibels })

const checkpointFacts = z.object({
  epoch: z.number().int(),
  step: z.number().int(),
  score: z.number(),
  bytes: z.number(),
  /** It was the best epoch of the run; the newest of these is the one that is kept. */
  best: z.boolean().optional(),
  /** It was made for that alone. */
  onlyAsBest: z.boolean().optional(),
  /** Below `checkpoints`; never used twice, so that nobody who has fetched a file sees an old one under its name. */
  folder: z.string(),
  /** By the clips' ids. */
  clips: z.record(z.string(), heardFacts),
  gallery: z.object({ rows: z.array(z.string()), columns: z.array(z.string()) }).optional(),
})
export type CheckpointFacts = z.output<typeof checkpointFacts>

/** What another model has made of a run's clips; `comparison.json` of a folder below `compared`. */
export const comparisonFacts = z.object({ name: z.string(), clips: z.record(z.string(), heardFacts) })
export type ComparisonFacts = z.output<typeof comparisonFacts>

const resultIndex = z.object({
  formatVersion: z.literal(1),
  /** Missing until they are pinned. */
  clips: z.array(pinnedFacts).optional(),
  checkpoints: z.array(checkpointFacts),
  /** Decibels by clip and part of every checkpoint, also of those that are no longer kept. */
  scores: z.array(z.object({ epoch: z.number().int(), step: z.number().int(), clips: z.record(z.string(), decibels) })),
  /** Checkpoints that were ever kept. */
  written: z.number().int(),
})
export type ResultIndex = z.output<typeof resultIndex>
export type PinnedFacts = z.output<typeof pinnedFacts>

/** Folder of a run's results. */
export function resultsFolder(runFolder: string): string {
  return join(runFolder, 'results')
}

/** What a run has to be heard and seen; nothing where its index is not there or cannot be read. */
export async function readResultIndex(runFolder: string): Promise<ResultIndex> {
  const text = await readFile(join(resultsFolder(runFolder), 'index.json'), 'utf8').catch(() => '')
  try {
    return resultIndex.parse(JSON.parse(text))
  } catch {
    return { formatVersion: 1, checkpoints: [], scores: [], written: 0 }
  }
}

/** Replaces the index whole. */
export async function writeResultIndex(runFolder: string, index: ResultIndex): Promise<void> {
  await writeWhole(join(resultsFolder(runFolder), 'index.json'), `${JSON.stringify(index)}\n`)
}
