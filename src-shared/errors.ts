/** Every failure a user can act on has one of these codes; anything else is a defect and surfaces as INTERNAL. */
export const errorCodes = [
  'INVALID_INPUT',
  'FILE_NOT_FOUND',
  'FILE_EMPTY',
  'FILE_UNREADABLE',
  'NOT_AUDIO',
  'AUDIO_PROTECTED',
  'AUDIO_ZERO_LENGTH',
  'AUDIO_TOO_SHORT',
  'AUDIO_SILENT',
  'AUDIO_NOT_FINITE',
  'AUDIO_UNSUPPORTED',
  'OUTPUT_EXISTS',
  'OUTPUT_NOT_WRITABLE',
  'DISK_FULL',
  'MODEL_NOT_FOUND',
  'MODEL_CORRUPT',
  'MODEL_INCOMPATIBLE',
  'MODEL_PROTECTED',
  'MODEL_IN_USE',
  'CHECKPOINT_CORRUPT',
  'DATASET_NOT_FOUND',
  'DATASET_EMPTY',
  'DATASET_INVALID',
  'DOWNLOAD_FAILED',
  'TRAINING_DIVERGED',
  'ENGINE_UNAVAILABLE',
  'ENGINE_OUT_OF_MEMORY',
  'ENGINE_LOST',
  'COMPUTE_CRASHED',
  'CONNECTION_LOST',
  'JOB_NOT_FOUND',
  'SONG_NOT_FOUND',
  'SOUND_NOT_FOUND',
  'RATE_MISMATCH',
  'RUN_NOT_FOUND',
  'RUN_IN_USE',
  'STUDY_NOT_FOUND',
  'LESSON_NOT_FOUND',
  'PROJECT_NOT_FOUND',
  'PROJECT_CORRUPT',
  'PROJECT_TOO_NEW',
  'PROJECT_IN_USE',
  'INTERNAL',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** A failure a user can act on. `message` says what happened, what was done about it and what to do next. */
export class AppError extends Error {
  override readonly name = 'AppError'
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}

/** Cancellation is a state of a job, not an error shown to anybody. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError'
  constructor() {
    super('Cancelled.')
  }
}

/** True for our own cancellation and for the reason that an AbortSignal throws by default. */
export function isCancellation(error: unknown): boolean {
  return error instanceof CancelledError || (error instanceof Error && error.name === 'AbortError')
}

/** Returns `error` itself when it is an AppError, else an INTERNAL one that keeps it as its cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new AppError('INTERNAL', message, { cause: error })
}
