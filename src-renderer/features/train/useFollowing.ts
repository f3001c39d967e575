import { onBeforeUnmount, onMounted } from 'vue'
import { useNoticeStore } from '#renderer/stores/noticeStore'

/** Follows what the services tell while a component is there. @param follow begins, and returns how to stop; what it fails with is shown */
export function useFollowing(follow: () => Promise<() => void>): void {
  const notices = useNoticeStore()
  let stop = () => {}
  let isGone = false

  onMounted(() =>
    notices.attempt(async () => {
      const unfollow = await follow()
      if (isGone) unfollow()
      else stop = unfollow
    }),
  )
  onBeforeUnmount(() => {
    isGone = true
    stop()
  })
}
