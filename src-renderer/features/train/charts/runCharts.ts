import { type ChartedRun, placeOf, runLetter, runTokens } from '#renderer/features/train/charts/chartedRun'
import { latentChart } from '#renderer/features/train/charts/latentChart'
import type { Across, ChartPoint, ChartSpec, Curve, LineLook, Mark } from '#renderer/charts/chartSpec'
import type { Run } from '#shared/contract/training'
import type { HistoryLine } from '#shared/training/history'
import { printedParameters } from '#shared/training/parameters'
import { reconstructionOf, scoresBySong } from '#shared/training/terms'
import { bestLine } from '#shared/training/verdict'

export interface ChartView {
  readonly across: Across
  /** Whether losses are drawn on a logarithmic axis. */
  readonly logarithmic: boolean
}

type Read = (line: HistoryLine) => number | undefined

/** What one chart shows of every run. */
interface Quantity {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly better: ChartSpec['better']
  /** Drawn on a logarithmic axis where the user likes that. */
  readonly isLoss?: boolean
  readonly train?: Read
  readonly validation?: Read
  /** What has no validation, such as the learning rate. */
  readonly only?: Read
  /** Set rather than measured. */
  readonly isExact?: boolean
  readonly trace?: boolean
  readonly printed?: boolean
}

/** Looks by part where one run is shown: the pair of the app, apart by dash as well. */
const parts = {
  training: { token: '--accompaniment', dash: [] },
  validation: { token: '--vocals', dash: [7, 4] },
  only: { token: '--accompaniment', dash: [] },
} as const satisfies Record<string, LineLook>

/** Returns the charts of one run, or of several over one another; charts of what was never measured are left out. */
export function chartsOf(runs: readonly ChartedRun[], view: ChartView): ChartSpec[] {
  const charts = quantitiesOf(runs).map((quantity) => chartOf(quantity, runs, view))
  const latents = latentChart(runs, view)
  const all = latents ? charts.toSpliced(4, 0, latents) : charts
  return all.filter(({ curves, heat }) => heat || curves.some(({ epochs }) => epochs.length > 0))
}

/** What there is a chart of; what a validation of another kind than songs measures besides, such as SSIM, gets one of its own. */
function quantitiesOf([first]: readonly ChartedRun[]): Quantity[] {
  const { scoreName = 'Score', scoreUnit = '' } = first?.run ?? {}
  const term = (name: string) => ({ train }: HistoryLine) => train[name]
  const measured = (name: string) => ({ validation }: HistoryLine) => validation[name]
  const others = first === undefined || first.run.kind === 'separator' ? [] : otherMeasures(first.history.at(-1))
  return [
    { id: 'loss', title: 'Loss', unit: '', better: 'lower', isLoss: true, train: term('loss'), validation: measured('loss'), trace: true, printed: true },
    { id: 'score', title: scoreName, unit: scoreUnit, better: 'higher', validation: ({ score }) => score },
    { id: 'reconstruction', title: 'Reconstruction', unit: '', better: 'lower', isLoss: true, train: reconstructionOf, validation: measured('reconstruction') },
    { id: 'kl', title: 'KL divergence', unit: 'nats', better: 'neither', isLoss: true, train: term('kl'), validation: measured('kl') },
    { id: 'learningRate', title: 'Learning rate', unit: '', better: 'neither', isExact: true, only: ({ learningRate }) => learningRate },
    { id: 'beta', title: 'Beta', unit: '', better: 'neither', isExact: true, only: ({ beta }) => beta },
    { id: 'speed', title: 'Speed', unit: 'steps/s', better: 'higher', only: ({ stepsPerSecond }) => stepsPerSecond },
    ...others.map((name): Quantity => ({ id: `measured ${name}`, title: titleOf(name), unit: '', better: 'neither', validation: measured(name) })),
  ]
}

/** What a validation measured that is neither the score nor a part of the loss. */
function otherMeasures(line: HistoryLine | undefined): string[] {
  return line ? Object.entries(scoresBySong(line)).flatMap(([name, value]) => (value === line.score ? [] : [name])) : []
}

/** "Decibels", and "SSIM", because short names are abbreviations. */
const titleOf = (name: string) => (name.length <= 4 ? name.toUpperCase() : `${name.charAt(0).toUpperCase()}${name.slice(1)}`)

function chartOf(quantity: Quantity, runs: readonly ChartedRun[], view: ChartView): ChartSpec {
  const { id, title, unit, better, isLoss = false, printed = false } = quantity
  const alone = runs.length === 1
  return {
    id,
    title,
    unit,
    better,
    across: view.across,
    scale: isLoss && view.logarithmic ? 'log' : 'linear',
    curves: runs.flatMap((charted, index) => curvesOf(quantity, charted, alone ? undefined : index, view.across)),
    marks: alone ? bestMark(runs[0]!, view.across, id === 'loss' || id === 'score') : bestPoints(quantity, runs, view.across),
    captions: alone && printed ? printedParameters(runs[0]!.run) : [],
  }
}

/** @param index among the runs that are compared; undefined where there is one */
function curvesOf(quantity: Quantity, { run, history }: ChartedRun, index: number | undefined, across: Across): Curve[] {
  const curve = (part: keyof typeof parts, read: Read | undefined, traced = false): Curve[] => {
    if (!read) return []
    const epochs = pointsOf(history, read, across)
    const letter = index === undefined ? '' : runLetter(index)
    const name = part === 'only' ? quantity.title.toLowerCase() : part
    const look = index === undefined ? parts[part] : { token: runTokens[index % runTokens.length]!, dash: parts[part].dash }
    const label = letter === '' ? name : `${letter} ${run.name}${part === 'only' ? '' : `, ${name}`}`
    const trace = traced ? traceOf(history, run, across) : []
    return epochs.length === 0 ? [] : [{ id: `${run.id} ${part}`, label, look, kind: quantity.isExact ? 'exact' : 'main', tag: letter, epochs, trace }]
  }
  const songs = quantity.id === 'score' && index === undefined && run.kind === 'separator' ? songCurves(history, across) : []
  const { train, validation, only, trace = false } = quantity
  return [...songs, ...curve('training', train, trace), ...curve('validation', validation), ...curve('only', only)]
}

/** Scores of single songs, thin under their mean; none where the mean is of one. */
function songCurves(history: readonly HistoryLine[], across: Across): Curve[] {
  const names = Object.keys(history.at(-1) ? scoresBySong(history.at(-1)!) : {})
  if (names.length < 2) return []
  const look = { token: '--muted', dash: [] }
  return names.map((name) => {
    const epochs = pointsOf(history, ({ validation }) => validation[name], across)
    return { id: `song ${name}`, label: name, look, kind: 'detail' as const, tag: '', epochs, trace: [] }
  })
}

function pointsOf(history: readonly HistoryLine[], read: Read, across: Across): ChartPoint[] {
  return history.flatMap((line) => {
    const y = read(line)
    return y === undefined || !Number.isFinite(y) ? [] : [{ x: placeOf(line, across), epoch: line.epoch, y }]
  })
}

/**
 * The loss within epochs, between the ends of which time passes evenly; of epochs in which it was not traced, their mean. Empty where no
 * epoch was traced.
 */
function traceOf(history: readonly HistoryLine[], { config }: Run, across: Across): ChartPoint[] {
  const isTraced = ({ trace }: HistoryLine) => trace !== undefined && trace.length > 0
  if (!history.some(isTraced)) return []
  return history.flatMap((line, i) => {
    const from = history[i - 1] ?? { epoch: 0, step: 0, seconds: 0 }
    const { loss = Number.NaN } = line.train
    const trace = isTraced(line) ? line.trace! : [[line.step, loss] as const]
    return trace.filter(([, y]) => Number.isFinite(y)).map(([step, y]) => {
      const share = Math.min(1, Math.max(0, (step - from.step) / Math.max(1, line.step - from.step)))
      const epoch = Math.min(line.epoch, step / config.stepsPerEpoch)
      const x = across === 'epochs' ? epoch : across === 'steps' ? step : from.seconds + share * (line.seconds - from.seconds)
      return { x, epoch, y }
    })
  })
}

function bestMark({ history }: ChartedRun, across: Across, isPrinted: boolean): Mark[] {
  const best = bestLine(history)
  return best ? [{ x: placeOf(best, across), label: `best: epoch ${best.epoch}`, isPrinted, token: '--text' }] : []
}

/** The best epochs of runs that are compared, each on its own line where it was validated. */
function bestPoints({ validation }: Quantity, runs: readonly ChartedRun[], across: Across): Mark[] {
  return runs.flatMap(({ run, history }, index) => {
    const best = bestLine(history)
    const y = best && validation?.(best)
    if (y === undefined || !Number.isFinite(y)) return []
    const label = `best of ${runLetter(index)} ${run.name}: epoch ${best!.epoch}`
    return [{ x: placeOf(best!, across), y, label, isPrinted: false, token: runTokens[index % runTokens.length]! }]
  })
}
