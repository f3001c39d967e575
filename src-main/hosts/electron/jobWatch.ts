import { type BrowserWindow, Notification, powerSaveBlocker } from 'electron'
import { bringToFront } from '#main/hosts/electron/window'
import type { Services } from '#main/services/createServices'
import type { Job } from '#shared/contract/jobs'
import type { Run } from '#shared/contract/training'
import { isFinished } from '#shared/jobs/job'
import { overallShare } from '#shared/jobs/overallShare'

/** What is worth a notification; what the user waits for with the window in front is not. */
const notable: ReadonlySet<string> = new Set(['separation', 'export', 'render', 'benchmark', 'download', 'check'])

/** Shows the progress of jobs and trainings on the app's icon, tells of their end, and keeps the computer awake meanwhile. Returns how to stop. */
export async function watchJobs(services: Services, window: BrowserWindow): Promise<() => void> {
  let { desktop } = (await services.settings.get()).settings
  const awake = createWakeLock()
  let learning: Run | undefined

  const update = () => {
    const unfinished = services.jobs.list().filter(({ state }) => !isFinished(state))
    awake.hold(desktop.keepAwake && (unfinished.length > 0 || services.training.unfinished() > 0))
    if (!window.isDestroyed()) window.setProgressBar(progressOf(unfinished, learning))
  }
  const stop = services.onEvent(({ name, payload }) => {
    if (name === 'settings.changed') ({ desktop } = payload)
    if (name === 'training.changed') {
      const before = learning
      if (isLearning(payload)) learning = payload
      else if (learning?.id === payload.id) learning = undefined
      if (before?.id === payload.id && !isLearning(payload) && desktop.notify) tellOfRun(payload, window)
    }
    if (name === 'job.changed' || name === 'settings.changed' || name === 'training.changed') update()
    if (name === 'job.changed' && desktop.notify) tellOfEnd(payload, window)
  })
  update()
  return () => {
    stop()
    awake.hold(false)
  }
}

/** Fraction from 0 to 1, above 1 for "nobody knows", -1 for nothing. */
export function progressOf(unfinished: readonly Job[], learning?: Run): number {
  const running = unfinished.find(({ kind, state }) => notable.has(kind) && state.status === 'running')
  if (running?.state.status !== 'running') return learning ? learning.progress.step / learning.progress.totalSteps : -1
  return running.state.progress.total > 0 ? overallShare(running.state.progress) : 2
}

function tellOfEnd({ kind, title, state }: Job, window: BrowserWindow): void {
  if (!notable.has(kind)) return
  if (state.status === 'succeeded') notify(title, 'It is ready.', window)
  if (state.status === 'failed') notify(title, `It failed: ${state.error.message}`, window)
}

function tellOfRun({ name, status, error, best, scoreName, scoreUnit }: Run, window: BrowserWindow): void {
  const score = best ? ` Its best ${scoreName} is ${best.score.toFixed(2)} ${scoreUnit}.` : ''
  if (status === 'finished') notify(name, `The training is finished.${score}`, window)
  if (status === 'failed') notify(name, `The training stopped: ${error?.message ?? ''}`, window)
}

function isLearning({ status }: Run): boolean {
  return status === 'preparing' || status === 'running' || status === 'yielding'
}

function notify(title: string, body: string, window: BrowserWindow): void {
  if (window.isDestroyed() || window.isFocused() || !Notification.isSupported()) return
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
