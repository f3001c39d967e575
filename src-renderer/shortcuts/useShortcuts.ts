import { inject, type InjectionKey, onBeforeUnmount, onMounted } from 'vue'
import type { ActionHandlers, Shortcuts } from '#renderer/shortcuts/shortcuts'
import { usePageShown } from '#renderer/ui/pageShown'

export const shortcutsKey: InjectionKey<Shortcuts> = Symbol('shortcuts')

/**
 * Lets the component that is being set up do `handlers` while it is mounted and the page it stands on is shown, or, with
 * `everywhere`, also while another page is; later ones come before earlier ones. Returns the page's shortcuts, for buttons that do
 * the same as a key: `shortcuts.run('playback.toggle')`.
 *
 *     useShortcuts({
 *       'playback.toggle': () => transport.toggle(),
 *       'edit.undo': { run: () => projects.undo(), isEnabled: () => projects.canUndo },
 *     })
 */
export function useShortcuts(handlers: ActionHandlers = {}, { everywhere = false } = {}): Shortcuts {
  const shortcuts = inject(shortcutsKey)
  if (!shortcuts) throw new Error('The app was started without shortcuts.')
  const shown = usePageShown()
  let stop = () => {}
  onMounted(() => (stop = shortcuts.register(handlers, () => everywhere || shown.value)))
  onBeforeUnmount(() => stop())
  return shortcuts
}
