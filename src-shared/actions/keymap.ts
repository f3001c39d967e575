import { type ActionId, actionIds, actionSpec } from '#shared/actions/actions'

/** The user's own shortcuts, for the actions where they differ from the defaults; an empty list means none. */
export type Remaps = Readonly<Partial<Record<ActionId, readonly string[]>>>

/** Returns the shortcuts of an action, the one to show first. */
export function keysOf(id: ActionId, remaps: Remaps): readonly string[] {
  return remaps[id] ?? actionSpec(id).keys
}

/** Returns which action each shortcut does. Where two actions claim one, which `remap` does not let happen, the first in the list has it. */
export function keymapOf(remaps: Remaps): ReadonlyMap<string, ActionId> {
  const map = new Map<string, ActionId>()
  for (const id of actionIds) for (const keys of keysOf(id, remaps)) if (!map.has(keys)) map.set(keys, id)
  return map
}

/** Returns the other action that already has one of `keys`, or undefined. */
export function conflictOf(id: ActionId, keys: readonly string[], remaps: Remaps): { keys: string; with: ActionId } | undefined {
  for (const other of actionIds) {
    if (other === id) continue
    const shared = keysOf(other, remaps).find((taken) => keys.includes(taken))
    if (shared !== undefined) return { keys: shared, with: other }
  }
  return undefined
}

/** Returns the remaps after `id` got the shortcuts `keys`, which are taken away from any other action that had them. */
export function remap(id: ActionId, keys: readonly string[], remaps: Remaps): Remaps {
  const result: Partial<Record<ActionId, readonly string[]>> = { ...remaps }
  for (const other of actionIds) {
    const left = keysOf(other, remaps).filter((taken) => !keys.includes(taken))
    if (other !== id && left.length < keysOf(other, remaps).length) setKeys(result, other, left)
  }
  setKeys(result, id, [...new Set(keys)])
  return result
}

/** Returns the remaps after `id` got its default shortcuts back; others that had taken them lose them. */
export function resetKeys(id: ActionId, remaps: Remaps): Remaps {
  return remap(id, actionSpec(id).keys, remaps)
}

/** What is as by default is not kept, so that a later version may change it. */
function setKeys(remaps: Partial<Record<ActionId, readonly string[]>>, id: ActionId, keys: readonly string[]): void {
  const defaults = actionSpec(id).keys
  if (keys.length === defaults.length && keys.every((each, i) => each === defaults[i])) delete remaps[id]
  else remaps[id] = keys
}
