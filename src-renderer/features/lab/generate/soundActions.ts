import { useOutside } from '#renderer/api/host'
import { useGenerateFilesStore } from '#renderer/stores/generateFilesStore'
import { useGenerateMorphStore } from '#renderer/stores/generateMorphStore'
import { type MadeSound, useGenerateStore } from '#renderer/stores/generateStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import type { MenuItem } from '#renderer/ui/menuItem'

/** Returns what can be done with a sound that was made; to be called while a component is set up. */
export function useSoundActions() {
  const store = useGenerateStore()
  const morph = useGenerateMorphStore()
  const files = useGenerateFilesStore()
  const notices = useNoticeStore()
  const { host } = useOutside()

  const vary = (made: MadeSound) => void notices.attempt(() => store.vary(made))
  const begin = (end: 'from' | 'to', made: MadeSound) => void notices.attempt(() => morph.begin(end, made))

  /** In one word where it goes: a folder on the desktop, downloads in a browser. */
  const saveTitle = host.download ? 'Download as WAV' : 'Save as WAV…'
  const save = (made: MadeSound) => void (files.canDownload ? files.download(made) : files.save([made]))

  const menuOf = (made: MadeSound): readonly MenuItem[] => [
    { title: 'Variations', icon: 'shuffle', run: () => vary(made) },
    { title: 'Morph from here', run: () => begin('from', made) },
    { title: 'Morph to here', run: () => begin('to', made) },
    { kind: 'line' },
    { title: saveTitle, icon: 'export', run: () => save(made) },
    { title: 'Remove', icon: 'trash', keys: 'Del', run: () => store.remove(made.id) },
  ]
  return { vary, begin, save, saveTitle, menuOf }
}
