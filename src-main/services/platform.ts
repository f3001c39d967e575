import type { ComputeProcess } from '#main/compute/client'
import type { AppInfo } from '#shared/contract/app'
import type { SeparationReport } from '#shared/contract/separation'

/** All that the services need of the world; each host gives its own. src-main/node/nodePlatform makes most of it. */
export interface Platform {
  readonly info: AppInfo
  readonly models: ModelStore
  readonly stems: StemStore
  /** Path of the song that comes with the app. */
  readonly demoSong: string
  /** Starts a process that runs src-main/compute/entry. */
  launchCompute(): ComputeProcess
  /** A name that was never given before. */
  newId(): string
  /** Milliseconds of a clock that never goes back. */
  now(): number
  /** Where the UI fetches the file that is registered as `mediaId`. */
  mediaUrl(mediaId: string): string
  /** Path of a file that the UI has uploaded; only where there are uploads. */
  uploadPath?(uploadId: string): string | undefined
  /** Asks the user for a folder; only where there are dialogs. */
  chooseFolder?(): Promise<string | undefined>
}

/** One path a stem. */
export interface StemPaths {
  vocals: string
  accompaniment: string
}

/** A place where stems are written before anybody may see them. */
export interface StagedStems {
  /** Where to write. */
  readonly paths: StemPaths
  /**
   * Moves the stems to their places in one step, and says where they are.
   * @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  publish(): Promise<StemPaths>
  /** Removes what was written, unless it was published. */
  discard(): Promise<void>
}

/** What the library keeps of a finished separation. */
export interface StoredStems {
  readonly report: SeparationReport
  readonly paths: StemPaths
}

/** Stems on disk: the app's own library, and folders of the user's. */
export interface StemStore {
  find(key: string): Promise<StoredStems | undefined>
  /** @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  stageInLibrary(key: string, extension: string): Promise<StagedStems & { describe(report: SeparationReport): Promise<void> }>
  /**
   * Stages two files for a folder of the user's, which is made where it is missing.
   * @param overwrite false numbers the names where one is taken
   * @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  stageInFolder(folder: string, names: StemPaths, overwrite: boolean): Promise<StagedStems>
}

/** A folder that holds a model; `card` is unchecked JSON. */
export interface StoredModel {
  readonly id: string
  readonly directory: string
  readonly card: unknown
}

export interface ModelStore {
  list(): Promise<StoredModel[]>
}
