import { onBeforeUnmount, onMounted } from 'vue'
import { useOutside } from '#renderer/api/host'

/** While `isBusy`, lets the browser ask before its tab is closed or loaded again; the desktop window asks by itself. */
export function useLeaveGuard(isBusy: () => boolean): void {
  const { host } = useOutside()
  if (host.isDesktop) return
  const ask = (event: BeforeUnloadEvent) => {
    if (isBusy()) event.preventDefault()
  }
  onMounted(() => window.addEventListener('beforeunload', ask))
  onBeforeUnmount(() => window.removeEventListener('beforeunload', ask))
}
