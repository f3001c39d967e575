import type { ChartSpec, LineLook, NamedAxis } from '#renderer/charts/chartSpec'
import { exactCurve } from '#renderer/charts/exactCurve'
import { averageTitles, modelTitles, variantTitles } from '#renderer/features/lab/quantise/quantiseText'
import type { AblationRow, CodingEpoch, PriorRow, PriorVariant, QuantiserModel } from '#shared/contract/quantising'

const colours: Readonly<Record<QuantiserModel, string>> = { M1: '--accompaniment', M2: '--vocals', M3: '--run-4', M4: '--run-6', M5: '--run-5', ours: '--run-3' }
const priorColours: Readonly<Record<PriorVariant, string>> = { published: '--run-6', sigmoid: '--vocals', noPreprocess: '--run-4', moreBlocks: '--run-5', multiModal: '--accompaniment', ours: '--run-3' }
const layerColours = ['--accompaniment', '--vocals', '--run-3', '--run-4', '--run-6', '--run-5'] as const

/** Averages as published are dashed, so that colour still says which model it is. */
const lookOf = ({ model, average }: AblationRow): LineLook => ({ token: colours[model], dash: average === 'as-published' ? [7, 4] : [] })
const tagOf = ({ model, average }: AblationRow) => `${model === 'ours' ? 'O' : model}${average === 'as-published' ? 'p' : ''}`

const layerAxis = (layers: number): NamedAxis => ({
  title: 'Layer',
  text: String,
  tick: String,
  ticks: Array.from({ length: layers }, (_, at) => at + 1),
  range: [0.7, layers + 0.3],
})

const base = { unit: '', captions: [], marks: [] } as const

/** How models learned: an epoch at a time, on sounds that they don't learn from. */
export function epochCharts(rows: readonly AblationRow[]): ChartSpec[] {
  const several = new Set(rows.map(({ average }) => average)).size > 1
  const chart = (id: string, title: string, unit: string, scale: ChartSpec['scale'], read: (line: CodingEpoch) => number): ChartSpec => ({
    ...base, id: `quantise ${id}`, title, unit, scale, across: 'epochs', better: 'lower',
    curves: rows.map((row) => exactCurve(`${tagOf(row)} ${id}`, labelOf(row, several), lookOf(row), row.history.map((epoch) => ({ x: epoch.epoch, y: read(epoch) })), tagOf(row))),
  })
  return [
    chart('reconstruction', 'Reconstruction', '', 'log', ({ reconstruction }) => reconstruction),
    chart('commitment', 'Commitment', '', 'log', ({ commitment }) => commitment),
    chart('distance', 'Log-spectral distance', 'dB', 'linear', ({ distance }) => distance),
  ]
}

// A line's label begins with its tag, which charts take off where they show it beside.
const labelOf = (row: AblationRow, several: boolean) => `${tagOf(row)} ${modelTitles[row.model].detail}${several ? `, ${averageTitles[row.average].title.toLowerCase()}` : ''}`

/** How codes are used, layer by layer, once models have learned. */
export function layerCharts(rows: readonly AblationRow[]): ChartSpec[] {
  const several = new Set(rows.map(({ average }) => average)).size > 1
  const across = layerAxis(Math.max(1, ...rows.map(({ scores }) => scores.layers.length)))
  const chart = (id: string, title: string, better: ChartSpec['better'], scale: ChartSpec['scale'], read: (layer: AblationRow['scores']['layers'][number]) => number): ChartSpec => ({
    ...base, id: `quantise ${id}`, title, scale, across, better,
    curves: rows.map((row) => exactCurve(`${tagOf(row)} ${id}`, labelOf(row, several), lookOf(row), row.scores.layers.map((layer, at) => ({ x: at + 1, y: read(layer) })), tagOf(row))),
  })
  return [
    chart('used', 'Codes used by layer', 'higher', 'linear', ({ used }) => used),
    chart('perplexity', 'Perplexity by layer', 'higher', 'linear', ({ perplexity }) => perplexity),
    chart('code error', 'Code error behind each layer', 'lower', 'log', ({ error }) => error),
  ]
}

/** Perplexities of one model, a line a layer, as it learned. */
export function perplexityChart({ model, average, layers, history }: AblationRow): ChartSpec {
  const title = `${modelTitles[model].title}, ${averageTitles[average].title.toLowerCase()}: perplexity`
  return {
    ...base, id: `quantise layers ${model} ${average}`, title, scale: 'linear', across: 'epochs', better: 'higher',
    curves: Array.from({ length: layers }, (_, at) => {
      const look = { token: layerColours[at % layerColours.length]!, dash: at < layerColours.length ? [] : [2, 3] }
      return exactCurve(`layer ${at + 1}`, `${at + 1} layer`, look, history.map(({ epoch, perplexities }) => ({ x: epoch, y: perplexities[at] })), String(at + 1))
    }),
  }
}

/** How priors learned: nats a value of sounds that they don't learn from. */
export function priorChart(rows: readonly PriorRow[]): ChartSpec {
  return {
    ...base, id: 'quantise priors', title: 'Priors', unit: 'nats a value', scale: 'linear', across: 'steps', better: 'lower',
    curves: rows.map(({ variant, history }, at) =>
      exactCurve(variant, `${at + 1} ${variantTitles[variant].title}`, { token: priorColours[variant], dash: variant === 'published' ? [7, 4] : [] }, history.map(({ step, validation }) => ({ x: step, y: validation })), String(at + 1)),
    ),
  }
}
