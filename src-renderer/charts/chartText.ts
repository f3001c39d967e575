import { formatValue } from '#renderer/charts/axes'
import { type ChartSpec, type Curve, type Heat, nearestStop, stopsOf } from '#renderer/charts/chartSpec'
import { formatDuration } from '#renderer/ui/formatting'
import { carriesNothing } from '#shared/training/verdict'

/** A value that the readout shows beside the look of its line. */
export interface ReadValue {
  readonly curve: Curve
  readonly text: string
}

/** A place on the horizontal axis in words: "Epoch 12", "Step 3 000", "After 12 min". */
export function placeText(x: number, across: ChartSpec['across']): string {
  if (typeof across !== 'string') return `${across.title} ${across.text(x)}`
  if (across === 'time') return `After ${formatDuration(x)}`
  return `${across === 'epochs' ? 'Epoch' : 'Step'} ${formatValue(x, 8).replace(/\.0+$/, '')}`
}

/** What the curves are at the epoch nearest to `x`, or at their newest where no place is given. */
export function valuesAt({ curves }: ChartSpec, x: number | undefined): ReadValue[] {
  return curves.flatMap((curve) => {
    if (curve.kind === 'detail') return []
    const at = x === undefined ? curve.epochs.at(-1)?.x : nearestStop(curve.epochs.map((point) => point.x), x)
    const point = curve.epochs.find((each) => each.x === at)
    return point ? [{ curve, text: formatValue(point.y, curve.kind === 'exact' ? 3 : 4) }] : []
  })
}

/** What a chart says at `x`, in one line: "Epoch 12: training 0.412, validation 0.455". */
export function readoutAt(spec: ChartSpec, x: number): string {
  const stop = nearestStop(stopsOf(spec), x)
  if (stop === undefined) return ''
  const values = spec.heat ? heatText(spec.heat, spec.heat.xs.indexOf(stop)) : valuesAt(spec, stop).map(({ curve, text }) => `${curve.label} ${text}${spec.unit === '' ? '' : ` ${spec.unit}`}`).join(', ')
  return `${placeText(stop, spec.across)}: ${values}`
}

/** How many channels carry nothing, and how much the strongest one carries, in the epoch of this index. */
export function heatText({ columns }: Heat, index: number): string {
  const nats = columns[index] ?? []
  const nothing = nats.filter((value) => value < carriesNothing).length
  return `${nothing} of ${nats.length} channels carry nothing, the strongest ${formatValue(Math.max(...nats), 3)} nats`
}

/** Returns a chart in a sentence or two, for those who do not see it. */
export function summaryOf(spec: ChartSpec): string {
  const { title, heat, marks, curves } = spec
  const stops = stopsOf(spec)
  const count = heat ? heat.xs.length : Math.max(0, ...curves.map(({ epochs }) => epochs.length))
  const head = `${title}, ${count} ${typeof spec.across === 'string' ? 'epoch' : 'value'}${count === 1 ? '' : 's'}.`
  if (stops.length === 0) return `${title}: nothing measured yet.`
  if (heat) return `${head} In the newest, ${heatText(heat, heat.xs.length - 1)}.`
  const lines = curves.filter(({ kind }) => kind !== 'detail').map((curve) => courseOf(curve, spec))
  return [head, ...lines, ...marks.map(({ label }) => `${label[0]!.toUpperCase()}${label.slice(1)}.`)].join(' ')
}

function courseOf({ label, epochs }: Curve, { unit, better, across }: ChartSpec): string {
  const [first, last] = [epochs[0]!, epochs.at(-1)!]
  const name = `${label[0]!.toUpperCase()}${label.slice(1)}`
  if (epochs.length === 1) return `${name}: ${withUnit(first.y, unit)}.`
  const course = `${name}: from ${withUnit(first.y, unit)} to ${withUnit(last.y, unit)}`
  if (better === 'neither') return `${course}.`
  const best = epochs.reduce((a, b) => ((better === 'lower' ? b.y < a.y : b.y > a.y) ? b : a))
  return `${course}, ${better === 'lower' ? 'lowest' : 'highest'} ${withUnit(best.y, unit)} ${typeof across === 'string' ? `in epoch ${best.epoch}` : `at ${placeText(best.x, across)}`}.`
}

function withUnit(value: number, unit: string): string {
  return unit === '' ? formatValue(value) : `${formatValue(value)} ${unit}`
}
