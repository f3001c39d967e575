import type { ClipComparison, ResultClip, ResultGallery } from '#shared/contract/results'

/** Files of a sound. */
export interface HeardFiles {
  readonly audio: string
  readonly picture: string
}

type Parts = Readonly<Record<string, HeardFiles>>

/** What of a run can be heard and seen, as files; otherwise as the UI is told of it. */
export interface StoredResults {
  readonly clips: readonly (Omit<ResultClip, 'input' | 'targets' | 'outputs'> & {
    readonly input: HeardFiles
    readonly targets: Parts
    readonly outputs: readonly (Omit<ResultClip['outputs'][number], 'parts'> & { readonly parts: Parts })[]
  })[]
  readonly galleries: readonly (Omit<ResultGallery, 'url'> & { readonly path: string })[]
  /** The epoch whose model the run keeps. */
  readonly bestEpoch: number | undefined
}

export interface StoredComparison {
  readonly name: string
  readonly clips: Readonly<Record<string, Omit<ClipComparison['clips'][string], 'parts' | 'learned'> & { readonly parts: Parts }>>
}

/** A folder for a comparison that nobody sees yet. */
export interface StagedComparison {
  readonly folder: string
  /** A copy of the model's folder there, which nobody changes meanwhile. @throws AppError MODEL_NOT_FOUND */
  copyModel(directory: string): Promise<string>
  /** Makes it the comparison of its key; the oldest go where there are many. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  publish(): Promise<StoredComparison>
  /** Removes it, unless it was published. */
  discard(): Promise<void>
}

/** What runs have to be heard and seen, in their folders. */
export interface ResultStore {
  /** Empty where there is nothing. */
  read(runId: string): Promise<StoredResults>
  /** The best model of a run. @throws AppError MODEL_NOT_FOUND where it has none yet */
  modelOf(runId: string): Promise<{ readonly directory: string; readonly sha256: string; readonly data?: string | undefined }>
  runFolder(runId: string): string
  /** Finds a comparison that was made before. */
  comparison(runId: string, key: string): Promise<StoredComparison | undefined>
  stageComparison(runId: string, key: string): Promise<StagedComparison>
}
