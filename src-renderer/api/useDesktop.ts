import { onBeforeUnmount, onMounted, watchEffect } from 'vue'
import { useOutside } from '#renderer/api/host'
import { runFromMenu } from '#renderer/shortcuts/shortcuts'
import { useShortcuts } from '#renderer/shortcuts/useShortcuts'
import { actionIds } from '#shared/actions/actions'

/** What the desktop asks of the page. */
export interface DesktopWishes {
  /** Songs, by their paths. */
  openSongs(paths: readonly string[]): void
  openProject(folder: string): void
  /** The window is about to close: keeps what is unsaved. */
  beforeClose(): Promise<unknown>
}

/** Connects the component that is being set up to the desktop's menu, dock and window; does nothing in a browser. */
export function useDesktop({ openSongs, openProject, beforeClose }: DesktopWishes): void {
  const { host, client } = useOutside()
  const shortcuts = useShortcuts()
  const stops: (() => void)[] = []
  if (!host.isDesktop) return

  const takeOpened = async () => {
    const opened = await client.desktop.takeOpened()
    const songs = opened.flatMap(({ path, isFolder }) => (isFolder ? [] : [path]))
    const folder = opened.findLast(({ isFolder }) => isFolder)?.path
    if (folder !== undefined) openProject(folder)
    if (songs.length > 0) openSongs(songs)
  }

  let shown = ''
  const showEnabled = () => {
    const enabled = actionIds.filter((id) => shortcuts.handled.value.has(id) && shortcuts.isEnabled(id))
    // What is enabled is asked with every change of the document, and seldom changes.
    if (enabled.join() === shown) return
    shown = enabled.join()
    void client.desktop.setMenu({ enabled })
  }

  onMounted(() => {
    stops.push(
      watchEffect(showEnabled),
      client.on('desktop.action', ({ actionId }) => runFromMenu(shortcuts, actionId, document)),
      client.on('desktop.opened', () => void takeOpened()),
      client.on('desktop.closing', () => void beforeClose().finally(() => client.desktop.readyToClose())),
    )
    void takeOpened()
  })
  onBeforeUnmount(() => stops.forEach((stop) => stop()))
}
