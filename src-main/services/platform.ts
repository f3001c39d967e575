import type { ComputeProcess } from '#main/compute/client'
import type { ActionId } from '#shared/actions/actions'
import type { DatasetPlatform, DownloadPlatform } from '#main/services/datasetPorts'
import type { DetectingStore } from '#main/services/detectingPorts'
import type { ProjectFolders, RecoveryStore } from '#main/services/projectPorts'
import type { QuantisingStore } from '#main/services/quantisingPorts'
import type { ResultStore } from '#main/services/resultPorts'
import type { LessonStore } from '#main/services/lessonPorts'
import type { StudyStore } from '#main/services/studyPorts'
import type { RunStore } from '#main/services/trainingPorts'
import type { AppInfo } from '#shared/contract/app'
import type { OpenedPath } from '#shared/contract/desktop'
import type { SeparationReport } from '#shared/contract/separation'
import type { HistoryLine } from '#shared/training/history'

/** All that the services need of the world; each host gives its own. src-main/node/nodePlatform makes most of it. */
export interface Platform {
  readonly info: AppInfo
  readonly models: ModelStore
  readonly stems: StemStore
  readonly sounds: SoundStore
  readonly dragFolders: DragFolders
  readonly projects: ProjectPlatform
  readonly datasets: DatasetPlatform
  readonly downloads: DownloadPlatform
  readonly runs: RunStore
  readonly results: ResultStore
  readonly studies: StudyStore
  readonly quantising: QuantisingStore
  readonly detecting: DetectingStore
  readonly lessons: LessonStore
  /** Where the user's settings are kept. */
  readonly settings: DocumentFile
  /** Path of the song that comes with the app. */
  readonly demoSong: string
  /** Path of its music alone. */
  readonly demoMusic: string
  /** Starts a process that runs src-main/compute/entry. */
  launchCompute(): ComputeProcess
  /** A name that was never given before. */
  newId(): string
  /** Milliseconds of a clock that never goes back. */
  now(): number
  /** The date where the user is, as 2026-01-31. */
  today(): string
  /** Date and time, ISO 8601. */
  timestamp(): string
  /** Where the UI fetches the file that is registered as `mediaId`. */
  mediaUrl(mediaId: string): string
  /** Path of a file that the UI has uploaded; only where there are uploads. */
  uploadPath?(uploadId: string): string | undefined
  /** Removes a file that the UI has uploaded, or that waits to be downloaded; leaves every other file alone. */
  discardCopy?(path: string): Promise<void>
  /** Asks the user for a folder; only where there are dialogs. */
  chooseFolder?(): Promise<string | undefined>
  /** What only a window of the desktop can do. */
  readonly desktop?: Desktop
}

/** The desktop around the window. */
export interface Desktop {
  /** Enables these actions in the menu, and no others. */
  setMenu(enabled: readonly ActionId[]): void
  /** Gives the paths that the system asked to open since this was last asked. */
  takeOpened(): OpenedPath[]
  /** The page has nothing left to save. */
  readyToClose(): void
  /**
   * Lets the user, who is dragging now, drop these files wherever they like.
   * @throws AppError FILE_NOT_FOUND when one of them is not there
   */
  startDrag(paths: readonly string[]): void
}

/** Folders of the library for files that are dragged out. They end with the process, or where it is killed at the next start. */
export interface DragFolders {
  /** Makes an empty one. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL; CancelledError after `clear` */
  make(): Promise<string>
  remove(folder: string): Promise<void>
  /** Tells whether all of these files are still there. */
  have(paths: readonly string[]): Promise<boolean>
  /** Removes those of processes that are gone. */
  tidy(): Promise<void>
  /** Removes those of this process, at once; from then on none is made. */
  clear(): void
}

/** Where projects are kept. */
export interface ProjectPlatform {
  readonly folders: ProjectFolders
  readonly recoveries: RecoveryStore
  /** Which projects were used last. */
  readonly recents: DocumentFile
}

/** One document of the app's own on the disk. */
export interface DocumentFile {
  /** Its content; undefined where nothing was written yet. @throws AppError FILE_UNREADABLE */
  read(): Promise<string | undefined>
  /** Replaces it whole, or leaves it as it was. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  write(content: string): Promise<void>
  /** Gives it another name, which is returned, so that it is neither read again nor lost. */
  setAside(): Promise<string>
}

/** Documents of one kind, by their ids. */
export interface DocumentFolder<Content> {
  /** Documents that cannot be read are left out. */
  list(): Promise<Content[]>
  /** Replaces the document whole. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  write(document: Content): Promise<void>
  remove(id: string): Promise<void>
}

/** One path, or one file name, or one id, a stem. */
export interface StemPaths {
  vocals: string
  accompaniment: string
}

/** A folder of the library that nobody sees yet. */
export interface StagedFolder {
  /** Where to write. */
  readonly folder: string
  /**
   * Moves the folder into the library in one step, and says where the files `names` are then; `sounds` are the ids of
   * the sounds that they are.
   * @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  publish(report: SeparationReport, names: StemPaths, sounds: StemPaths): Promise<StemPaths>
  /** Removes the folder, unless it was published. */
  discard(): Promise<void>
}

/** What the library keeps of a finished separation. */
export interface StoredStems {
  readonly report: SeparationReport
  readonly paths: StemPaths
  /** Ids of the sounds that the stems are; older separations do not tell. */
  readonly sounds: StemPaths | undefined
}

/** Two files that grow while a song is separated, to be heard meanwhile. */
export interface StagedPreview {
  readonly paths: StemPaths
  /** Removes them. */
  discard(): Promise<void>
}

/** Stems on disk. */
export interface StemStore {
  /** Looks a finished separation up in the library. */
  find(key: string): Promise<StoredStems | undefined>
  /** @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  stage(key: string): Promise<StagedFolder>
  /** Makes room for stems in the making. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  stagePreview(): Promise<StagedPreview>
  /** Removes the separations of songs with these hashes, and those whose stems are among these sounds. */
  remove(hashes: ReadonlySet<string>, soundIds: ReadonlySet<string>): Promise<void>
  /** Removes what a process that was killed left half-written in a folder of the user's. */
  tidy(folder: string): Promise<void>
}

/** A folder that holds a model; `card` is unchecked JSON. */
export interface StoredModel {
  readonly id: string
  readonly directory: string
  readonly card: unknown
  /** True for those that come with the app, which stay as they are. */
  readonly isShipped: boolean
}

/** Says what the card of a kept model is to be, from the one that it has. */
export type DescribeModel = (card: object) => object

/** A folder that nobody sees yet, for a model in the making. */
export interface StagedModel {
  /** Where to write. */
  readonly folder: string
  /** Moves the folder among the models in one step, as the id that `idOf` gives for its name. @throws AppError MODEL_CORRUPT, OUTPUT_NOT_WRITABLE, DISK_FULL */
  publish(idOf: (name: string) => string, describe: DescribeModel): Promise<StoredModel>
  /** Removes the folder, unless it was published. */
  discard(): Promise<void>
}

/** Models on disk. */
export interface ModelStore {
  list(): Promise<StoredModel[]>
  /**
   * Copies the model in `directory` whole, in one step, with the history of the run that it lies in; a run that writes a
   * better one meanwhile is waited for.
   * @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  keep(id: string, directory: string, describe: DescribeModel): Promise<StoredModel>
  /** @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  stage(): Promise<StagedModel>
  /** Replaces the card of a model that is not shipped. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  rewrite(model: StoredModel, card: object): Promise<StoredModel>
  /** Removes a model that is not shipped, in one step. @throws AppError OUTPUT_NOT_WRITABLE */
  remove(model: StoredModel): Promise<void>
  /** The epochs of the training that a model comes from; none where they were not kept. */
  history(model: Pick<StoredModel, 'directory'>): Promise<HistoryLine[]>
  /** How fast models were measured to be here. */
  readonly speeds: DocumentFile
}

/** A song that a sound is, or was made of. */
export interface SoundOrigin {
  /** SHA-256 of the song's file. */
  readonly sha256: string
  readonly songName: string
  /** True for the song itself, decoded; false for what was made of it. */
  readonly isSong: boolean
}

/** What the library knows of a sound; `id` says its content. */
export interface SoundRecord {
  readonly id: string
  readonly name: string
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
  readonly frames: number
  /** What the user should know of how it was read, such as that it was mixed down. */
  readonly warnings?: readonly string[] | undefined
  readonly origins: readonly SoundOrigin[]
}

export interface StoredSound extends SoundRecord {
  readonly audioPath: string
  readonly peaksPath: string
  /** Folder of the tiles of its spectrogram, which is made when the first one is drawn. */
  readonly tilesFolder: string
}

/** A folder of the library that nobody sees yet, for a sound in the making. */
export interface StagedSound {
  /** Where the WAV file goes, unless `take` brings one. */
  readonly audioPath: string
  readonly peaksPath: string
  /** Moves a finished WAV file here; with `keep` it stays where it is as well. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  take(file: string, keep: boolean): Promise<void>
  /**
   * Moves the folder into the library in one step. A sound of this content that is there already stays, and gains the
   * record's origins.
   * @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  publish(record: SoundRecord): Promise<StoredSound>
  /** Removes the folder, unless it was published. */
  discard(): Promise<void>
}

/** Sounds on disk, each in a folder of its own. */
export interface SoundStore {
  find(id: string): Promise<StoredSound | undefined>
  list(): Promise<StoredSound[]>
  /** @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  stage(): Promise<StagedSound>
  /** Path of a tile once it is drawn. */
  tilePath(sound: StoredSound, level: number, index: number): string
  /** Bytes that a sound takes, with its peaks and tiles. */
  sizeOf(id: string): Promise<number>
  /** Makes a sound known as made of these songs only, or removes it where none is left. */
  restrict(id: string, origins: readonly SoundOrigin[]): Promise<void>
}
