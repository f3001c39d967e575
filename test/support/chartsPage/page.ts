import { createPinia } from 'pinia'
import { createApp, h } from 'vue'
import RunsStep from '../../../src-renderer/features/train/runs/RunsStep.vue'
import ToastRegion from '../../../src-renderer/ui/ToastRegion.vue'
import TooltipLayer from '../../../src-renderer/ui/TooltipLayer.vue'
import { madeUpHistory } from '../trainingHistories'
import { type MadeUpRun, madeUpRuns } from './madeUpRuns'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { useChartStore } from '#renderer/stores/chartStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { useRunStore } from '#renderer/stores/runStore'
import '../../../src-renderer/styles/fonts.css'
import '../../../src-renderer/styles/tokens.css'
import '../../../src-renderer/styles/base.css'

/** The runs with their charts alone on a page, driven from outside by `window.charts`. */
const all = madeUpRuns()
const listeners = new Set<(event: unknown) => void>()
/** Every request of the page, in order. */
const asked: [name: string, payload: unknown][] = []

function answer(name: string, payload: { runId: string; name?: string; starred?: boolean }): unknown {
  asked.push([name, payload])
  const found = all.find(({ run }) => run.id === payload?.runId)
  if (name === 'training.list') return all.map(({ run }) => run)
  if (name === 'training.history') return found?.history
  return name === 'training.remove' ? undefined : { ...found?.run, ...payload }
}

const host: Host = {
  transport: {
    request: (name, payload) => Promise.resolve({ ok: true, result: answer(name, payload as { runId: string }) }),
    onEvent(callback) {
      listeners.add(callback)
      return () => listeners.delete(callback)
    },
  },
  sourceOf: (file) => Promise.resolve({ path: file.name }),
  chooseExportTarget: () => Promise.resolve(undefined),
  beginDrag: () => Promise.resolve(),
}

const pinia = createPinia()
const title = () => h('h1', { class: 'visually-hidden' }, 'Training')
const toasts = () => {
  const { notices, spoken, dismiss } = useNoticeStore()
  return h(ToastRegion, { toasts: notices, spoken, onDismiss: dismiss })
}
const app = createApp({
  render: () => [h('main', { style: 'padding: 16px' }, [title(), h('h2', { class: 'visually-hidden' }, 'Runs and charts'), h(RunsStep)]), h(toasts), h(TooltipLayer)],
})
app.provide(outsideKey, createOutside(host, () => 0)).use(pinia)

/** What tests find on the page. */
export interface ChartsPage {
  readonly all: readonly MadeUpRun[]
  readonly asked: readonly [name: string, payload: unknown][]
  readonly madeUpHistory: typeof madeUpHistory
  readonly runs: ReturnType<typeof useRunStore>
  readonly view: ReturnType<typeof useChartStore>
  emit(name: string, payload: unknown): void
}

const page: ChartsPage = {
  all,
  asked,
  madeUpHistory,
  runs: useRunStore(pinia),
  view: useChartStore(pinia),
  emit: (name: string, payload: unknown) => listeners.forEach((listener) => listener({ name, payload })),
}

declare global {
  interface Window {
    charts: ChartsPage
  }
}

window.charts = page
void Promise.all([document.fonts.load('13px Inter'), page.runs.follow()]).finally(() => app.mount('#app'))
