/** A row of things that are done one after the other. */
export interface Lane<Item> {
  /** What waits, the next one first. */
  readonly waiting: readonly Item[]
  add(item: Item): void
  /** Takes a waiting one out. */
  remove(item: Item): void
  /** Puts a waiting one at `position`, 0 being next; false when it does not wait. */
  move(item: Item, position: number): boolean
}

/** @param perform does one; it may not throw */
export function createLane<Item>(perform: (item: Item) => Promise<void>): Lane<Item> {
  const waiting: Item[] = []
  let busy = false

  const advance = async () => {
    if (busy) return
    const item = waiting.shift()
    if (item === undefined) return
    busy = true
    await perform(item)
    busy = false
    void advance()
  }

  const take = (item: Item): boolean => {
    const index = waiting.indexOf(item)
    if (index >= 0) waiting.splice(index, 1)
    return index >= 0
  }

  return {
    waiting,
    add(item) {
      waiting.push(item)
      // A turn later, so that whoever adds a job has its id before the first event about its running.
      queueMicrotask(() => void advance())
    },
    remove: (item) => void take(item),
    move(item, position) {
      if (!take(item)) return false
      waiting.splice(position, 0, item)
      return true
    },
  }
}
