import { z } from 'zod'
import { checkReport, dataset } from '#shared/contract/datasets'
import { request } from '#shared/contract/defineContract'
import { detectionResult, experimentResult, soundSet, sweepFacts } from '#shared/contract/detecting'
import { generatorComparison, latentMap } from '#shared/contract/generating'
import { modelCard, modelFiles, networkInspection } from '#shared/contract/models'
import { loudnessResult, renderResult } from '#shared/contract/render'
import { ablation, priorComparison } from '#shared/contract/quantising'
import { auditionResult, doubtResult, repairResult, reshapePreview } from '#shared/contract/repair'
import { clipComparison } from '#shared/contract/results'
import { exportResult, separationResult } from '#shared/contract/separation'
import { sound } from '#shared/contract/sounds'
import { measurementResult } from '#shared/contract/studies'
import { lessonOutcome } from '#shared/contract/teaching'
import { benchmarkResult } from '#shared/contract/training'
import { jobState } from '#shared/jobs/job'

const facts = {
  id: z.string(),
  /** What the user sees it called. */
  title: z.string(),
}
const ofSong = { ...facts, songId: z.string() }

/** A job as the UI mirrors it; `kind` says what its result is. */
export const job = z.discriminatedUnion('kind', [
  z.object({ ...ofSong, kind: z.literal('separation'), state: jobState(separationResult) }),
  z.object({ ...ofSong, kind: z.literal('export'), state: jobState(exportResult) }),
  z.object({ ...ofSong, kind: z.literal('sound'), state: jobState(sound) }),
  z.object({ ...facts, kind: z.literal('render'), state: jobState(renderResult) }),
  z.object({ ...facts, kind: z.literal('drag'), state: jobState(renderResult) }),
  z.object({ ...facts, kind: z.literal('loudness'), state: jobState(loudnessResult) }),
  z.object({ ...facts, kind: z.literal('repair'), state: jobState(repairResult) }),
  z.object({ ...facts, kind: z.literal('reshapePreview'), state: jobState(reshapePreview) }),
  z.object({ ...facts, kind: z.literal('audition'), state: jobState(auditionResult) }),
  z.object({ ...facts, kind: z.literal('check'), state: jobState(checkReport) }),
  z.object({ ...facts, kind: z.literal('dataset'), state: jobState(dataset) }),
  z.object({ ...facts, kind: z.literal('download'), state: jobState(dataset) }),
  z.object({ ...facts, kind: z.literal('benchmark'), state: jobState(benchmarkResult) }),
  z.object({ ...facts, kind: z.literal('measurement'), state: jobState(measurementResult) }),
  z.object({ ...facts, kind: z.literal('lesson'), state: jobState(lessonOutcome) }),
  z.object({ ...facts, kind: z.literal('doubt'), state: jobState(doubtResult) }),
  z.object({ ...facts, kind: z.literal('clips'), state: jobState(clipComparison) }),
  z.object({ ...facts, kind: z.literal('modelExport'), state: jobState(modelFiles) }),
  z.object({ ...facts, kind: z.literal('modelImport'), state: jobState(modelCard) }),
  z.object({ ...facts, kind: z.literal('modelSpeed'), state: jobState(modelCard) }),
  z.object({ ...facts, kind: z.literal('networkInspection'), state: jobState(networkInspection) }),
  z.object({ ...facts, kind: z.literal('ablation'), state: jobState(ablation) }),
  z.object({ ...facts, kind: z.literal('priors'), state: jobState(priorComparison) }),
  z.object({ ...facts, kind: z.literal('latentMap'), state: jobState(latentMap) }),
  z.object({ ...facts, kind: z.literal('generatorComparison'), state: jobState(generatorComparison) }),
  z.object({ ...facts, kind: z.literal('soundSet'), state: jobState(soundSet) }),
  z.object({ ...facts, kind: z.literal('detectorSweep'), state: jobState(sweepFacts) }),
  z.object({ ...facts, kind: z.literal('detectorExperiments'), state: jobState(experimentResult) }),
  z.object({ ...facts, kind: z.literal('detections'), state: jobState(detectionResult) }),
])
export type Job = z.infer<typeof job>

const jobId = z.strictObject({ jobId: z.string() })
const nothing = z.void()

export const jobs = {
  /** All jobs: finished ones first, then the running one, then those that wait, in the order in which they will run. */
  list: request(z.undefined(), z.array(job)),
  cancel: request(jobId, nothing),
  /** Puts a failed or cancelled job back into the queue; with `device`, this time it is not computed on the graphics card. */
  retry: request(jobId.extend({ device: z.literal('cpu').optional() }), nothing),
  /** Moves a waiting job to `position` among those that wait; 0 is next. */
  move: request(jobId.extend({ position: z.number().int().nonnegative() }), nothing),
}

export const jobEvents = {
  'job.changed': job,
}
