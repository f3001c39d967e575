import { createPinia } from 'pinia'
import { createApp, h } from 'vue'
import DetectView from '../../../src-renderer/features/lab/detect/DetectView.vue'
import ToastRegion from '../../../src-renderer/ui/ToastRegion.vue'
import TooltipLayer from '../../../src-renderer/ui/TooltipLayer.vue'
import { madeUpExperiments, madeUpRow, madeUpSet, madeUpSweep } from '../sweeps'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { useDatasetStore } from '#renderer/stores/datasetStore'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import type { JobState } from '#shared/jobs/job'
import '../../../src-renderer/styles/fonts.css'
import '../../../src-renderer/styles/tokens.css'
import '../../../src-renderer/styles/base.css'

/** "Find my sound" alone on a page, over made-up services, driven from outside by `window.detect`. */
const listeners = new Set<(event: unknown) => void>()
const asked: [name: string, payload: unknown][] = []
const { rows: _, perceptrons: __, ours: ___, dbMse: ____, ...facts } = madeUpSweep()
let sweeps = [facts]

const emit = (name: string, payload: unknown) => listeners.forEach((listener) => listener({ name, payload }))
const job = (kind: string, state: JobState<unknown>) => emit('job.changed', { id: kind, title: 'My dog', kind, state })
const set = madeUpSet(14, ['notes.txt is no sound, so it was left out.'])
const items = ['dog', 'rain', 'rooster'].map((label) => ({ name: `${label}.wav`, what: 'clips', split: 'train', label, files: [] }))
const dataset = { id: 'esc', name: 'ESC-10', folder: '/esc', layout: 'esc', content: 'clips', counts: { train: 300, validation: 0, test: 100 }, hash: '1', available: true, warnings: [], checked: false }
const detector = { modelId: 'dog', name: 'My dog', summary: '', isShipped: false, seconds: 3, threshold: 0.5, quality: madeUpSweep().ours }

const answers: Record<string, (payload: never) => unknown> = {
  'datasets.list': () => [dataset],
  'datasets.items': () => items,
  'jobs.list': () => [],
  'jobs.cancel': ({ jobId }: { jobId: string }) => job(jobId, { status: 'cancelled' }),
  'detecting.sets': () => [set],
  'detecting.removeClip': ({ clipId }: { clipId: string }) => ({ ...set, clips: set.clips.filter(({ id }) => id !== clipId) }),
  'detecting.addClips': () => ({ jobId: 'soundSet' }),
  'detecting.sweeps': () => sweeps,
  'detecting.sweep': () => madeUpSweep(),
  'detecting.removeSweep': () => void (sweeps = []),
  'detecting.startSweep': () => ({ jobId: 'detectorSweep' }),
  'detecting.experiments': () => ({ jobId: 'detectorExperiments' }),
  'detecting.keep': ({ name }: { name: string }) => ({ ...detector, name }),
}

const host: Host = {
  transport: {
    request(name, payload) {
      asked.push([name, payload])
      return Promise.resolve({ ok: true, result: answers[name]?.(payload as never) })
    },
    onEvent(callback) {
      listeners.add(callback)
      return () => listeners.delete(callback)
    },
  },
  sourceOf: (file) => Promise.resolve({ path: file.name }),
  chooseExportTarget: () => Promise.resolve(undefined),
  beginDrag: () => Promise.resolve(),
}

const toasts = () => {
  const { notices, spoken, dismiss } = useNoticeStore()
  return h(ToastRegion, { toasts: notices, spoken, onDismiss: dismiss })
}
const app = createApp({
  render: () => [h('main', { style: 'padding: 16px' }, [h('h1', { class: 'visually-hidden' }, 'Lab'), h('h2', { class: 'visually-hidden' }, 'Find my sound'), h(DetectView)]), h(toasts), h(TooltipLayer)],
})
const pinia = createPinia()
app.provide(outsideKey, createOutside(host, () => performance.now())).use(pinia)

/** What tests find on the page. */
export interface DetectPage {
  readonly asked: readonly [name: string, payload: unknown][]
  /** The job of this kind changes. */
  job(kind: string, state: JobState<unknown>): void
  /** A network of the running sweep is done. */
  trained(weight: number): void
  sweepDone(): void
  experimentsDone(): void
  setDone(clips: number): void
}

declare global {
  interface Window {
    detect: DetectPage
  }
}

window.detect = {
  asked,
  job,
  trained: (weight) => emit('detecting.trained', { jobId: 'detectorSweep', row: madeUpRow(weight) }),
  sweepDone: () => job('detectorSweep', { status: 'succeeded', result: facts }),
  experimentsDone: () => job('detectorExperiments', { status: 'succeeded', result: madeUpExperiments() }),
  setDone: (clips) => job('soundSet', { status: 'succeeded', result: madeUpSet(clips) }),
}
void Promise.all([document.fonts.load('13px Inter'), useDatasetStore(pinia).follow(), useJobStore(pinia).follow()]).finally(() => app.mount('#app'))
