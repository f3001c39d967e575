import { computed, type ComputedRef, shallowRef } from 'vue'
import { isCovered, isTyping, mayAct } from '#renderer/shortcuts/focus'
import { pressedKeys } from '#renderer/shortcuts/pressedKeys'
import { type ActionId, actionIds, actionSpec } from '#shared/actions/actions'

/** What an action does, and, where that changes, whether it can be done now. `isEnabled` may read reactive state. */
export type ActionHandler = (() => void) | { run(): void; isEnabled(): boolean }
export type ActionHandlers = Readonly<Partial<Record<ActionId, ActionHandler>>>

/** Who does which action now. There is one of it in a page. */
export interface Shortcuts {
  readonly mac: boolean
  /** Ids of the actions that somebody does; reactive. */
  readonly handled: ComputedRef<ReadonlySet<ActionId>>
  /**
   * Adds handlers, which come before those that were added earlier; returns how to take them away.
   * @param isShown they are left out while it is false; may read reactive state
   */
  register(handlers: ActionHandlers, isShown?: () => boolean): () => void
  /** True when somebody does the action and can do it now. */
  isEnabled(id: ActionId): boolean
  /** Does the action, as a menu or a button asks for it; false when nobody can now. */
  run(id: ActionId): boolean
  /** Does what the keys of a keydown event mean, unless the focus is where they mean something else. */
  press(event: KeyboardEvent): void
}

interface Layer {
  readonly handlers: ActionHandlers
  isShown(): boolean
}

/** @param keymap which action each shortcut does now, with the user's own shortcuts */
export function createShortcuts(keymap: () => ReadonlyMap<string, ActionId>, mac: boolean): Shortcuts {
  const layers = shallowRef<readonly Layer[]>([])
  const handlerOf = (id: ActionId) => layers.value.findLast(({ handlers, isShown }) => handlers[id] && isShown())?.handlers[id]
  const handled = computed(() => new Set(actionIds.filter((id) => handlerOf(id))))

  const isEnabled = (id: ActionId): boolean => {
    const handler = handlerOf(id)
    return handler !== undefined && (typeof handler === 'function' || handler.isEnabled())
  }

  const run = (id: ActionId): boolean => {
    const handler = handlerOf(id)
    if (handler === undefined || !isEnabled(id)) return false
    if (typeof handler === 'function') handler()
    else handler.run()
    return true
  }

  return {
    mac,
    handled,
    isEnabled,
    run,
    register(handlers, isShown = () => true) {
      const layer = { handlers, isShown }
      layers.value = [...layers.value, layer]
      return () => (layers.value = layers.value.filter((each) => each !== layer))
    },
    press(event) {
      const keys = event.defaultPrevented || event.isComposing ? undefined : pressedKeys(event, mac)
      const id = keys === undefined ? undefined : keymap().get(keys)
      if (id === undefined || !handlerOf(id)) return
      const { whileTyping = false, repeats = false } = actionSpec(id)
      if (!mayAct(event.target, keys!, whileTyping)) return
      // Also when it can do nothing now: Space must not scroll the page, nor Ctrl+S save it as a file.
      event.preventDefault()
      if (!event.repeat || repeats) run(id)
    },
  }
}

/** Does an action that the desktop's menu asks for. In a text field, undoing means the text; behind an open dialog nothing is done. */
export function runFromMenu(shortcuts: Shortcuts, id: ActionId, page: Document): void {
  const textCommand = ({ 'edit.undo': 'undo', 'edit.redo': 'redo', 'edit.selectAll': 'selectAll', 'edit.delete': 'delete' } as Partial<Record<ActionId, string>>)[id]
  if (textCommand !== undefined && isTyping(page.activeElement)) page.execCommand(textCommand)
  else if (!isCovered(page)) shortcuts.run(id)
}
