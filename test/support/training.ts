import { createPinia, type Pinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import { createOutside, type Host, outsideKey, type Outside } from '#renderer/api/host'
import { createShortcuts, type Shortcuts } from '#renderer/shortcuts/shortcuts'
import { shortcutsKey } from '#renderer/shortcuts/useShortcuts'
import { keymapOf } from '#shared/actions/keymap'
import type { CheckReport, Dataset, DatasetItem, FolderFindings } from '#shared/contract/datasets'
import type { BenchmarkResult, Run, TrainingPreset } from '#shared/contract/training'
import { toFailure } from '#shared/jobs/job'
import { trainingConfig } from '#shared/training/config'

export const dataset = (over: Partial<Dataset> = {}): Dataset => ({
  id: 'd1',
  name: 'Choir songs',
  folder: '/music/choir',
  layout: 'stemFolders',
  content: 'songs',
  counts: { train: 8, validation: 1, test: 1 },
  hash: 'h1',
  available: true,
  warnings: [],
  checked: false,
  ...over,
})

export const item = (name: string, over: Partial<DatasetItem> = {}): DatasetItem => ({
  name,
  what: 'song',
  split: 'train',
  files: [`${name}/vocals.wav`, `${name}/accompaniment.wav`],
  ...over,
})

export const findings = (over: Partial<FolderFindings> = {}): FolderFindings => ({
  folder: '/music/choir',
  layouts: [{ layout: 'stemFolders', content: 'songs', items: [item('Evening'), item('Morning', { split: 'validation' })], summary: '2 songs with vocals and accompaniment.' }],
  tracks: [],
  warnings: [],
  ...over,
})

export const report = (over: Partial<CheckReport> = {}): CheckReport => ({
  datasetId: 'd1',
  hash: 'h1',
  findings: [
    { kind: 'duplicate', level: 'problem', items: ['Evening', 'Evening (2)'], message: '“Evening” is in training and in validation.', fix: 'Put both into the same split.' },
    { kind: 'clipping', level: 'note', items: ['Morning'], message: 'The vocals of “Morning” clip in 0.4 % of the time.', fix: 'Bounce them again with less gain.' },
    { kind: 'rate', level: 'ok', items: [], message: 'All files have 44.1 kHz.', fix: '' },
  ],
  items: [
    { name: 'Evening', split: 'train', seconds: 201, sampleRate: 44100, channels: 2, clipped: 0, silent: 0.04, vocalActivity: 0.62, sumErrorDb: -96.2 },
    { name: 'Morning', split: 'validation', seconds: 187, sampleRate: 44100, channels: 2, clipped: 0.004, silent: 0.1, vocalActivity: 0.5 },
  ],
  seconds: { train: 2010, validation: 187, test: 204 },
  ...over,
})

export const preset = (over: Partial<TrainingPreset> = {}): TrainingPreset => ({
  id: 's',
  name: 'DuoVAE S',
  summary: 'Quick to train and to use.',
  kind: 'separator',
  contents: ['songs'],
  parameters: 1_430_000,
  memory: 1.4e9,
  config: trainingConfig.parse({}),
  ...over,
})

export const run = (over: Partial<Run> = {}): Run => ({
  id: 'r1',
  name: 'DuoVAE S on Choir songs',
  presetId: 's',
  kind: 'separator',
  status: 'running',
  startedAt: '2026-01-31T10:00:00.000Z',
  datasetId: 'd1',
  datasetName: 'Choir songs',
  dataHash: 'h1',
  config: trainingConfig.parse({}),
  progress: { step: 2500, totalSteps: 10_000, epoch: 10, seconds: 1200, stepsPerSecond: 2.1, secondsLeft: 3600, loss: 0.21 },
  best: { epoch: 9, step: 2250, score: 4.62 },
  scoreName: 'Vocals SDR',
  scoreUnit: 'dB',
  engine: 'CPU (TensorFlow)',
  notes: [],
  starred: false,
  size: 24_000_000,
  ...over,
})

export const benchmarkResult = (over: Partial<BenchmarkResult> = {}): BenchmarkResult => ({
  engine: 'CPU (TensorFlow)',
  stepsPerSecond: 2,
  validationSeconds: 6,
  totalSeconds: 7200,
  memory: 1.3e9,
  waiting: 0.03,
  batchSize: 8,
  ...over,
})

/** What answers a request in place of the services; a thrown AppError crosses as one. */
export type Answers = Record<string, (payload: never) => unknown>

/** The outside of a page, with answers in place of services. */
export interface FakeOutside {
  readonly outside: Outside
  readonly pinia: Pinia
  readonly shortcuts: Shortcuts
  /** Every request that was made, with what it sent. */
  readonly asked: { name: string; payload: unknown }[]
  /** What to mount a component with. */
  readonly global: { plugins: [Pinia]; provide: Record<symbol, unknown> }
  emit(name: string, payload: unknown): void
}

/** Makes an outside, whose stores are those of this test from now on. */
export function fakeOutside(answers: Answers, host: Partial<Host> = {}): FakeOutside {
  const asked: FakeOutside['asked'] = []
  const listeners = new Set<(event: unknown) => void>()
  const transport: Host['transport'] = {
    async request(name, payload) {
      asked.push({ name, payload })
      try {
        return { ok: true, result: await answers[name]?.(payload as never) }
      } catch (error) {
        return { ok: false, error: toFailure(error) }
      }
    },
    onEvent(callback) {
      listeners.add(callback)
      return () => listeners.delete(callback)
    },
  }
  const fake: Host = {
    transport,
    sourceOf: (file) => Promise.resolve({ path: file.name }),
    chooseExportTarget: () => Promise.resolve(undefined),
    beginDrag: () => Promise.resolve(),
    ...host,
  }
  const outside = createOutside(fake, () => 0)
  const pinia = createPinia()
  const shortcuts = createShortcuts(() => keymapOf({}), false)
  createApp({}).provide(outsideKey, outside).use(pinia)
  setActivePinia(pinia)
  const provide = { [outsideKey as symbol]: outside, [shortcutsKey as symbol]: shortcuts }
  return { outside, pinia, shortcuts, asked, global: { plugins: [pinia], provide }, emit: (name, payload) => listeners.forEach((tell) => tell({ name, payload })) }
}
