import { z } from 'zod'
import { AppError, errorCodes, isCancellation, toAppError } from '#shared/errors'
import type { WorkProgress } from '#shared/jobs/work'

/** How far a piece of work has come, in real units, never going back within a stage. */
export const workProgress = z.object({
  stage: z.string(),
  completed: z.number(),
  total: z.number(),
  unit: z.enum(['seconds', 'steps', 'bytes', 'files', 'epochs']),
  readyFrames: z.number().int().optional(),
}) satisfies z.ZodType<WorkProgress>

/** The stems of a separation that is still running, as far as they can be heard. They end with the job, a minute later. */
const readyStems = z.object({
  /** Frames of both that are there, from the first; what is there does not change any more. */
  frames: z.number().int(),
  /** WAV files, with byte ranges. Their headers promise the length that is expected. */
  vocalsUrl: z.string(),
  accompanimentUrl: z.string(),
})

/** How far a job has come, as the UI is told. */
export const jobProgress = workProgress.omit({ readyFrames: true }).extend({ ready: readyStems.optional() })
export type JobProgress = z.infer<typeof jobProgress>

/** A failure as it crosses a process boundary. */
export const failure = z.object({ code: z.enum(errorCodes), message: z.string() })
export type Failure = z.infer<typeof failure>

/** The one life cycle of every job: queued, running, then exactly one of the last three. */
export type JobState<Result> =
  | { status: 'queued' }
  | { status: 'running'; progress: JobProgress }
  | { status: 'succeeded'; result: Result }
  | { status: 'failed'; error: Failure }
  | { status: 'cancelled' }

/** Returns the schema of a job's state whose result is `result`. */
export function jobState<Result extends z.ZodType>(result: Result) {
  return z.discriminatedUnion('status', [
    z.object({ status: z.literal('queued') }),
    z.object({ status: z.literal('running'), progress: jobProgress }),
    z.object({ status: z.literal('succeeded'), result }),
    z.object({ status: z.literal('failed'), error: failure }),
    z.object({ status: z.literal('cancelled') }),
  ])
}

/** True once the job can change no more. */
export function isFinished(state: JobState<unknown>): boolean {
  return state.status !== 'queued' && state.status !== 'running'
}

/** Returns the state that a job ends in when its work throws `error`: cancelled, or failed with a code. */
export function endState(error: unknown): JobState<never> {
  return isCancellation(error) ? { status: 'cancelled' } : { status: 'failed', error: toFailure(error) }
}

/** Returns what of `error` may cross a process boundary. */
export function toFailure(error: unknown): Failure {
  const { code, message } = toAppError(error)
  return { code, message }
}

/** Returns the error that `failure` was before it crossed a process boundary. */
export function fromFailure({ code, message }: Failure): AppError {
  return new AppError(code, message)
}
