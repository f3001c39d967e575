import { type BrowserWindow, Notification, powerSaveBlocker } from 'electron'
import { bringToFront } from '#main/hosts/electron/window'
import type { Services } from '#main/services/createServices'
import type { Job } from '#shared/contract/jobs'
import { isFinished } from '#shared/jobs/job'
import { overallShare } from '#shared/jobs/overallShare'

/** What is worth a notification; what the user waits for with the window in front is not. */
const notable: ReadonlySet<string> = new Set(['separation', 'export', 'render', 'training'])

/** Shows the progress of jobs on the app's icon, tells of their end, and keeps the computer awake meanwhile. Returns how to stop. */
export async function watchJobs(services: Services, window: BrowserWindow): Promise<() => void> {
  let { desktop } = (await services.settings.get()).settings
  const awake = createWakeLock()

  const update = () => {
    const unfinished = services.jobs.list().filter(({ state }) => !isFinished(state))
    awake.hold(desktop.keepAwake && unfinished.length > 0)
    if (!window.isDestroyed()) window.setProgressBar(progressOf(unfinished))
  }
  const stop = services.onEvent(({ name, payload }) => {
    if (name === 'settings.changed') ({ desktop } = payload)
    if (name === 'job.changed' || name === 'settings.changed') update()
    if (name === 'job.changed' && desktop.notify) tellOfEnd(payload, window)
  })
  update()
  return () => {
    stop()
    awake.hold(false)
  }
}

/** Fraction from 0 to 1, above 1 for "nobody knows", -1 for nothing. */
export function progressOf(unfinished: readonly Job[]): number {
  const running = unfinished.find(({ kind, state }) => notable.has(kind) && state.status === 'running')
  if (running?.state.status !== 'running') return -1
  return running.state.progress.total > 0 ? overallShare(running.state.progress) : 2
}

function tellOfEnd({ kind, title, state }: Job, window: BrowserWindow): void {
  if (!notable.has(kind) || window.isDestroyed() || window.isFocused() || !Notification.isSupported()) return
  if (state.status !== 'succeeded' && state.status !== 'failed') return
  const body = state.status === 'succeeded' ? 'It is ready.' : `It failed: ${state.error.message}`
  const notification = new Notification({ title, body })
  shown.add(notification)
  notification.on('close', () => shown.delete(notification))
  notification.on('click', () => {
    shown.delete(notification)
    bringToFront(window)
  })
  notification.show()
}

/** Electron forgets a notification, and what a click on it does, once nobody holds it. */
const shown = new Set<Notification>()

function createWakeLock(): { hold(wanted: boolean): void } {
  let id: number | undefined
  return {
    hold(wanted) {
      if (wanted && id === undefined) id = powerSaveBlocker.start('prevent-app-suspension')
      if (wanted || id === undefined) return
      powerSaveBlocker.stop(id)
      id = undefined
    },
  }
}
