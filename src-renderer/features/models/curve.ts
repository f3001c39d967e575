import type { HistoryLine } from '#shared/training/history'

/** A line of a small chart. */
export interface Curve {
  readonly name: string
  readonly style: 'train' | 'validation'
  /** Epoch and value. */
  readonly points: readonly (readonly [number, number])[]
}

/** A small chart. */
export interface CurveFacts {
  readonly title: string
  readonly isLog: boolean
  readonly curves: readonly Curve[]
  /** The epoch that was kept. */
  readonly best: number | undefined
}

/** Returns the curves that a model's card shows: its loss, and what was measured on what it did not learn from. */
export function curvesOf(history: readonly HistoryLine[], scoreTitle: string): CurveFacts[] {
  const best = history.findLast((line) => line.best)?.epoch
  const losses = curves(history, ({ train }) => train.loss, ({ validation }) => validation.loss)
  const scores = curves(history, () => undefined, ({ score, validation }) => (validation.loss === undefined ? score : undefined))
  return [
    { title: 'Loss', isLog: losses.every(({ points }) => points.every(([, value]) => value > 0)), curves: losses, best },
    { title: scoreTitle, isLog: false, curves: scores, best },
  ].filter((chart) => chart.curves.length > 0)
}

function curves(
  history: readonly HistoryLine[],
  train: (line: HistoryLine) => number | undefined,
  validation: (line: HistoryLine) => number | undefined,
): Curve[] {
  const of = (value: (line: HistoryLine) => number | undefined) =>
    history.flatMap((line) => {
      const found = value(line)
      return found !== undefined && Number.isFinite(found) ? [[line.epoch, found] as const] : []
    })
  const all: Curve[] = [
    { name: 'Training', style: 'train', points: of(train) },
    { name: 'Validation', style: 'validation', points: of(validation) },
  ]
  return all.filter(({ points }) => points.length > 0)
}

/** Where a chart's lines lie, in units of its own box. */
export interface CurvePicture {
  readonly paths: readonly string[]
  /** Labels with their heights. */
  readonly ticks: readonly { readonly y: number; readonly text: string }[]
  /** Where the kept epoch lies. */
  readonly bestX: number | undefined
  readonly firstEpoch: number
  readonly lastEpoch: number
}

/** Lays a chart out in a box of `width` by `height`. */
export function drawCurves({ curves: lines, isLog, best }: CurveFacts, width: number, height: number): CurvePicture {
  const points = lines.flatMap((line) => line.points)
  const epochs = points.map(([epoch]) => epoch)
  const scale = (value: number) => (isLog ? Math.log10(value) : value)
  const values = points.map(([, value]) => scale(value))
  const [firstEpoch, lastEpoch] = [Math.min(...epochs), Math.max(...epochs)]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const x = (epoch: number) => (lastEpoch === firstEpoch ? width / 2 : ((epoch - firstEpoch) / (lastEpoch - firstEpoch)) * width)
  const y = (value: number) => (high === low ? height / 2 : height - ((scale(value) - low) / (high - low)) * height)
  const unscale = (value: number) => (isLog ? 10 ** value : value)
  const heights = high === low ? [low] : [low, (low + high) / 2, high]
  return {
    paths: lines.map(({ points: line }) => line.map(([epoch, value], i) => `${i === 0 ? 'M' : 'L'}${x(epoch).toFixed(1)} ${y(value).toFixed(1)}`).join('')),
    ticks: heights.map((value) => ({ y: y(unscale(value)), text: shortNumber(unscale(value)) })),
    bestX: best === undefined || best < firstEpoch || best > lastEpoch ? undefined : x(best),
    firstEpoch,
    lastEpoch,
  }
}

function shortNumber(value: number): string {
  const size = Math.abs(value)
  const text = size !== 0 && (size < 0.01 || size >= 1e5) ? value.toExponential(0) : Number(value.toPrecision(3)).toString()
  return text.replace('-', '−')
}

/** What a chart shows, in a sentence for who does not see it. */
export function describeCurves({ title, curves: lines, best }: CurveFacts): string {
  const parts = lines.map(({ name, points }) => `${name}: from ${shortNumber(points[0]![1])} to ${shortNumber(points.at(-1)![1])} over ${points.length} epochs`)
  return `${title}. ${parts.join('; ')}${best === undefined ? '' : `; epoch ${best} was kept`}.`
}
