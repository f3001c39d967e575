import { AppError } from '#shared/errors'
import { createSpectrum, type Spectrum } from '#shared/dsp/spectrum'
import type { Stft } from '#shared/dsp/stft'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import type { RandomStream } from '#shared/random'

export interface GriffinLimConfig {
  readonly iterations: number
  /** 0 is the method of 1984; 0.99 converges faster and further. */
  readonly momentum: number
}

export const griffinLimDefaults: GriffinLimConfig = { iterations: 32, momentum: 0.99 }

/**
 * Returns (frames - 1)·hop samples whose spectrum has magnitudes close to `magnitudes` [frame, bin]; the phases start at
 * random and are drawn towards agreement between overlapping frames.
 * @see Perraudin, Balazs and Søndergaard, "A fast Griffin-Lim algorithm", 2013; momentum counts as in librosa.
 * @throws AppError INVALID_INPUT where the magnitudes are no whole number of frames.
 */
export async function griffinLim(
  magnitudes: Float32Array,
  stft: Stft,
  config: GriffinLimConfig,
  random: RandomStream,
  context: WorkContext,
): Promise<Float32Array> {
  const frames = magnitudes.length / stft.bins
  if (!Number.isInteger(frames) || frames < 1) {
    throw new AppError(
      'INVALID_INPUT',
      `${magnitudes.length} magnitudes are no whole number of frames of ${stft.bins} bins; no sound was made.`,
    )
  }
  const estimate = createSpectrum(frames, stft.bins)
  let rebuilt = createSpectrum(frames, stft.bins)
  let previous = createSpectrum(frames, stft.bins)
  randomPhases(magnitudes, random, estimate)
  for (let step = 0; step < config.iterations; step++) {
    const signal = stft.inverse(estimate)
    const free = previous
    previous = rebuilt
    rebuilt = stft.forward(signal, 0, frames, free)
    takePhases(magnitudes, rebuilt, previous, config.momentum / (1 + config.momentum), estimate)
    context.onProgress({ stage: 'phase', completed: step + 1, total: config.iterations, unit: 'steps' })
    await checkpointCancel(context)
  }
  return stft.inverse(estimate)
}

function randomPhases(magnitudes: Float32Array, random: RandomStream, out: Spectrum): void {
  for (let i = 0; i < magnitudes.length; i++) {
    const phase = random.between(-Math.PI, Math.PI)
    out.re[i] = magnitudes[i]! * Math.cos(phase)
    out.im[i] = magnitudes[i]! * Math.sin(phase)
  }
}

/** Gives `magnitudes` the phases of rebuilt - inertia·previous. */
function takePhases(
  magnitudes: Float32Array,
  rebuilt: Spectrum,
  previous: Spectrum,
  inertia: number,
  out: Spectrum,
): void {
  for (let i = 0; i < magnitudes.length; i++) {
    const re = rebuilt.re[i]! - inertia * previous.re[i]!
    const im = rebuilt.im[i]! - inertia * previous.im[i]!
    // Math.hypot would be several times slower than the transforms.
    const scale = magnitudes[i]! / (Math.sqrt(re * re + im * im) + 1e-16)
    out.re[i] = re * scale
    out.im[i] = im * scale
  }
}
