import { createPinia } from 'pinia'
import { createApp, h, shallowReactive } from 'vue'
import TrainCharts from '../../../src-renderer/features/train/charts/TrainCharts.vue'
import TooltipLayer from '../../../src-renderer/ui/TooltipLayer.vue'
import { madeUpHistory } from '../trainingHistories'
import { madeUpRuns, type MadeUpRun } from './madeUpRuns'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import '../../../src-renderer/styles/fonts.css'
import '../../../src-renderer/styles/tokens.css'
import '../../../src-renderer/styles/base.css'

/** The charts alone on a page, driven from outside by `window.charts`. */
const all = madeUpRuns()
const state = shallowReactive({ runs: all.slice(0, 1) as readonly MadeUpRun[] })

const host: Host = {
  transport: { request: () => Promise.resolve({ ok: true, result: undefined }), onEvent: () => () => {} },
  sourceOf: (file) => Promise.resolve({ path: file.name }),
  chooseExportTarget: () => Promise.resolve(undefined),
  beginDrag: () => Promise.resolve(),
}

const page = { state, all, madeUpHistory }

declare global {
  interface Window {
    charts: typeof page
  }
}

window.charts = page
const title = h('h1', { class: 'visually-hidden' }, 'Charts')
const view = () => h(TrainCharts, { runs: state.runs })
const app = createApp({ render: () => h('main', { style: 'padding: 16px' }, [title, h('h2', { class: 'visually-hidden' }, 'Runs'), view(), h(TooltipLayer)]) })
app.provide(outsideKey, createOutside(host, () => 0))
void document.fonts.load('13px Inter').finally(() => app.use(createPinia()).mount('#app'))
