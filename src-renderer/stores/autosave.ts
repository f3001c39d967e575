import { createTurns } from '#shared/jobs/turns'

/** After a failure, the next attempt. */
const retryMs = 10_000
/** How often the services hear that the window is still there. */
export const keepMs = 20_000

interface AutosaveParts {
  /** Edits wait no longer than this before they are kept for after a crash. */
  delayMs(): number
  /** Sends what is there to be kept, if anything is. */
  write(): Promise<void>
  /** Is told what the last attempt failed with, and of undefined once one went well. */
  onResult(error: unknown): void
}

/** Returns what calls `write` soon after a change, one at a time, and never twice for one wait. */
export function createAutosave({ delayMs, write, onResult }: AutosaveParts) {
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Does work when no writing is under way, and none begins meanwhile. */
  const inTurn = createTurns()

  const stop = () => {
    clearTimeout(timer)
    timer = undefined
  }

  const plan = (delay: number) => {
    timer ??= setTimeout(() => void flush(), delay)
  }

  /** Writes now. Failures are told to `onResult`. */
  const flush = (): Promise<void> => {
    stop()
    return inTurn(async () => {
      try {
        await write()
        onResult(undefined)
      } catch (error) {
        onResult(error)
        plan(retryMs)
      }
    })
  }

  return { changed: () => plan(delayMs()), flush, stop, inTurn }
}
