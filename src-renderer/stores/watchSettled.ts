import { type MultiWatchSources, watch, type WatchSource } from 'vue'

/** Long enough for a slider that moves, short enough to be no wait. */
const settleMs = 150

/** Calls back now, and whenever what is watched has changed and then stayed the same for a moment. Returns how to stop. */
export function watchSettled(sources: WatchSource | MultiWatchSources, callback: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = watch(sources, () => {
    clearTimeout(timer)
    timer = setTimeout(callback, settleMs)
  })
  callback()
  return () => {
    clearTimeout(timer)
    stop()
  }
}
