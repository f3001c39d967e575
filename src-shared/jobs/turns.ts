/** Does `work` once all that was given before has ended, well or not. */
export type Turns = <Value>(work: () => Promise<Value>) => Promise<Value>

/** Returns what does one thing after the other: of what reads and then writes, none overwrites what another has just written. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => {})
    return result
  }
}
