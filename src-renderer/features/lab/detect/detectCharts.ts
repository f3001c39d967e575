import type { ChartSpec, LineLook, NamedAxis } from '#renderer/charts/chartSpec'
import { exactCurve } from '#renderer/charts/exactCurve'
import { percent, stopReasons, weightText } from '#renderer/features/lab/detect/detectText'
import type { DetectorQuality, PerceptronResult, SweepRow } from '#shared/contract/detecting'

const looks = {
  training: { token: '--accompaniment', dash: [] },
  test: { token: '--vocals', dash: [7, 4] },
} as const satisfies Record<string, LineLook>

/** How a network learned, from epoch 0, which tests it untrained, to the epoch after which it stopped. */
export function historyCharts({ history, stopEpoch, stopReason }: SweepRow): ChartSpec[] {
  const parts = (train: (line: SweepRow['history'][number]) => number | undefined) => history.map((line) => ({ x: line.epoch, y: train(line) }))
  const stop = { x: stopEpoch, label: `stop: ${stopReasons[stopReason].short}`, isPrinted: true, token: '--text' }
  const base = { unit: '', scale: 'log', across: 'epochs', captions: [], better: 'lower' } as const
  return [
    { ...base, id: 'detect loss', title: 'Loss', curves: [exactCurve('training', 'training, a clip', looks.training, parts(({ train }) => train)), exactCurve('test', 'test, all clips', looks.test, parts(({ test }) => test))], marks: [stop] },
    { ...base, id: 'detect parts', title: 'RL and KL in training', curves: [exactCurve('rl', 'RL', looks.training, parts(({ trainRl }) => trainRl)), exactCurve('kl', 'KL', looks.test, parts(({ trainKl }) => trainKl))], marks: [{ ...stop, isPrinted: false }] },
  ]
}

/** RL_weights by their decimal logarithm. */
const weightAxis = (rows: readonly SweepRow[]): NamedAxis => ({
  title: 'RL_weight',
  text: (x) => weightText(Number((10 ** x).toPrecision(6))),
  tick: (x) => weightText(Number((10 ** x).toPrecision(6))),
  ticks: rows.map(({ weight }) => Math.log10(weight)).toSorted((a, b) => a - b),
})

/** Mean RL, mean KL and the area under the ROC curve of every network against its RL_weight. */
export function weightCharts(rows: readonly SweepRow[], bestWeight: number): ChartSpec[] {
  const sorted = rows.toSorted((a, b) => a.weight - b.weight)
  const across = weightAxis(sorted)
  const chart = (id: string, title: string, unit: string, better: ChartSpec['better'], scale: ChartSpec['scale'], look: LineLook, read: (row: SweepRow) => number): ChartSpec => {
    const best = sorted.find(({ weight }) => weight === bestWeight)
    const marks = best ? [{ x: Math.log10(best.weight), y: read(best), label: `best RL_weight ${weightText(best.weight)}`, isPrinted: false, token: '--text' }] : []
    return { id, title, unit, better, scale, across, captions: [], marks, curves: [exactCurve(id, title, look, sorted.map((row) => ({ x: Math.log10(row.weight), y: read(row) })))] }
  }
  return [
    chart('detect mean RL', 'Mean RL of your sound', '', 'lower', 'log', looks.training, ({ meanRl }) => meanRl),
    chart('detect mean KL', 'Mean KL of your sound', 'nats', 'neither', 'log', looks.test, ({ meanKl }) => meanKl),
    chart('detect AUC', 'Area under the ROC curve', '', 'higher', 'linear', { token: '--run-3', dash: [] }, ({ auc }) => auc),
  ]
}

/** How many clips of the sound are found against how many others are taken for it, and where the threshold stands. */
export function rocChart({ roc }: DetectorQuality, threshold: number): ChartSpec {
  const across: NamedAxis = { title: 'False alarms', text: percent, tick: percent, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], range: [0, 1] }
  // Places that lie above one another are put a hair's breadth apart: a chart has one value a place.
  const sorted = roc.toSorted((a, b) => a.falseAlarms - b.falseAlarms || a.hits - b.hits)
  const points = sorted.map(({ falseAlarms, hits }, at) => ({ x: falseAlarms + at * 1e-7, y: hits }))
  const here = roc.filter((point) => point.threshold >= threshold).reduce((a, b) => (b.threshold < a.threshold ? b : a), { falseAlarms: 0, hits: 0, threshold: Infinity })
  const marks = [{ x: here.falseAlarms, y: here.hits, label: `threshold ${threshold.toFixed(2)}`, isPrinted: false, token: '--vocals' }]
  return { id: 'detect ROC', title: 'ROC: found against false alarms', unit: '', scale: 'linear', within: [0, 1.02], across, better: 'higher', captions: [], marks, curves: [exactCurve('roc', 'found', looks.training, points)] }
}

/** How the classifiers of the document learned. */
export function perceptronChart(perceptrons: readonly PerceptronResult[]): ChartSpec {
  const lookOf = { linear: looks.training, relu: looks.test }
  const curves = perceptrons.map(({ kind, losses }) => exactCurve(kind, kind === 'relu' ? 'ReLU' : 'linear', lookOf[kind], losses.map(({ epoch, loss }) => ({ x: epoch, y: loss }))))
  return { id: 'detect log-loss', title: 'Log-loss of the classifiers', unit: '', scale: 'log', across: 'epochs', better: 'lower', captions: [], marks: [], curves }
}
