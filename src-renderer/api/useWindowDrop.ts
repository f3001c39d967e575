import { onBeforeUnmount, onMounted, type Ref, ref } from 'vue'
import { usePageShown } from '#renderer/ui/pageShown'

/**
 * Takes files and folders that are dropped anywhere on the window while the page that is being set up is shown, so that a near miss
 * does not make the browser open the file in place of the app. Returns whether something is being dragged over it.
 * @param take is called while the drop is handled: afterwards the browser empties the transfer
 */
export function useWindowDrop(take: (transfer: DataTransfer) => void): Ref<boolean> {
  const dragging = ref(false)
  const shown = usePageShown()
  const isMeant = ({ dataTransfer }: DragEvent) => shown.value && dataTransfer?.types.includes('Files') === true

  function onDragOver(event: DragEvent): void {
    if (!isMeant(event)) return
    event.preventDefault()
    dragging.value = true
  }

  function onDragLeave(event: DragEvent): void {
    if (!event.relatedTarget) dragging.value = false
  }

  function onDrop(event: DragEvent): void {
    if (!isMeant(event)) return
    event.preventDefault()
    dragging.value = false
    take(event.dataTransfer!)
  }

  const listeners = [['dragover', onDragOver], ['dragleave', onDragLeave], ['drop', onDrop]] as const
  onMounted(() => listeners.forEach(([name, listener]) => window.addEventListener(name, listener)))
  onBeforeUnmount(() => listeners.forEach(([name, listener]) => window.removeEventListener(name, listener)))
  return dragging
}
