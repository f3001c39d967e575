import type { ClipClass, Sweep, SweepRow } from '#shared/contract/detecting'
import type { JobState } from '#shared/jobs/job'
import { formatTimeLeft } from '#renderer/ui/formatting'

/** What the three kinds of clips are called, and how they look: their colour and their shape. */
export const clipLooks: Readonly<Record<ClipClass, { title: string; one: string; token: string; shape: 'disc' | 'triangle' | 'cross' }>> = {
  this: { title: 'Your sound', one: 'your sound', token: '--vocals', shape: 'disc' },
  alike: { title: 'Alike, from elsewhere', one: 'alike', token: '--accompaniment', shape: 'triangle' },
  other: { title: 'Other sounds', one: 'other', token: '--mix', shape: 'cross' },
}

/** An RL_weight as the document writes it: 1, 100, 1e8. */
export function weightText(weight: number): string {
  return weight >= 1e4 ? weight.toExponential().replace('e+', 'e') : String(weight)
}

/** Why a network stopped learning, in words. */
export const stopReasons: Readonly<Record<SweepRow['stopReason'], { short: string; long: string }>> = {
  generalisation: { short: 'test loss rose', long: 'its test loss stood more than 30 % above its lowest, while training hardly went on' },
  progress: { short: 'no more progress', long: 'its training loss had hardly changed over the last five epochs' },
  epochs: { short: 'last epoch', long: 'all its epochs were done' },
}

export function stopText({ stopEpoch, stopReason }: SweepRow): string {
  return `Stopped after epoch ${stopEpoch}: ${stopReasons[stopReason].long}.`
}

/** A share as whole and tenth per cent. */
export function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`
}

/** What a job is doing, in a line. */
export function workText(state: JobState<unknown>, secondsLeft: number | undefined): string {
  if (state.status === 'queued') return 'Waiting for its turn'
  if (state.status !== 'running') return ''
  const { stage, completed, total } = state.progress
  const title = stageTitles[stage] ?? `${stage.charAt(0).toUpperCase()}${stage.slice(1)}`
  // Reading is no measure of how long training takes.
  const left = secondsLeft === undefined || stage !== 'training' ? '' : `, ${formatTimeLeft(secondsLeft)}`
  return total > 0 ? `${title}, ${Math.floor((100 * completed) / total)} %${left}` : title
}

const stageTitles: Readonly<Record<string, string>> = {
  reading: 'Reading clips',
  decoding: 'Reading clips',
  training: 'Training the networks',
  classifying: 'Training the classifiers',
}

export function percentOf(state: JobState<unknown>): number {
  if (state.status !== 'running' || state.progress.total <= 0) return 0
  return Math.min(100, Math.floor((100 * state.progress.completed) / state.progress.total))
}

/** What a sweep came to, in a sentence or two. */
export function verdictOf({ bestWeight, ours, dbMse, perceptrons }: Sweep): string {
  const document = perceptrons.map(({ kind, accuracy }) => `${percent(accuracy)} ${kind === 'relu' ? 'with ReLU' : 'linear'}`).join(', ')
  const beside = document === '' ? '' : ` The classifiers of the document, judged on the clips that they learned from: ${document}.`
  return `Ours is right for ${percent(ours.accuracy)} of clips that nothing has learned from. The best RL_weight is ${weightText(bestWeight)}: the network is off by ${dbMse.positive.toFixed(1)} dB² for your sound, and ${dbMse.negative.toFixed(1)} for others.${beside}`
}
