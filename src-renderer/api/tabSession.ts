import { z } from 'zod'

/** What a window had open, for when its page is loaded again. */
const openPlace = z.object({ folder: z.string().optional(), recoveryId: z.string().optional() })
export type OpenPlace = z.infer<typeof openPlace>

const remembered = z.object({ id: z.string(), open: openPlace.optional() })

/** A window, which the services tell from others by its id. */
export interface TabSession {
  readonly id: string
  /** What was open before the page was loaded again; undefined in a new window. */
  readonly before: OpenPlace | undefined
  remember(open: OpenPlace | undefined): void
}

/** What of the browser keeps the window's memory; each may be missing, and then the window forgets. */
export interface TabWorld {
  readonly storage?: Pick<Storage, 'getItem' | 'setItem'> | undefined
  readonly locks?: Pick<LockManager, 'request'> | undefined
}

const key = 'stemwright-session'

/** Returns the session of this window: that of before, unless a copy of the window has it. */
export async function openTabSession({ storage, locks }: TabWorld = browserWorld()): Promise<TabSession> {
  const found = recall(storage)
  const mine = found !== undefined && (await holdName(found.id, locks)) ? found : undefined
  const id = mine?.id ?? crypto.randomUUID()
  if (!mine) await holdName(id, locks)
  const remember = (open: OpenPlace | undefined) => {
    try {
      storage?.setItem(key, JSON.stringify({ id, ...(open && { open }) }))
    } catch {
      // A full or forbidden storage only means that the window forgets.
    }
  }
  remember(mine?.open)
  return { id, before: mine?.open, remember }
}

function recall(storage: TabWorld['storage']): z.infer<typeof remembered> | undefined {
  try {
    return remembered.parse(JSON.parse(storage?.getItem(key) ?? ''))
  } catch {
    return undefined
  }
}

/** A window that was duplicated has the other's memory, but not its lock, which lasts as long as the page does. */
function holdName(id: string, locks: TabWorld['locks']): Promise<boolean> {
  if (!locks) return Promise.resolve(true)
  return new Promise((resolve) => {
    void locks.request(`${key}-${id}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null)
      return lock === null ? undefined : new Promise(() => {})
    })
  })
}

function browserWorld(): TabWorld {
  try {
    return { storage: globalThis.sessionStorage, locks: navigator.locks }
  } catch {
    return {}
  }
}
