import type { Spectrum } from '#shared/dsp/spectrum'

/** Returns |X| as [frame, bin], in `out` when given. */
export function magnitude(spectrum: Spectrum, out = new Float32Array(spectrum.frames * spectrum.bins)): Float32Array {
  const { re, im } = spectrum
  // Not Math.hypot, which guards against overflow at many times the cost.
  for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(re[i]! * re[i]! + im[i]! * im[i]!)
  return out
}

/** Returns |X|² as [frame, bin], in `out` when given. */
export function power(spectrum: Spectrum, out = new Float32Array(spectrum.frames * spectrum.bins)): Float32Array {
  const { re, im } = spectrum
  for (let i = 0; i < out.length; i++) out[i] = re[i]! * re[i]! + im[i]! * im[i]!
  return out
}

export interface DecibelConfig {
  /** The value that becomes 0 dB, or the largest of all. */
  readonly reference?: number | 'max'
  /** Smaller values count as this one. */
  readonly smallest?: number
  /** What lies further below the loudest value is raised to this distance from it; Infinity leaves it. */
  readonly range?: number
}

/** Returns 10·log10 of powers; by default with reference 1, smallest 1e-10, range 80 dB, as librosa's power_to_db. */
export function powerToDecibels(powers: Float32Array, config: DecibelConfig = {}): Float32Array {
  const { reference = 1, smallest = 1e-10, range = 80 } = config
  const top = reference === 'max' ? largest(powers) : reference
  const offset = 10 * Math.log10(Math.max(smallest, top))
  const decibels = powers.map((value) => 10 * Math.log10(Math.max(smallest, value)) - offset)
  const floor = largest(decibels) - range
  return decibels.map((value) => Math.max(value, floor))
}

/** Returns 20·log10 of magnitudes; by default with reference 1, smallest 1e-5, range 80 dB, as librosa's amplitude_to_db. */
export function amplitudeToDecibels(amplitudes: Float32Array, config: DecibelConfig = {}): Float32Array {
  const { reference = 1, smallest = 1e-5, range = 80 } = config
  const powers = amplitudes.map((value) => value * value)
  return powerToDecibels(powers, {
    reference: reference === 'max' ? 'max' : reference * reference,
    smallest: smallest * smallest,
    range,
  })
}

/** Returns the powers that `powerToDecibels` would turn into these decibels. */
export function decibelsToPower(decibels: Float32Array, reference = 1): Float32Array {
  return decibels.map((value) => reference * 10 ** (value / 10))
}

/** Returns the magnitudes that `amplitudeToDecibels` would turn into these decibels. */
export function decibelsToAmplitude(decibels: Float32Array, reference = 1): Float32Array {
  return decibels.map((value) => reference * 10 ** (value / 20))
}

function largest(values: Float32Array): number {
  let top = -Infinity
  for (let i = 0; i < values.length; i++) if (values[i]! > top) top = values[i]!
  return top
}
