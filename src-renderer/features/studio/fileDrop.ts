import { onBeforeUnmount, onMounted, type Ref, ref } from 'vue'
import { droppedFiles } from '#renderer/features/studio/droppedFiles'

/**
 * Takes files and folders that are dropped anywhere on the window, so that a near miss does not make the browser open the file in
 * place of the app. Returns whether something is being dragged over it.
 */
export function useFileDrop(open: (files: File[]) => void): Ref<boolean> {
  const dragging = ref(false)

  function onDragOver(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    dragging.value = true
  }

  function onDragLeave(event: DragEvent): void {
    if (!event.relatedTarget) dragging.value = false
  }

  async function onDrop(event: DragEvent): Promise<void> {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    dragging.value = false
    open(await droppedFiles(event.dataTransfer))
  }

  onMounted(() => {
    window.addEventListener('dragover', onDragOver)
    window.addEventListener('dragleave', onDragLeave)
    window.addEventListener('drop', onDrop)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('dragover', onDragOver)
    window.removeEventListener('dragleave', onDragLeave)
    window.removeEventListener('drop', onDrop)
  })
  return dragging
}
