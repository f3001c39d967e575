import { shallowRef } from 'vue'

type Stop = () => void
/** Calls `changed` and `removed` with what the services tell from now on. */
type Listen<Kept> = (changed: (one: Kept) => void, removed: (id: string) => void) => readonly Stop[]

/** What the services keep of one kind, as the page knows it: newest first. */
export function createMirror<Kept extends { readonly id: string; readonly startedAt: string }>() {
  const kept = shallowRef<readonly Kept[]>([])

  function accept(one: Kept): Kept {
    const others = kept.value.filter(({ id }) => id !== one.id)
    kept.value = [...others, one].toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))
    return one
  }

  function drop(droppedId: string): void {
    kept.value = kept.value.filter(({ id }) => id !== droppedId)
  }

  /**
   * Takes over all that `list` gives and follows it from now on; returns how to stop. Events first, so that none falls
   * between: what they have told of is newer than what the list says.
   */
  async function follow(list: () => Promise<readonly Kept[]>, listen: Listen<Kept>): Promise<Stop> {
    const newer = new Set<string>()
    const changed = (one: Kept) => {
      newer.add(one.id)
      accept(one)
    }
    const removed = (id: string) => {
      newer.add(id)
      drop(id)
    }
    const stops = listen(changed, removed)
    const stop = () => stops.forEach((each) => each())
    try {
      for (const one of await list()) if (!newer.has(one.id)) accept(one)
    } catch (error) {
      stop()
      throw error
    }
    return stop
  }

  return { kept, accept, drop, follow }
}
