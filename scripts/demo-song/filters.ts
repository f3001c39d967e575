/** A filter fed one sample at a time. */
export type Filter = (input: number) => number

/** A two-pole resonator whose centre and width may move while it runs. */
export interface Resonator {
  /** `centre` and `width` in hertz. Unity gain at 0 Hz, as the resonators of a vocal tract in cascade need it. */
  tune(centre: number, width: number): void
  process: Filter
}

/** @see Klatt, "Software for a cascade/parallel formant synthesizer", 1980, equations 1 and 2. */
export function resonator(sampleRate: number): Resonator {
  let a = 1
  let b = 0
  let c = 0
  let y1 = 0
  let y2 = 0
  return {
    tune(centre, width) {
      const radius = Math.exp((-Math.PI * width) / sampleRate)
      c = -radius * radius
      b = 2 * radius * Math.cos((2 * Math.PI * centre) / sampleRate)
      a = 1 - b - c
    },
    process(input) {
      const y = a * input + b * y1 + c * y2
      y2 = y1
      y1 = y
      return y
    },
  }
}

/** A band-pass with gain 1 at `centre` hertz. */
export function bandPass(sampleRate: number, centre: number, quality: number): Filter {
  const w = (2 * Math.PI * centre) / sampleRate
  const alpha = Math.sin(w) / (2 * quality)
  return biquad([alpha, 0, -alpha], [1 + alpha, -2 * Math.cos(w), 1 - alpha])
}

/** A second-order Butterworth low-pass. */
export function lowPass(sampleRate: number, corner: number): Filter {
  const w = (2 * Math.PI * corner) / sampleRate
  const alpha = Math.sin(w) / Math.SQRT2
  const k = 1 - Math.cos(w)
  return biquad([k / 2, k, k / 2], [1 + alpha, -2 * Math.cos(w), 1 - alpha])
}

/** A second-order Butterworth high-pass. */
export function highPass(sampleRate: number, corner: number): Filter {
  const w = (2 * Math.PI * corner) / sampleRate
  const alpha = Math.sin(w) / Math.SQRT2
  const k = 1 + Math.cos(w)
  return biquad([k / 2, -k, k / 2], [1 + alpha, -2 * Math.cos(w), 1 - alpha])
}

function biquad(numerator: [number, number, number], denominator: [number, number, number]): Filter {
  const [b0, b1, b2] = numerator.map((value) => value / denominator[0]) as [number, number, number]
  const a1 = denominator[1] / denominator[0]
  const a2 = denominator[2] / denominator[0]
  let z1 = 0
  let z2 = 0
  return (input) => {
    const output = b0 * input + z1
    z1 = b1 * input - a1 * output + z2
    z2 = b2 * input - a2 * output
    return output
  }
}

/** Follows its target with the given time constant in seconds; used for pitch, formants and levels. */
export function glide(sampleRate: number, seconds: number, start: number): Filter {
  const share = 1 - Math.exp(-1 / (seconds * sampleRate))
  let value = start
  return (target) => {
    value += share * (target - value)
    return value
  }
}
