/** A file that was read as it is. */
export interface StoredDocument {
  readonly content: string
  /** When it was written: milliseconds since 1970. */
  readonly at: number
}

/** What makes this process the only one that has something open. */
export interface Claim {
  /** False once another process took it, as it may do from one that was asleep for minutes. */
  held(): Promise<boolean>
  release(): void
}

/** A sound's file that belongs into a project's folder. */
export interface AudioCopy {
  /** Name inside the folder's `audio`. */
  readonly file: string
  /** Path of the WAV file that is copied where the folder does not have it; undefined where there is none. */
  readonly from: string | undefined
}

export interface Duplicate {
  readonly path: string
  /** Removes it where it still is. */
  discard(): Promise<void>
}

/** Projects on disk: folders with a document and sounds. */
export interface ProjectFolders {
  /** The one name of a folder, which may be reached by several. */
  resolve(folder: string): Promise<string>
  /** Where a project of this name goes: inside `parent`, or among the app's own. */
  placeFor(name: string, parent?: string): string
  /** Whether the folder is one of the app's own. */
  isOwn(folder: string): Promise<boolean>
  listOwn(): Promise<string[]>
  exists(folder: string): Promise<boolean>
  /** @throws AppError PROJECT_NOT_FOUND, FILE_UNREADABLE */
  read(folder: string): Promise<StoredDocument>
  /**
   * Copies sounds that are not there, then replaces the document whole, then removes the `obsolete` files of `audio`: whenever it is
   * broken off, the folder holds a project that can be opened.
   * @param onCopied is told how many sounds are there
   * @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  write(folder: string, document: ProjectWriting, onCopied: (count: number) => void): Promise<void>
  /** Path of a sound in the folder, or undefined where it is not there. */
  audioPath(folder: string, file: string): Promise<string | undefined>
  /**
   * Copies a sound of a project for the library to move into itself: what the user does to the one must not change the other.
   * @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  duplicate(path: string): Promise<Duplicate>
  /** @throws AppError OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE */
  rename(from: string, to: string): Promise<void>
  remove(folder: string): Promise<void>
  /** Makes the folder, which is made where it is missing, this process's; undefined where it cannot be written to. @throws AppError PROJECT_IN_USE */
  claim(folder: string): Promise<Claim | undefined>
}

export interface ProjectWriting {
  readonly content: string
  readonly audio: readonly AudioCopy[]
  readonly obsolete: readonly string[]
}

/** Edits that are not saved yet, kept for after a crash. */
export interface RecoveryStore {
  /** The name of what is kept of a project: one for each folder, and for each project that has none yet. */
  idFor(place: string): string
  /** @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  write(id: string, content: string): Promise<void>
  read(id: string): Promise<StoredDocument | undefined>
  list(): Promise<string[]>
  remove(id: string): Promise<void>
  /** @throws AppError PROJECT_IN_USE, OUTPUT_NOT_WRITABLE */
  claim(id: string): Promise<Claim>
  /** Whether another process that is alive has claimed it. */
  isClaimed(id: string): Promise<boolean>
}
