import { z } from 'zod'
import type { DocumentFolder } from '#main/services/platform'
import type { Run, RunPlan } from '#shared/contract/training'
import { measurementResult, study, studyRow } from '#shared/contract/studies'
import { failure } from '#shared/jobs/job'
import type { HistoryLine } from '#shared/training/history'

/** What is kept of a row; what it looks like now follows from its run. */
const storedRow = studyRow.pick({ id: true, factors: true, seed: true, runId: true }).extend({
  presetId: z.string(),
  overrides: z.record(z.string(), z.unknown()),
  /** Why its run could not be started, or measured. */
  error: failure.optional(),
  measured: measurementResult.optional(),
})
export type StoredRow = z.infer<typeof storedRow>

/** A study's document in the data folder. */
export const storedStudy = study
  .pick({ id: true, outlineId: true, variant: true, datasetId: true, datasetName: true, startedAt: true, steps: true })
  .extend({ version: z.literal(1), rows: z.array(storedRow) })
export type StoredStudy = z.infer<typeof storedStudy>

/** Studies on disk. */
export type StudyStore = DocumentFolder<StoredStudy>

/** What studies need of training runs. */
export interface StudyRuns {
  list(): Promise<Run[]>
  start(plan: RunPlan, facts: { studyId: string }): Promise<Run>
  pause(runId: string): Promise<Run>
  resume(runId: string): Promise<Run>
  remove(runId: string): Promise<void>
  history(runId: string): Promise<HistoryLine[]>
  folder(runId: string): string
}
