/** What the horizontal axis counts. */
export const acrosses = ['epochs', 'steps', 'time'] as const
export type Across = (typeof acrosses)[number]

/** A horizontal axis of anything else. */
export interface NamedAxis {
  readonly title: string
  /** A value on it as it is read, and as short as an axis needs it. */
  text(x: number): string
  tick(x: number): string
  /** Where labels go; round numbers where it isn't said. */
  readonly ticks?: readonly number[] | undefined
  /** What is shown of it; all that there is where it isn't said. */
  readonly range?: readonly [number, number] | undefined
}

/** A measured value: where it is drawn, where in epochs it was measured, and what it is. */
export interface ChartPoint {
  readonly x: number
  readonly epoch: number
  readonly y: number
}

/** Look of a line; its colour is a token of the page. */
export interface LineLook {
  readonly token: string
  readonly dash: readonly number[]
}

/** A quantity of one run in the course of its training. */
export interface Curve {
  readonly id: string
  readonly label: string
  readonly look: LineLook
  /**
   * `main` is drawn bold, smoothed, over what was measured; `exact` bold as it is, such as schedules; `detail` only thin, such as single
   * songs under their mean.
   */
  readonly kind: 'main' | 'exact' | 'detail'
  /** Printed at the line's end, so that colour does not stand alone. */
  readonly tag: string
  /** One an epoch: what tables and the readout show. */
  readonly epochs: readonly ChartPoint[]
  /** Finer than epochs, where it was measured; drawn faint instead of them. */
  readonly trace: readonly ChartPoint[]
}

/** A place on the horizontal axis with a word to it, such as the best epoch. */
export interface Mark {
  readonly x: number
  /** Given for a single point; without it the mark goes through the whole height. */
  readonly y?: number
  readonly label: string
  /** Whether the word stands in the chart as well. */
  readonly isPrinted: boolean
  readonly token: string
}

/** How much each channel carries, by epoch; rows from the one that carries most to the one that carries least. */
export interface Heat {
  readonly xs: readonly number[]
  readonly epochs: readonly number[]
  /** For each epoch, nats by channel in the network's own order. */
  readonly columns: readonly (readonly number[])[]
  /** Channels in the order of the rows, from the top. */
  readonly order: readonly number[]
}

/** A chart as it is asked for; drawn by `plotOptions`, told by `chartText`, written down by `chartRows`. */
export interface ChartSpec {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly scale: 'linear' | 'log'
  /** Lowest and highest value shown; about what was measured where it isn't said. */
  readonly within?: readonly [number, number] | undefined
  readonly across: Across | NamedAxis
  readonly curves: readonly Curve[]
  readonly marks: readonly Mark[]
  /** Lines of text printed into a corner. */
  readonly captions: readonly string[]
  readonly heat?: Heat | undefined
  /** Which end is good, for the summary. */
  readonly better: 'lower' | 'higher' | 'neither'
}

/** Every place that the cursor can stand on: the ends of epochs. */
export function stopsOf({ curves, heat }: ChartSpec): number[] {
  const all = [...curves.flatMap(({ epochs }) => epochs.map(({ x }) => x)), ...(heat?.xs ?? [])]
  return [...new Set(all)].toSorted((a, b) => a - b)
}

/** The stop nearest to `x`; undefined where there is none. */
export function nearestStop(stops: readonly number[], x: number): number | undefined {
  return stops.reduce<number | undefined>((best, stop) => (best === undefined || Math.abs(stop - x) < Math.abs(best - x) ? stop : best), undefined)
}

/** The stop that a key leads to from the one that the cursor stands on; undefined for other keys. */
export function stopAfterKey(stops: readonly number[], from: number | undefined, key: string): number | undefined {
  const here = from === undefined ? undefined : stops.indexOf(nearestStop(stops, from)!)
  const last = stops.length - 1
  const page = Math.max(2, Math.round(stops.length / 10))
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageDown: -page, PageUp: page }
  if (key === 'Home') return stops[0]
  if (key === 'End') return stops[last]
  const step = steps[key]
  if (step === undefined) return undefined
  return here === undefined ? stops[last] : stops[Math.min(last, Math.max(0, here + step))]
}
