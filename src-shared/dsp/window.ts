/** Returns the periodic Hann window 0.5 - 0.5·cos(2πn/size), whose shifted copies add up evenly. */
export function hannWindow(size: number): Float32Array {
  const window = new Float32Array(size)
  for (let n = 0; n < size; n++) window[n] = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size)
  return window
}

/** Windows that spectra can be made with; all are periodic. `sqrtHann` is the root of Hann's. */
export const analysisWindows = ['hann', 'hamming', 'blackman', 'sqrtHann', 'rectangular'] as const
export type AnalysisWindow = (typeof analysisWindows)[number]

/** Returns a periodic window of a kind. */
export function analysisWindow(kind: AnalysisWindow, size: number): Float32Array {
  const hann = hannWindow(size)
  const angle = (n: number) => (2 * Math.PI * n) / size
  switch (kind) {
    case 'hann':
      return hann
    case 'hamming':
      return hann.map((_, n) => 0.54 - 0.46 * Math.cos(angle(n)))
    case 'blackman':
      return hann.map((_, n) => 0.42 - 0.5 * Math.cos(angle(n)) + 0.08 * Math.cos(2 * angle(n)))
    case 'sqrtHann':
      return hann.map(Math.sqrt)
    case 'rectangular':
      return hann.fill(1)
  }
}

/** Modified Bessel function of the first kind and order zero, by its power series (full double precision). */
function besselI0(x: number): number {
  const quarter = (x * x) / 4
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= quarter / (k * k)
    sum += term
  }
  return sum
}

/** Returns Kaiser's beta for a stop-band attenuation of `attenuation` decibels (above 50). */
export function kaiserBeta(attenuation: number): number {
  return 0.1102 * (attenuation - 8.7)
}

/** Kaiser window at position `x` of [-1, 1], 1 at the centre; 0 outside. */
export function kaiser(x: number, beta: number): number {
  const inside = 1 - x * x
  return inside < 0 ? 0 : besselI0(beta * Math.sqrt(inside)) / besselI0(beta)
}
