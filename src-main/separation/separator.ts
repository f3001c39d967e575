import type { Engine, Executable, NamedArrays } from '#main/engine/engine'
import { maskProgram, type SeparatorConfig } from '#main/models/separatorNetwork'
import { MaskedSpectrum } from '#main/separation/maskedSpectrum'
import { samplesOfSpectra, type SeparationInput, vocalsAtRate } from '#main/separation/vocalStream'
import type { Quality } from '#shared/contract/separation'
import { createStft } from '#shared/dsp/stft'
import type { WorkContext } from '#shared/jobs/work'

export type { SeparationInput } from '#main/separation/vocalStream'

/** A model made ready on an engine. Call `dispose` when done. */
export interface Separator {
  readonly config: SeparatorConfig
  readonly engine: Engine
  /** Segments that are computed at once. */
  readonly batch: number
  readonly masks: Executable
  dispose(): void
}

export interface SeparationOptions {
  readonly quality: Quality
}

/** @throws AppError ENGINE_OUT_OF_MEMORY, ENGINE_LOST, MODEL_INCOMPATIBLE */
export async function createSeparator(config: SeparatorConfig, parameters: NamedArrays, engine: Engine, batch = 4): Promise<Separator> {
  const masks = await engine.compile(maskProgram(config, batch), parameters)
  return { config, engine, batch, masks, dispose: () => masks.dispose() }
}

/**
 * Yields the vocals of a sound as the model hears them; see `vocalsAtRate`. What it does not hear (above its sample rate's
 * half) belongs to the music.
 * @throws what the engine throws; the signal's reason when cancelled.
 */
export function separateVocals(
  input: SeparationInput,
  separator: Separator,
  options: SeparationOptions,
  context: WorkContext,
): AsyncGenerator<Float32Array[]> {
  const { sampleRate, fftSize, hopLength } = separator.config.stft
  const open = async () => {
    const stft = await createStft({ fftSize, hopLength })
    return samplesOfSpectra(stft, new MaskedSpectrum(separator, options, stft.bins, input.channels), input.channels)
  }
  return vocalsAtRate(input, sampleRate, open, context)
}

/** A model of any kind, made ready to take songs apart. Call `dispose` when done. */
export interface SongSeparator {
  readonly engine: Engine
  /** Yields the vocals of a sound; see `vocalsAtRate`. */
  vocals(input: SeparationInput, options: SeparationOptions, context: WorkContext): AsyncGenerator<Float32Array[]>
  dispose(): void
}

/** A network of the app's own as a separator of songs. */
export function songSeparator(separator: Separator): SongSeparator {
  return {
    engine: separator.engine,
    vocals: (input, options, context) => separateVocals(input, separator, options, context),
    dispose: separator.dispose,
  }
}
