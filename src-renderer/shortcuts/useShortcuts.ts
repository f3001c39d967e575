import { inject, type InjectionKey, onBeforeUnmount, onMounted } from 'vue'
import type { ActionHandlers, Shortcuts } from '#renderer/shortcuts/shortcuts'

export const shortcutsKey: InjectionKey<Shortcuts> = Symbol('shortcuts')

/**
 * Lets the component that is being set up do `handlers` while it is mounted; later ones come before earlier ones. Returns the
 * page's shortcuts, for buttons that do the same as a key: `shortcuts.run('playback.toggle')`.
 *
 *     useShortcuts({
 *       'playback.toggle': () => transport.toggle(),
 *       'edit.undo': { run: () => projects.undo(), isEnabled: () => projects.canUndo },
 *     })
 */
export function useShortcuts(handlers: ActionHandlers = {}): Shortcuts {
  const shortcuts = inject(shortcutsKey)
  if (!shortcuts) throw new Error('The app was started without shortcuts.')
  let stop = () => {}
  onMounted(() => (stop = shortcuts.register(handlers)))
  onBeforeUnmount(() => stop())
  return shortcuts
}
