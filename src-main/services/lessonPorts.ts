import { z } from 'zod'
import type { Manifest } from '#main/datasets/manifest'
import type { DocumentFolder } from '#main/services/platform'
import { lesson } from '#shared/contract/teaching'
import type { Run, RunPlan } from '#shared/contract/training'
import type { Dataset } from '#shared/contract/datasets'

/** A lesson's document in the data folder; how it stands follows from its run. */
export const storedLesson = lesson.omit({ status: true }).extend({ version: z.literal(1) })
export type StoredLesson = z.infer<typeof storedLesson>

/** Lessons on disk. */
export type LessonStore = DocumentFolder<StoredLesson>

/** What lessons need of training runs. */
export interface LessonRuns {
  list(): Promise<Run[]>
  start(plan: RunPlan, facts: { lessonId: string; source: { dataset: Dataset; manifest: Manifest } }): Promise<Run>
  resume(runId: string): Promise<Run>
  pause(runId: string): Promise<Run>
  remove(runId: string): Promise<void>
  folder(runId: string): string
  modelFolder(runId: string): string
}
