/** Centre frequencies of five formants in hertz, for a mezzo-soprano. */
export type Formants = readonly [number, number, number, number, number]

/** How a speech sound is made; `noise` is the turbulence and its place. */
export interface Phoneme {
  formants: Formants
  /** Strength of the vocal folds, 0 to 1. */
  voicing: number
  noise?: { level: number; centre: number; quality: number }
  /** Seconds it takes before a vowel; vowels take what is left of their note. */
  seconds: number
  /** Closed lips or tongue: silence, then a burst of the noise. */
  stop?: boolean
}

const vowel = (...formants: Formants): Phoneme => ({ formants, voicing: 1, seconds: 0 })

const sonorant = (seconds: number, voicing: number, ...formants: Formants): Phoneme => ({ formants, voicing, seconds })

const hiss = (seconds: number, voicing: number, level: number, centre: number, quality: number): Phoneme => ({
  formants: [400, 1700, 2700, 3700, 4900],
  voicing,
  seconds,
  noise: { level, centre, quality },
})

const stop = (seconds: number, voicing: number, level: number, centre: number, formants: Formants): Phoneme => ({
  formants,
  voicing,
  seconds,
  stop: true,
  noise: { level, centre, quality: 1.2 },
})

/** The sounds that the lyrics of the demo song need, by their names in the score. */
export const phonemes: Record<string, Phoneme> = {
  a: vowel(820, 1250, 2850, 3700, 4950),
  ae: vowel(780, 1750, 2750, 3750, 4950),
  e: vowel(580, 1950, 2800, 3800, 4950),
  i: vowel(370, 2550, 3150, 3900, 4950),
  ih: vowel(450, 2150, 2900, 3800, 4950),
  o: vowel(520, 900, 2750, 3650, 4950),
  aw: vowel(640, 1000, 2750, 3650, 4950),
  u: vowel(390, 950, 2700, 3600, 4900),
  uh: vowel(600, 1350, 2750, 3700, 4950),
  er: vowel(520, 1450, 1900, 3500, 4900),
  m: sonorant(0.07, 0.45, 270, 1050, 2250, 3400, 4700),
  n: sonorant(0.06, 0.45, 280, 1500, 2500, 3500, 4800),
  ng: sonorant(0.08, 0.45, 280, 2100, 2600, 3500, 4800),
  l: sonorant(0.07, 0.65, 380, 1150, 2900, 3700, 4900),
  r: sonorant(0.07, 0.65, 380, 1200, 1700, 3400, 4800),
  w: sonorant(0.07, 0.6, 330, 700, 2300, 3500, 4800),
  y: sonorant(0.06, 0.65, 300, 2450, 3150, 3800, 4900),
  v: hiss(0.06, 0.5, 0.05, 5500, 0.6),
  dh: hiss(0.05, 0.5, 0.05, 5000, 0.6),
  z: hiss(0.08, 0.4, 0.14, 7200, 1.6),
  s: hiss(0.11, 0, 0.3, 7400, 1.7),
  sh: hiss(0.11, 0, 0.32, 3600, 1.5),
  f: hiss(0.09, 0, 0.09, 6000, 0.5),
  h: hiss(0.06, 0, 0.1, 1600, 0.6),
  t: stop(0.07, 0, 0.3, 5200, [400, 1800, 2800, 3800, 4900]),
  k: stop(0.08, 0, 0.3, 2300, [350, 2000, 2500, 3700, 4900]),
  d: stop(0.05, 0.2, 0.18, 4200, [320, 1800, 2750, 3700, 4900]),
  b: stop(0.05, 0.2, 0.12, 1100, [300, 900, 2400, 3500, 4800]),
  g: stop(0.05, 0.2, 0.15, 2000, [300, 2000, 2500, 3600, 4800]),
}
