import type { Job } from '#shared/contract/jobs'
import type { JobState } from '#shared/jobs/job'
import { overallShare } from '#shared/jobs/overallShare'

/** What is done by a job of each kind, as the queue calls it. */
const kindNames: Partial<Record<string, string>> = {
  separation: 'Split',
  export: 'Export',
  sound: 'Open',
  render: 'Export',
  loudness: 'Measure',
  drag: 'Get ready to drag',
  repair: 'Repair',
  reshape: 'Cleaner or fuller',
  reshapePreview: 'Try cleaner or fuller',
  audition: 'Listen',
  doubt: 'Look for doubtful spots',
  clips: 'Compare with a training',
  detections: 'Find a sound',
  detectorSweep: 'Learn a sound',
  soundSet: 'Cut clips',
  detectorExperiments: 'Try a network of the Lab',
  dataset: 'Look through a folder',
  check: 'Check recordings',
  download: 'Download',
  benchmark: 'Try a training for a minute',
  modelExport: 'Export a model',
  modelImport: 'Import a model',
  modelSpeed: 'Measure a model',
  networkInspection: 'Look at a network',
  latentMap: 'Map sounds',
  ablation: 'Train and compare',
  priors: 'Train priors',
  generatorComparison: 'Compare models of sounds',
}

/** Kinds that the user did not ask for by themselves: they are only listed while they run, or when they failed. */
const quietKinds: ReadonlySet<string> = new Set(['soundSet', 'detectorExperiments', 'sound', 'dataset', 'loudness', 'drag', 'audition', 'reshapePreview', 'doubt', 'clips', 'modelExport', 'modelImport', 'modelSpeed', 'networkInspection', 'latentMap', 'generatorComparison', 'ablation', 'priors'])

export function jobKindName(kind: string): string {
  return kindNames[kind] ?? kind
}

/** True for a job that belongs into the queue as the user sees it. */
export function isListed({ kind, state }: Job): boolean {
  if (!quietKinds.has(kind)) return true
  return state.status === 'running' || state.status === 'queued' || state.status === 'failed'
}

/** One line on how it stands with a job; undefined is a song that nobody asked to split. */
export function describeState(state: JobState<unknown> | undefined): string {
  switch (state?.status) {
    case undefined:
      return 'Ready to split'
    case 'queued':
      return 'Waiting'
    case 'running':
      return `${stageTitle(state.progress.stage)} ${percentOf(state) ?? 0} %`
    case 'succeeded':
      return 'Done'
    case 'failed':
      return 'Failed'
    case 'cancelled':
      return 'Cancelled'
  }
}

/** Whether a state is good news, bad news, or none. */
export function toneOf(state: JobState<unknown> | undefined): 'plain' | 'good' | 'bad' {
  if (state?.status === 'succeeded') return 'good'
  return state?.status === 'failed' ? 'bad' : 'plain'
}

/** A stage as the user reads it: services call it "separating". */
export function stageTitle(stage: string): string {
  return stage.charAt(0).toUpperCase() + stage.slice(1)
}

/** Whole per cent of all that the job has to do, while it runs. */
export function percentOf(state: JobState<unknown> | undefined): number | undefined {
  if (state?.status !== 'running') return undefined
  // The shares of the stages sum to a hair below 1.
  return Math.floor(overallShare(state.progress) * 100 + 1e-6)
}

/**
 * What a screen reader should be told when a split goes from one state to the next: each quarter once, and how it ended.
 * Undefined when there is nothing new worth an interruption.
 */
export function announcement(
  title: string,
  before: JobState<unknown> | undefined,
  after: JobState<unknown> | undefined,
): string | undefined {
  if (!after || (before?.status === after.status && after.status !== 'running')) return undefined
  switch (after.status) {
    case 'queued':
      return `${title} is waiting to be split.`
    case 'running':
      return announceQuarter(title, before, percentOf(after) ?? 0)
    case 'succeeded':
      return `${title}: 100 per cent. Vocals and music are ready.`
    case 'failed':
      return `${title} could not be split.`
    case 'cancelled':
      return `${title} was cancelled.`
  }
}

function announceQuarter(title: string, before: JobState<unknown> | undefined, percent: number): string | undefined {
  const quarter = Math.floor(percent / 25)
  const earlier = before?.status === 'running' ? Math.floor((percentOf(before) ?? 0) / 25) : 0
  if (quarter <= earlier || quarter === 4) return undefined
  return `${title}: ${quarter * 25} per cent.`
}
