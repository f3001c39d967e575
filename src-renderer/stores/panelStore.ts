import { defineStore } from 'pinia'
import { ref } from 'vue'

/** What a dialog of the Studio is about. */
export type OpenDialog =
  | { kind: 'split'; trackId: string; clipId: string; part: 'clip' | 'selection' }
  | { kind: 'splitSongs'; songIds: string[] }
  | { kind: 'export' | 'settings' | 'shortcuts' | 'openProject' | 'saveProject' | 'blindTest' }
  | { kind: 'find'; trackId: string }
  | { kind: 'deleteSong'; soundId: string; name: string }
  | { kind: 'unsaved'; goOn: () => void }

export type DrawerTab = 'songs' | 'queue'
export type InspectorTab = 'clip' | 'repair' | 'events'

/** Which panels of the page are open. */
export const usePanelStore = defineStore('panels', () => {
  const dialog = ref<OpenDialog>()
  const drawer = ref<DrawerTab>()
  const inspector = ref(true)
  const inspectorTab = ref<InspectorTab>('clip')
  /** The clip that was picked by itself; without one, that of the focused lane at the playhead counts. */
  const clipId = ref<string>()
  /** Lanes show where the model is guessing, once that was looked for. */
  const showDoubt = ref(true)

  function open(next: OpenDialog): void {
    dialog.value = next
  }

  function close(): void {
    dialog.value = undefined
  }

  function toggleDrawer(tab: DrawerTab): void {
    drawer.value = drawer.value === tab ? undefined : tab
  }

  /** Shows a tab of the inspector, or hides the inspector when that tab is what it shows. */
  function toggleInspector(tab: InspectorTab): void {
    const isShown = inspector.value && inspectorTab.value === tab
    inspector.value = !isShown
    inspectorTab.value = tab
  }

  return { dialog, drawer, inspector, inspectorTab, clipId, showDoubt, open, close, toggleDrawer, toggleInspector }
})
