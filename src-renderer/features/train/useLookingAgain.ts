import { onBeforeUnmount, onMounted, watch } from 'vue'
import { usePageShown } from '#renderer/ui/pageShown'

/** Calls `look` whenever the user comes back to the page of the component that is being set up: to its tab, or to the window. */
export function useLookingAgain(look: () => void): void {
  const shown = usePageShown()
  const again = () => {
    if (shown.value && document.visibilityState !== 'hidden') look()
  }
  watch(shown, again)
  onMounted(() => {
    window.addEventListener('focus', again)
    document.addEventListener('visibilitychange', again)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('focus', again)
    document.removeEventListener('visibilitychange', again)
  })
}
