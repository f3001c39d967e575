import { z } from 'zod'
import { datasetContent } from '#shared/contract/datasets'
import { request } from '#shared/contract/defineContract'
import { networkKind, runStatus } from '#shared/contract/training'
import { failure } from '#shared/jobs/job'

/** A figure of a study's table. */
export const studyMeasure = z.object({
  id: z.string(),
  name: z.string(),
  unit: z.string(),
  higherIsBetter: z.boolean(),
  /** Digits after the point that tell something; 2 where it is not said. */
  decimals: z.number().int().optional(),
})
export type StudyMeasure = z.infer<typeof studyMeasure>

/** A question that several runs, alike but for what is asked about, can answer. */
export const studyOutline = z.object({
  id: z.string(),
  title: z.string(),
  question: z.string(),
  kind: networkKind,
  /** Contents of datasets that it can be done with. */
  contents: z.array(datasetContent),
  /** The networks that it can be done with; one is chosen. */
  variants: z.array(z.object({ id: z.string(), name: z.string(), runs: z.number().int() })),
  /** Steps of each run unless the user says otherwise. */
  steps: z.number().int(),
})
export type StudyOutline = z.infer<typeof studyOutline>

/** `waiting` for its run to be started; then what the run is; `measuring` and `measured` once that has come to its end. */
export const studyRowStatuses = ['waiting', ...runStatus.options, 'measuring', 'measured'] as const

export const studyRow = z.object({
  id: z.string(),
  /** What sets it apart, by the names of `factors`. */
  factors: z.record(z.string(), z.string()),
  seed: z.number().int(),
  runId: z.string().optional(),
  status: z.enum(studyRowStatuses),
  error: failure.optional(),
  /** Share of its run that is done. */
  progress: z.number(),
  /** By the ids of measures, as far as they are known. */
  values: z.record(z.string(), z.number()),
  /** Standard deviations of values over repeated measurements, by the same ids; of none that was measured once. */
  deviations: z.record(z.string(), z.number()).optional(),
})
export type StudyRow = z.infer<typeof studyRow>

export const study = z.object({
  id: z.string(),
  outlineId: z.string(),
  title: z.string(),
  question: z.string(),
  variant: z.string(),
  datasetId: z.string(),
  datasetName: z.string(),
  /** Date and time, ISO 8601. */
  startedAt: z.string(),
  /** Steps of each run. */
  steps: z.number().int(),
  /** `paused` where something stands still that can be gone on with; `finished` once every row has its figures, or failed. */
  status: z.enum(['running', 'paused', 'finished']),
  factors: z.array(z.string()),
  measures: z.array(studyMeasure),
  /** The songs or pictures that the figures are from; none of them was trained on. */
  measuredOn: z.string().optional(),
  rows: z.array(studyRow),
})
export type Study = z.infer<typeof study>

export const studyRequest = z.strictObject({
  outlineId: z.string(),
  variant: z.string(),
  datasetId: z.string(),
  steps: z.number().int().min(1).max(1_000_000),
  /** Runs of each kind, which differ in their seeds. */
  seeds: z.number().int().min(1).max(5).default(1),
})
export type StudyRequest = z.infer<typeof studyRequest>

/**
 * What a run's best network was measured to do with songs, or pictures, that it has not learned from; with standard deviations of
 * what was measured several times.
 */
export const measurementResult = z.object({
  measuredOn: z.string(),
  values: z.record(z.string(), z.number()),
  deviations: z.record(z.string(), z.number()).optional(),
})

const studyId = z.strictObject({ studyId: z.string() })

export const studies = {
  outlines: request(z.undefined(), z.array(studyOutline)),
  /** Newest first. */
  list: request(z.undefined(), z.array(study)),
  /** Puts all runs of a study into the queue of runs; each is measured once it has come to its end. */
  start: request(studyRequest, study),
  pause: request(studyId, study),
  /** Goes on with what stands still, also after a restart; rows that failed are tried again. */
  resume: request(studyId, study),
  /** Deletes the study and its runs. */
  remove: request(studyId, z.void()),
}

export const studyEvents = {
  'studies.changed': study,
  'studies.removed': z.object({ studyId: z.string() }),
}
