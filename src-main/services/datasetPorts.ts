import type { FolderView } from '#main/datasets/layouts/layout'
import type { DatasetLayout, Downloadable } from '#shared/contract/datasets'
import type { WorkContext } from '#shared/jobs/work'
import type { DocumentFile } from '#main/services/platform'

/** A folder of a dataset, as it was when it was opened. */
export interface DatasetFolder extends FolderView {
  /** Size and time of each file, as text that changes with the file; empty for one that is gone. */
  stamps(paths: readonly string[]): Promise<string[]>
}

/** Datasets on disk. */
export interface DatasetStore {
  /** Ids of the datasets that are kept. */
  list(): Promise<string[]>
  /** What is known of a dataset. */
  document(id: string): DocumentFile
  /** The last report of its check. */
  report(id: string): DocumentFile
  /** Removes both documents. */
  remove(id: string): Promise<void>
}

/** What the services need for datasets. */
export interface DatasetPlatform {
  readonly store: DatasetStore
  /**
   * Lists a folder.
   * @throws AppError INVALID_INPUT unless the path is absolute; FILE_NOT_FOUND; DATASET_INVALID for one with too many files
   */
  open(folder: string): Promise<DatasetFolder>
  /** True while the folder is there. */
  has(folder: string): Promise<boolean>
  /** A name of the text's own. */
  hash(text: string): string
  /** An absolute path of a file below a folder. */
  pathOf(folder: string, path: string): string
}

/** Public data that can be had from the network; the only part of the app that uses it, and only by `download`. */
export interface DownloadPlatform {
  /** What there is, and how much of each is here; asks nobody. */
  list(): Promise<Downloadable[]>
  /**
   * Downloads and unpacks a folder, or gives it where that was done; goes on with what was broken off.
   * @throws AppError INVALID_INPUT for an unknown id; DOWNLOAD_FAILED, OUTPUT_NOT_WRITABLE, DISK_FULL; the signal's reason
   */
  download(id: string, context: WorkContext): Promise<{ folder: string; layout: DatasetLayout; name: string }>
}
