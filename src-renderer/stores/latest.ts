/**
 * Returns how to send something again and again: one after another, never two at a time, and of what was asked for meanwhile only
 * the last. `send` must not throw. The promise ends when nothing waits any more.
 */
export function createLatest<Asked>(send: (asked: Asked) => Promise<void>): (asked: Asked) => Promise<void> {
  let waiting: { asked: Asked } | undefined
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    while (waiting) {
      const { asked } = waiting
      waiting = undefined
      await send(asked)
    }
    running = undefined
  }

  return (asked) => {
    waiting = { asked }
    running ??= run()
    return running
  }
}
