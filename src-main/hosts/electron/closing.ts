import type { BrowserWindow, Event } from 'electron'

export interface ClosingOptions {
  /** How many jobs would be lost, and how many trainings would stand still. */
  unfinishedJobs(): number
  /** Asks the user whether to end all the same. */
  confirm(unfinished: number): Promise<boolean>
  /** Asks the page to save what is not on the disk yet; false when no page is there to answer. */
  askPage(): boolean
  /** Brings what goes on for days to a halt that loses nothing. */
  rest(): Promise<void>
  /** Keeps how the window stands. */
  keepState(window: BrowserWindow): Promise<void>
  /** Calls back after some time; what the page has not answered by then is not waited for. */
  later(callback: () => void): void
}

/** The end of the window: never in the middle of a job without a question, nor of a save. */
export interface Closing {
  guard(window: BrowserWindow): void
  /** The page has saved. */
  ready(): void
}

export function createClosing({ unfinishedJobs, confirm, askPage, rest, keepState, later }: ClosingOptions): Closing {
  let saved = () => {}
  let isDeciding = false
  let mayClose = false

  const pageHasSaved = () =>
    new Promise<void>((resolve) => {
      saved = resolve
      if (askPage()) later(resolve)
      else resolve()
    })

  const decide = async (window: BrowserWindow) => {
    const unfinished = unfinishedJobs()
    if (unfinished > 0 && !(await confirm(unfinished))) return
    await Promise.all([pageHasSaved(), rest(), keepState(window)])
    mayClose = true
    if (!window.isDestroyed()) window.close()
  }

  return {
    guard(window) {
      mayClose = false
      window.on('close', (event: Event) => {
        if (mayClose) return
        event.preventDefault()
        if (isDeciding) return
        isDeciding = true
        void decide(window).finally(() => (isDeciding = false))
      })
    },
    ready: () => saved(),
  }
}
