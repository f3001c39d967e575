/** Decibels as a fader shows them: "+1.5", "−6.0", "−∞" from -60 down. */
export function formatGain(decibels: number): string {
  if (decibels <= -60) return '−∞'
  const sign = decibels > 0.049 ? '+' : decibels < -0.049 ? '−' : ''
  return sign + Math.abs(decibels).toFixed(1)
}

/** Decibels for the ear of a screen reader. */
export function spokenGain(decibels: number): string {
  if (decibels <= -60) return 'silent'
  if (Math.abs(decibels) < 0.05) return '0 decibels'
  return `${decibels < 0 ? 'minus ' : 'plus '}${Number(Math.abs(decibels).toFixed(1))} decibels`
}

/** Pan from -1 to 1 as mixers write it: C, L 30, R 100. */
export function formatPan(pan: number): string {
  const percent = Math.round(Math.abs(pan) * 100)
  return percent === 0 ? 'C' : `${pan < 0 ? 'L' : 'R'} ${percent}`
}

/** Pan for the ear of a screen reader. */
export function spokenPan(pan: number): string {
  const percent = Math.round(Math.abs(pan) * 100)
  return percent === 0 ? 'centre' : `${percent} per cent ${pan < 0 ? 'left' : 'right'}`
}

/** Where a level lies on a meter from -60 dBFS, 0, to 0 dBFS, 1; the upper half shows the last 18 dB. */
export function meterShare(decibels: number): number {
  if (!(decibels > -60)) return 0
  if (decibels >= 0) return 1
  return decibels > -18 ? 0.5 + (decibels + 18) / 36 : (decibels + 60) / 84
}
