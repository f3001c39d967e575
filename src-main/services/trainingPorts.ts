import { z } from 'zod'
import type { Manifest } from '#main/datasets/manifest'
import type { Claim } from '#main/services/projectPorts'
import type { Dataset } from '#shared/contract/datasets'
import { run } from '#shared/contract/training'
import type { HistoryLine } from '#shared/training/history'

/** What the app keeps of a run in its run.json, beside what the trainer keeps in the same folder. */
export const runRecord = run.omit({ size: true }).extend({
  version: z.literal(1),
  /** Folder that the paths of its manifest start from. */
  dataFolder: z.string(),
  /** Folder of the model that it started from. */
  baseDirectory: z.string().optional(),
  minutes: z.number().optional(),
  resultsEvery: z.number().int(),
  /** The model that its best was kept as, and of which step that was. */
  kept: z.object({ modelId: z.string(), step: z.number().int() }).optional(),
})
export type RunRecord = z.infer<typeof runRecord>

/** Which of a run's files are there. */
export interface RunParts {
  /** A last checkpoint. */
  readonly last: boolean
  /** A checkpoint of the best epoch, and its model. */
  readonly best: boolean
}

/** Runs on disk, each in a folder of its own. */
export interface RunStore {
  /** The records there are; folders that hold none that can be read are left out. */
  list(): Promise<RunRecord[]>
  /** Makes the folder of a run with the data that it learns from. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  create(record: RunRecord, manifest: Manifest): Promise<void>
  /** Replaces the record whole. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  write(record: RunRecord): Promise<void>
  folder(id: string): string
  /** Where decoded recordings are kept, for all runs. */
  readonly cacheFolder: string
  /** Where its best model is, once it has one. */
  modelFolder(id: string): string
  history(id: string): Promise<HistoryLine[]>
  parts(id: string): Promise<RunParts>
  /** Makes the checkpoint of the best epoch the last one. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  rewindToBest(id: string): Promise<void>
  /** Bytes of its folder. */
  size(id: string): Promise<number>
  remove(id: string): Promise<void>
  /** An empty folder that is nobody's run, with a manifest; whoever asked for it removes it. */
  scratch(manifest?: Manifest): Promise<{ folder: string; remove(): Promise<void> }>
  /** Makes the run this process's. @throws AppError RUN_IN_USE while another process has it */
  claim(id: string): Promise<Claim>
  /** True while another process has the run. */
  isClaimed(id: string): Promise<boolean>
}

/** What runs need of datasets. */
export interface DatasetSource {
  /** @throws AppError DATASET_NOT_FOUND, DATASET_EMPTY, FILE_NOT_FOUND */
  open(datasetId: string): Promise<{ dataset: Dataset; manifest: Manifest }>
}
