import { type ActionGroup, actionGroups, type ActionId, actionIds, actionSpec } from '#shared/actions/actions'
import { keysOf, type Remaps } from '#shared/actions/keymap'
import { showKeys } from '#shared/actions/keys'

/** One line of the sheet of shortcuts. */
export interface SheetRow {
  readonly id: ActionId
  readonly name: string
  /** As settings keep them. */
  readonly keys: readonly string[]
  /** As the user reads them, in the same order. */
  readonly shown: readonly string[]
  /** True where the user has changed them. */
  readonly isChanged: boolean
}

export interface SheetGroup {
  readonly name: ActionGroup
  readonly rows: readonly SheetRow[]
}

/** Returns what the `?` sheet shows: the actions in `ids` with their shortcuts, by group, without empty groups. */
export function shortcutSheet(remaps: Remaps, mac: boolean, ids: ReadonlySet<ActionId> = new Set(actionIds)): SheetGroup[] {
  const row = (id: ActionId): SheetRow => {
    const keys = keysOf(id, remaps)
    return { id, name: actionSpec(id).name, keys, shown: keys.map((each) => showKeys(each, mac)), isChanged: id in remaps }
  }
  return actionGroups
    .map((name) => ({ name, rows: actionIds.filter((id) => ids.has(id) && actionSpec(id).group === name).map(row) }))
    .filter(({ rows }) => rows.length > 0)
}
