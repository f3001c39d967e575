const tableLength = 4096

/** One period of the flow through the vocal folds, differentiated; `phase` in [0, 1). Its negative peak is -1. */
export type GlottalPulse = (phase: number) => number

/**
 * The Liljencrants-Fant pulse of voice quality `rd`: 0.5 is pressed and bright, 1 is modal, 2.5 is breathy and dark.
 * @see Fant, "The LF-model revisited", 1995: Rd to (Rap, Rkp, Rgp), equations 2 to 4.
 */
export function glottalPulse(rd: number): GlottalPulse {
  const ra = (-1 + 4.8 * rd) / 100
  const rk = (22.4 + 11.8 * rd) / 100
  const rg = (rk / 4) * ((0.5 + 1.2 * rk) / (0.11 * rd - ra * (0.5 + 1.2 * rk)))
  const peak = 1 / (2 * rg)
  const closing = peak * (1 + rk)
  const tail = returnRate(ra, 1 - closing)
  const growth = openGrowth(peak, closing, ra, tail)
  const table = new Float64Array(tableLength + 1)
  const scale = -1 / (Math.exp(growth * closing) * Math.sin((Math.PI * closing) / peak))
  for (let i = 0; i <= tableLength; i++) {
    const t = i / tableLength
    table[i] =
      t <= closing
        ? scale * Math.exp(growth * t) * Math.sin((Math.PI * t) / peak)
        : -(Math.exp(-tail * (t - closing)) - Math.exp(-tail * (1 - closing))) / (tail * ra)
  }
  return (phase) => {
    const position = phase * tableLength
    const index = Math.floor(position)
    const low = table[index]!
    return low + (position - index) * (table[index + 1]! - low)
  }
}

/** Solves tail * ra = 1 - exp(-tail * rest), the rate of the return phase. */
function returnRate(ra: number, rest: number): number {
  let tail = 1 / ra
  for (let i = 0; i < 50; i++) tail = (1 - Math.exp(-tail * rest)) / ra
  return tail
}

/** Finds the growth of the open phase that makes the pulse sum to zero, so that the folds close again. */
function openGrowth(peak: number, closing: number, ra: number, tail: number): number {
  const omega = Math.PI / peak
  const rest = 1 - closing
  const returned = -((1 - Math.exp(-tail * rest)) / tail - rest * Math.exp(-tail * rest)) / (tail * ra)
  const area = (a: number) => {
    const sine = Math.sin(omega * closing)
    const open =
      (a * sine - omega * Math.cos(omega * closing) + omega * Math.exp(-a * closing)) / (a * a + omega * omega)
    return -open / sine + returned
  }
  let low = -20
  let high = 60
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2
    if (area(middle) > 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}
