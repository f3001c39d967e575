/** How far a piece of work has come, in real units; `completed` never goes back within a stage. */
export interface WorkProgress {
  stage: string
  completed: number
  total: number
  unit: 'seconds' | 'steps' | 'bytes' | 'files' | 'epochs'
  /** Frames of both stems that can be heard already, from the first; for separations that keep a preview. */
  readyFrames?: number | undefined
}

/** The part of the platforms' AbortSignal that work may rely on; an AbortSignal is one. */
export interface CancelSignal {
  readonly aborted: boolean
  throwIfAborted(): void
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** The last argument of every long domain function. */
export interface WorkContext {
  signal: CancelSignal
  onProgress(progress: WorkProgress): void
  /** Lets the event loop turn, so that a cancel request can arrive; await it once a segment or step. */
  yieldTurn(): Promise<void>
}

/** Gives the event loop a turn, then throws the signal's reason if the work was cancelled. */
export async function checkpointCancel(context: WorkContext): Promise<void> {
  await context.yieldTurn()
  context.signal.throwIfAborted()
}
