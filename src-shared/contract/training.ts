import { z } from 'zod'
import { datasetContent } from '#shared/contract/datasets'
import { request } from '#shared/contract/defineContract'
import { failure } from '#shared/jobs/job'
import { trainingConfig } from '#shared/training/config'
import { historyLine } from '#shared/training/history'

/**
 * What a network is made for: `separator` takes songs apart, `blind` learns from mixtures alone, `images` takes pictures apart, `clips`
 * makes, finds or codes short sounds.
 */
export const networkKinds = ['separator', 'blind', 'images', 'clips'] as const
export const networkKind = z.enum(networkKinds)
export type NetworkKind = z.infer<typeof networkKind>

/** A network to choose, and the hyper-parameters that go with it. */
export const trainingPreset = z.object({
  id: z.string(),
  name: z.string(),
  summary: z.string(),
  kind: networkKind,
  /** Contents of datasets that it can learn from. */
  contents: z.array(datasetContent),
  parameters: z.number().int(),
  /** Bytes of memory that training takes at the preset's batch size, roughly. */
  memory: z.number(),
  config: trainingConfig,
})
export type TrainingPreset = z.infer<typeof trainingPreset>

/**
 * A run waits (`queued`), gets its data ready (`preparing`), learns (`running`), gives way to a separation (`yielding`) and goes on by
 * itself, is `paused` by the user or by the app's end, or ends: `finished` by its own rules, `stopped` with its best kept,
 * `failed` with an error and its checkpoints intact.
 */
export const runStatuses = ['queued', 'preparing', 'running', 'yielding', 'paused', 'finished', 'stopped', 'failed'] as const
export const runStatus = z.enum(runStatuses)
export type RunStatus = z.infer<typeof runStatus>

export const runProgress = z.object({
  step: z.number().int(),
  totalSteps: z.number().int(),
  epoch: z.number().int(),
  /** Seconds of training, over all sittings. */
  seconds: z.number(),
  stepsPerSecond: z.number().optional(),
  /** Seconds until the run's last step, or the end of its time, whichever comes first. */
  secondsLeft: z.number().optional(),
  /** Mean loss of the newest steps. */
  loss: z.number().optional(),
})
export type RunProgress = z.infer<typeof runProgress>

/** How many recordings are decoded of those that a run learns from. */
export const runPreparing = z.object({ completed: z.number().int(), total: z.number().int(), secondsLeft: z.number().optional() })
export type RunPreparing = z.infer<typeof runPreparing>

/** A training run as the UI shows it in a list. Its folder holds the same history as a run of the command line. */
export const run = z.object({
  id: z.string(),
  name: z.string(),
  presetId: z.string(),
  kind: networkKind,
  status: runStatus,
  /** Why it failed. */
  error: failure.optional(),
  /** Date and time of the start, ISO 8601. */
  startedAt: z.string(),
  datasetId: z.string().optional(),
  datasetName: z.string(),
  /** Of the data as they were at the start. */
  dataHash: z.string(),
  config: trainingConfig,
  /** The model that it started from. */
  base: z.object({ modelId: z.string(), name: z.string() }).optional(),
  progress: runProgress,
  /** Only while it is `preparing`. */
  preparing: runPreparing.optional(),
  best: z.object({ epoch: z.number().int(), step: z.number().int(), score: z.number() }).optional(),
  /** What `score` is, such as "Vocals SDR" in "dB"; higher is better. */
  scoreName: z.string(),
  scoreUnit: z.string(),
  /** In plain words; missing before the first step. */
  engine: z.string().optional(),
  /** What happened to it, in sentences, such as a batch that was made smaller for want of memory. */
  notes: z.array(z.string()),
  starred: z.boolean(),
  /** Bytes of its folder. */
  size: z.number(),
  /** What it belongs to, where it was not started by itself. */
  studyId: z.string().optional(),
  lessonId: z.string().optional(),
})
export type Run = z.infer<typeof run>

/** What a minute of training tells of the hours. */
export const benchmarkResult = z.object({
  engine: z.string(),
  stepsPerSecond: z.number(),
  /** Seconds of one validation. */
  validationSeconds: z.number(),
  /** Seconds of the whole run. */
  totalSeconds: z.number(),
  /** Bytes of memory at the peak. */
  memory: z.number(),
  /** Share of the time spent waiting for data. */
  waiting: z.number(),
  batchSize: z.number().int(),
})
export type BenchmarkResult = z.infer<typeof benchmarkResult>

/** Hyper-parameters that differ from the preset's, nested as in the schema. */
const overrides = z.record(z.string(), z.unknown())

export const runPlan = z.strictObject({
  presetId: z.string(),
  datasetId: z.string(),
  name: z.string().trim().max(120).optional(),
  overrides: overrides.default({}),
  /** Model to start from. */
  baseModelId: z.string().optional(),
  /** Minutes of training at most. */
  minutes: z.number().positive().optional(),
  /** Results to hear or see are made after each so many epochs; 0 for none. */
  resultsEvery: z.number().int().nonnegative().default(1),
})
export type RunPlan = z.infer<typeof runPlan>

const runId = z.strictObject({ runId: z.string() })

export const training = {
  presets: request(z.undefined(), z.array(trainingPreset)),
  /** Newest first. */
  list: request(z.undefined(), z.array(run)),
  /** Trains for a minute on throw-away weights. Job of kind `benchmark`. */
  benchmark: request(runPlan, z.object({ jobId: z.string() })),
  /** Puts a run into the queue of runs, of which one at a time learns. */
  start: request(runPlan, run),
  /** Stops after the step in hand, with a checkpoint. */
  pause: request(runId, run),
  /** Goes on to the bit where it was, also after a crash. A run that failed goes on from its last checkpoint, or its best. */
  resume: request(runId.extend({ from: z.enum(['last', 'best']).default('last') }), run),
  /** Ends the run; its best model stays and is put among the models. */
  stopAndKeepBest: request(runId.extend({ name: z.string().trim().min(1).max(120).optional() }), z.object({ run, modelId: z.string().optional() })),
  /** Puts what the run has learned until now among the models; the run goes on. */
  snapshot: request(runId.extend({ which: z.enum(['best', 'last']).default('last'), name: z.string().trim().min(1).max(120) }), z.object({ modelId: z.string() })),
  history: request(runId, z.array(historyLine)),
  rename: request(runId.extend({ name: z.string().trim().min(1).max(120) }), run),
  star: request(runId.extend({ starred: z.boolean() }), run),
  /** Deletes a run that does not run, with all its files; models that were kept stay. */
  remove: request(runId, z.void()),
}

export const trainingEvents = {
  'training.changed': run,
  'training.removed': z.object({ runId: z.string() }),
  'training.epoch': z.object({ runId: z.string(), line: historyLine }),
}
