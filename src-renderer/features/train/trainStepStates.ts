import { countOf, totalOf } from '#renderer/features/train/datasets/datasetText'
import { headlineOf } from '#renderer/features/train/check/reportText'
import { epochsOf, isUnderWay, statusTexts } from '#renderer/features/train/control/runText'
import type { CheckReport, Dataset } from '#shared/contract/datasets'
import type { Run } from '#shared/contract/training'
import { formatTimeLeft } from '#renderer/ui/formatting'

/** How it stands with each of the four steps. */
export interface StepState {
  state: string
  tone: 'none' | 'done' | 'busy' | 'warning'
}

export function collectState(datasets: readonly Dataset[]): StepState {
  const [only] = datasets
  if (!only) return { state: 'Add recordings', tone: 'none' }
  const ofPictures = datasets.filter(({ content }) => content === 'images').length
  const what = ofPictures === 0 ? 'sets of recordings' : ofPictures === datasets.length ? 'sets of pictures' : 'sets of data'
  const text = datasets.length === 1 ? countOf(totalOf(only), only.content) : `${datasets.length} ${what}`
  return { state: text, tone: datasets.some(({ available }) => available) ? 'done' : 'warning' }
}

export function checkState(dataset: Dataset | undefined, report: CheckReport | undefined, isChecking: boolean): StepState {
  if (isChecking) return { state: 'Reading all files …', tone: 'busy' }
  if (!dataset) return { state: 'What would spoil it?', tone: 'none' }
  if (!dataset.checked) return { state: `${dataset.name} is not checked`, tone: 'none' }
  if (!report) return { state: 'Checked', tone: 'done' }
  const { level } = headlineOf(report)
  const count = report.findings.filter((finding) => finding.level === level).length
  if (level === 'problem') return { state: `${count} ${count === 1 ? 'problem' : 'problems'}`, tone: 'warning' }
  return { state: level === 'note' ? `Good, ${count} ${count === 1 ? 'note' : 'notes'}` : 'Good to train with', tone: 'done' }
}

export function runState(runs: readonly Run[]): StepState {
  const active = runs.find((run) => isUnderWay(run) && run.status !== 'queued') ?? runs.find(isUnderWay)
  if (active) {
    const { secondsLeft, epoch, step } = active.progress
    const left = active.status === 'running' && secondsLeft !== undefined ? `, ${formatTimeLeft(secondsLeft)}` : ''
    return { state: step > 0 ? `Epoch ${epoch} of ${epochsOf(active)}${left}` : statusTexts[active.status], tone: 'busy' }
  }
  const [newest] = runs
  if (!newest) return { state: 'Nothing has learned yet', tone: 'none' }
  return { state: `${statusTexts[newest.status]}: ${newest.name}`, tone: newest.status === 'failed' ? 'warning' : newest.status === 'paused' ? 'none' : 'done' }
}

export function listenState(run: Run | undefined): StepState {
  if (!run || run.progress.epoch === 0) return { state: run?.kind === 'images' ? 'See it learn' : 'Hear it learn', tone: 'none' }
  return { state: run.best ? `Best: ${run.best.score.toFixed(2)} ${run.scoreUnit}` : `Epoch ${run.progress.epoch}`, tone: 'done' }
}
