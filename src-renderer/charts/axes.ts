/** How values become heights: on a line, by their logarithm, or by the inverse hyperbolic sine, which a zero survives. */
export interface ValueAxis {
  readonly kind: 'linear' | 'log' | 'symlog'
  forward(value: number): number
  backward(height: number): number
  /** Lowest and highest value shown for data between these. */
  range(min: number, max: number): [number, number]
  /** Where lines and labels go: about `count` of them. */
  ticks(min: number, max: number, count: number): number[]
}

/**
 * Returns the axis for `values`. Logarithmic where that was asked for and all values are positive; where zero or negative ones are
 * among them, linear about zero and logarithmic away from it, beginning at the smallest magnitudes that matter.
 */
export function valueAxis(scale: 'linear' | 'log', values: readonly number[]): ValueAxis {
  const finite = values.filter((value) => Number.isFinite(value))
  if (scale === 'linear') return linear
  if (finite.every((value) => value > 0)) return logarithmic
  const magnitudes = finite.map((value) => Math.abs(value)).filter((value) => value > 0)
  if (magnitudes.length === 0) return linear
  const sorted = magnitudes.toSorted((a, b) => a - b)
  const typical = sorted[Math.floor(sorted.length / 10)]!
  // No finer than a ten-thousandth of the greatest: rounding errors about zero would fill the chart.
  return symmetric(10 ** Math.floor(Math.log10(Math.max(typical, sorted.at(-1)! * 1e-4))))
}

const linear: ValueAxis = {
  kind: 'linear',
  forward: (value) => value,
  backward: (height) => height,
  range: (min, max) => padded(min, max, Math.max(1e-12, Math.abs(max) * 0.05)),
  ticks: niceTicks,
}

const logarithmic: ValueAxis = {
  kind: 'log',
  forward: (value) => Math.log10(Math.max(value, Number.MIN_VALUE)),
  backward: (height) => 10 ** height,
  range(min, max) {
    const [low, high] = padded(Math.log10(min), Math.log10(max), 0.02)
    return [10 ** low, 10 ** high]
  },
  ticks(min, max, count) {
    const decades = Math.log10(max / min)
    if (decades < 0.8) return niceTicks(min, max, count)
    const steps = 3 * decades <= count + 2 ? [1, 2, 5] : 2 * decades <= count + 2 ? [1, 3] : [1]
    const every = Math.max(1, Math.ceil(decades / count))
    return powersBetween(min, max, steps).filter((value) => Math.round(Math.floor(Math.log10(value) + 1e-9)) % every === 0)
  },
}

/** @param knee magnitude below which it is nearly linear */
function symmetric(knee: number): ValueAxis {
  const forward = (value: number) => Math.asinh(value / knee)
  const backward = (height: number) => knee * Math.sinh(height)
  return {
    kind: 'symlog',
    forward,
    backward,
    range(min, max) {
      const [low, high] = padded(forward(min), forward(max), 0.1)
      return [backward(low), backward(high)]
    },
    ticks(min, max, count) {
      const positive = max >= knee ? powersBetween(knee, max, [1]) : []
      const negative = min <= -knee ? powersBetween(knee, -min, [1]).map((value) => -value) : []
      const all = [...negative.toReversed(), ...(min <= 0 && max >= 0 ? [0] : []), ...positive]
      const every = Math.max(1, Math.ceil(all.length / count))
      const zero = Math.max(0, all.indexOf(0))
      return all.filter((_, i) => (i - zero) % every === 0)
    },
  }
}

/** A margin on either side; `least` where all values are the same. */
function padded(min: number, max: number, least: number): [number, number] {
  const margin = Math.max(0.06 * (max - min), max - min < 1e-12 ? least : 0)
  return [min - margin, max + margin]
}

function powersBetween(min: number, max: number, steps: readonly number[]): number[] {
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
    for (const step of steps) {
      const value = Number(`${step}e${power}`)
      if (value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9)) ticks.push(value)
    }
  }
  return ticks
}

/** Round numbers between `min` and `max`, about `count` of them. */
export function niceTicks(min: number, max: number, count: number): number[] {
  if (!(max > min)) return [min]
  const rough = (max - min) / Math.max(1, count + 1)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].find((times) => times * power >= rough * (1 - 1e-9))! * power
  const first = Math.ceil(min / step - 1e-9)
  const last = Math.floor(max / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** Whole numbers only, for epochs and steps. */
export function wholeTicks(min: number, max: number, count: number): number[] {
  return niceTicks(min, max, Math.min(count, Math.max(1, max - min))).filter((value) => Number.isInteger(value))
}

const timeSteps = [1, 2, 5, 10, 15, 30].flatMap((step) => [step, step * 60]).concat([1, 2, 4, 6, 12, 24, 48, 120, 240].map((hours) => hours * 3600))

/** Seconds that clocks like: 15 s, 5 min, 2 h. */
export function timeTicks(min: number, max: number, count: number): number[] {
  const rough = (max - min) / Math.max(1, count)
  const step = timeSteps.toSorted((a, b) => a - b).find((seconds) => seconds >= rough) ?? Math.ceil(rough / 86_400) * 86_400
  return niceTicks(min / step, max / step, (max - min) / step).map((value) => Math.round(value) * step)
}

/** A value in at most `digits` significant digits, as short as it can be said: 0.0412, 1.2e-5, 12 400. */
export function formatValue(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return 'no number'
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && magnitude < 1e-4) return Number(value.toPrecision(Math.min(3, digits))).toExponential().replace('e+', 'e')
  if (magnitude >= 10_000) return Math.round(value).toString().replaceAll(/\B(?=(\d{3})+$)/g, ' ')
  const text = value.toPrecision(digits)
  const short = String(Number(text))
  // 0.4100 keeps its digits beside 0.4103; 0.001000 does not need them.
  return short.length < text.length - 1 ? short : text
}

/** The same on an axis: no more digits than a tick needs. */
export function formatTick(value: number): string {
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && magnitude < 1e-4) return Number(value.toPrecision(3)).toExponential().replace('e+', 'e')
  if (magnitude >= 1e6) return Number(value.toPrecision(3)).toExponential().replace('e+', 'e')
  if (magnitude >= 10_000) return `${Number((value / 1000).toPrecision(4))}k`
  return String(Number(value.toPrecision(6)))
}
