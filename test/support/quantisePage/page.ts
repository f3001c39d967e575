import { createPinia } from 'pinia'
import { createApp, h } from 'vue'
import QuantiseView from '../../../src-renderer/features/lab/quantise/QuantiseView.vue'
import ErrorPanel from '../../../src-renderer/ui/ErrorPanel.vue'
import ToastRegion from '../../../src-renderer/ui/ToastRegion.vue'
import TooltipLayer from '../../../src-renderer/ui/TooltipLayer.vue'
import { madeUpAblation, madeUpAblationRow, madeUpCoded, madeUpPrior, madeUpPriors, madeUpQuantiser, madeUpSound } from '../quantiseStudies'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { useDatasetStore } from '#renderer/stores/datasetStore'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import type { Ablation, PriorComparison, PriorVariant, QuantiserModel } from '#shared/contract/quantising'
import type { JobState } from '#shared/jobs/job'
import type { CodebookAverage } from '#shared/training/config'
import '../../../src-renderer/styles/fonts.css'
import '../../../src-renderer/styles/tokens.css'
import '../../../src-renderer/styles/base.css'

/** "Quantise" alone on a page, over made-up services, driven from outside by `window.quantise`. */
const listeners = new Set<(event: unknown) => void>()
const asked: [name: string, payload: unknown][] = []
let ablations: Ablation[] = []
let priors: PriorComparison[] = []
const kinds = new Map<string, string>()

const emit = (name: string, payload: unknown) => listeners.forEach((listener) => listener({ name, payload }))
const job = (id: string, state: JobState<unknown>) => emit('job.changed', { id, title: 'Digits', kind: kinds.get(id) ?? 'ablation', state })
const started = (kind: string) => {
  const jobId = `${kind}-${kinds.size + 1}`
  kinds.set(jobId, kind)
  queueMicrotask(() => job(jobId, { status: 'queued' }))
  return { jobId }
}
const rendered = (kind: string, name: string) => {
  const { jobId } = started(kind)
  setTimeout(() => job(jobId, { status: 'succeeded', result: { files: [{ path: `/x/${name}`, name, url: `/media/${name}` }], gainDb: 0, warnings: [] } }))
  return { jobId }
}
const dataset = { id: 'fsdd', name: 'Digits', folder: '/fsdd', layout: 'fsdd', content: 'clips', counts: { train: 2400, validation: 300, test: 300 }, hash: '1', available: true, warnings: [], checked: false }

const answers: Record<string, (payload: never) => unknown> = {
  'datasets.list': () => [dataset],
  'jobs.list': () => [],
  'jobs.cancel': ({ jobId }: { jobId: string }) => job(jobId, { status: 'cancelled' }),
  'quantising.models': () => [madeUpQuantiser('ours')],
  'quantising.ablations': () => ablations,
  'quantising.priors': () => priors,
  'quantising.startAblation': () => started('ablation'),
  'quantising.startPriors': () => started('priors'),
  'quantising.removeAblation': ({ ablationId }: { ablationId: string }) => void (ablations = ablations.filter(({ id }) => id !== ablationId)),
  'quantising.removePriors': () => void (priors = []),
  'quantising.hearAblation': ({ seed, count }: { seed: number; count: number }) => madeUpCoded(seed, count),
  'quantising.reconstruct': ({ seed, count }: { seed: number; count: number }) => madeUpCoded(seed, count),
  'quantising.sample': ({ seed, count }: { seed: number; count: number }) => Array.from({ length: count }, (_, at) => madeUpSound(5 + ((seed + at) % 6), 0.3)),
  'quantising.prepareDrag': () => rendered('drag', 'drawn.wav'),
  'quantising.export': () => rendered('render', 'drawn.wav'),
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
  chooseExportTarget: () => Promise.resolve({ folder: '/chosen' }),
  beginDrag: () => Promise.resolve(),
}

const messages = () => {
  const { notices, troubles, spoken, dismiss } = useNoticeStore()
  return [...troubles.map(({ failure, about }) => h(ErrorPanel, { failure, about })), h(ToastRegion, { toasts: notices, spoken, onDismiss: dismiss })]
}
const app = createApp({
  render: () => [h('main', { style: 'padding: 16px' }, [h('h1', { class: 'visually-hidden' }, 'Lab'), h('h2', { class: 'visually-hidden' }, 'Quantise'), h(QuantiseView)]), h(messages), h(TooltipLayer)],
})
const pinia = createPinia()
app.provide(outsideKey, createOutside(host, () => performance.now())).use(pinia)

/** What tests find on the page. */
export interface QuantisePage {
  readonly asked: readonly [name: string, payload: unknown][]
  /** A job changes. */
  job(id: string, state: JobState<unknown>): void
  trained(jobId: string, model: QuantiserModel, average?: CodebookAverage): void
  learned(jobId: string, variant: PriorVariant): void
  /** The job of an ablation is done; all of its models have these averages. */
  ablated(jobId: string, average?: CodebookAverage): void
  priorsDone(jobId: string): void
}

declare global {
  interface Window {
    quantise: QuantisePage
  }
}

window.quantise = {
  asked,
  job,
  trained: (jobId, model, average) => emit('quantising.trained', { jobId, row: madeUpAblationRow(model, average) }),
  learned: (jobId, variant) => emit('quantising.learned', { jobId, row: madeUpPrior(variant) }),
  ablated(jobId, average) {
    const result = madeUpAblation(jobId, average)
    ablations = [result, ...ablations]
    job(jobId, { status: 'succeeded', result })
  },
  priorsDone(jobId) {
    const result = madeUpPriors(jobId)
    priors = [result, ...priors]
    job(jobId, { status: 'succeeded', result })
  },
}
void Promise.all([document.fonts.load('13px Inter'), useDatasetStore(pinia).follow(), useJobStore(pinia).follow()]).finally(() => app.mount('#app'))
