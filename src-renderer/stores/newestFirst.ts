import { CancelledError } from '#shared/errors'

interface Wish {
  begin(): Promise<void>
  drop(): void
}

/** Does a few things at a time, the one that was asked for last first: what was scrolled past can wait. */
export interface NewestFirst {
  /** @throws CancelledError where so much newer work was asked for that this was never begun */
  run<Value>(work: () => Promise<Value>): Promise<Value>
}

/** @param atOnce pieces of work that run together @param mostWaiting older ones are dropped */
export function newestFirst(atOnce: number, mostWaiting: number): NewestFirst {
  const waiting: Wish[] = []
  let running = 0

  const advance = (): void => {
    if (running >= atOnce) return
    const newest = waiting.pop()
    if (!newest) return
    running++
    void newest.begin().finally(() => {
      running--
      advance()
    })
  }

  return {
    run(work) {
      return new Promise((resolve, reject) => {
        waiting.push({ begin: () => work().then(resolve, reject), drop: () => reject(new CancelledError()) })
        if (waiting.length > mostWaiting) waiting.shift()!.drop()
        advance()
      })
    },
  }
}
