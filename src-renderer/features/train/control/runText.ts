import { formatTimeLeft } from '#renderer/ui/formatting'
import type { NetworkKind, Run, RunStatus } from '#shared/contract/training'

/** What a run is doing, as a button or a list says it. */
export const statusTexts: Record<RunStatus, string> = {
  queued: 'Waiting for its turn',
  preparing: 'Reading the data',
  running: 'Learning',
  yielding: 'Giving way to a split',
  paused: 'Paused',
  finished: 'Finished',
  stopped: 'Stopped',
  failed: 'Failed',
}

/** What the button says that takes the best of a run to where it is used; others are only to be studied. */
export const useTitles: Record<NetworkKind, string> = {
  separator: 'Use it in the Studio',
  images: 'Try it in the Playground',
  blind: 'Keep it as a model',
  clips: 'Keep it as a model',
}

/** True of networks with a page where a model is chosen as the one to be used. */
export function hasPlace(kind: NetworkKind): boolean {
  return kind === 'separator' || kind === 'images'
}

/** How far a run is with the data that it is reading; undefined where it is not, or nothing is known yet. */
export function preparingText({ preparing }: Pick<Run, 'preparing'>): string | undefined {
  if (!preparing || preparing.total === 0) return undefined
  const { completed, total, secondsLeft } = preparing
  const left = secondsLeft === undefined || completed >= total ? '' : `, ${formatTimeLeft(secondsLeft)}`
  return `${completed.toLocaleString('en')} of ${total.toLocaleString('en')} recordings${left}`
}

/** True while a run learns, or will by itself. */
export function isUnderWay({ status }: Pick<Run, 'status'>): boolean {
  return status === 'queued' || status === 'preparing' || status === 'running' || status === 'yielding'
}

/** True for a run that can be gone on with. */
export function canResume({ status }: Pick<Run, 'status'>): boolean {
  return status === 'paused' || status === 'failed' || status === 'stopped'
}

/** Epochs that the run has all in all. */
export function epochsOf({ progress, config }: Pick<Run, 'progress' | 'config'>): number {
  return Math.max(1, Math.ceil(progress.totalSteps / config.stepsPerEpoch))
}

/** Whole per cent of the steps that are done. */
export function percentOf({ progress }: Pick<Run, 'progress'>): number {
  return progress.totalSteps > 0 ? Math.min(100, Math.floor((100 * progress.step) / progress.totalSteps)) : 0
}

/** What a screen reader should be told when a run goes from one state to the next; undefined where there is nothing new. */
export function announcement(before: Run | undefined, after: Run): string | undefined {
  if (before === undefined) return undefined
  if (before.status !== after.status) {
    const why = after.status === 'failed' && after.error ? `: ${after.error.message}` : ''
    return `${after.name}: ${statusTexts[after.status]}${why}`
  }
  const quarter = Math.floor(percentOf(after) / 25)
  return after.status === 'running' && quarter > Math.floor(percentOf(before) / 25) ? `${after.name}: ${quarter * 25} per cent.` : undefined
}
