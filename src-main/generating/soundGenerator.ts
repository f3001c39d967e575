import type { Engine, Executable, NamedArrays } from '#main/engine/engine'
import type { GeneratorConfig } from '#main/models/generate/generatorConfig'
import { decodeSoundProgram, encodeSoundProgram } from '#main/models/generate/soundVae'
import { inBatches } from '#main/unmixing/pictureBatches'
import type { AudioClip } from '#shared/audio/audioClip'
import { concatenate } from '#shared/audio/concatenate'
import type { PhaseMethod } from '#shared/contract/generating'
import { soundOfPicture, zeroPhaseSound, type DecibelPicture } from '#shared/dsp/decibelPicture'
import type { Stft } from '#shared/dsp/stft'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

/** A network that is ready to look at sounds and to make some. */
export interface SoundGenerator {
  /** Latents of pictures, one each: the means of their posteriors. */
  encode(pictures: readonly Float32Array[], context: WorkContext): Promise<Float32Array[]>
  /** Pictures of latents, one each, from 0 to 1. @throws the signal's reason */
  decode(latents: readonly Float32Array[], context: WorkContext): Promise<Float32Array[]>
  dispose(): void
}

/** Makes a network ready on an engine, each way when it is first needed. @param batch things that are computed at once */
export function createSoundGenerator(config: GeneratorConfig, parameters: NamedArrays, engine: Engine, batch: number): SoundGenerator {
  const ready = new Map<string, Promise<Executable>>()
  const network = (program: typeof encodeSoundProgram) => {
    const known = ready.get(program.name) ?? engine.compile(program(config, batch), parameters)
    ready.set(program.name, known)
    return known
  }
  const run = async (program: typeof encodeSoundProgram, input: string, output: string, things: readonly Float32Array[], context: WorkContext) => {
    if (things.length === 0) return []
    const executable = await network(program)
    const outputs = await inBatches({ [input]: concatenate(things) }, things.length, batch, async (inputs) => {
      await checkpointCancel(context)
      return executable.run(inputs)
    })
    return parted(outputs[output]!, things.length)
  }
  return {
    encode: (pictures, context) => run(encodeSoundProgram, 'picture', 'mean', pictures, context),
    decode: (latents, context) => run(decodeSoundProgram, 'latent', 'picture', latents, context),
    dispose() {
      for (const each of ready.values()) void each.then((executable) => executable.dispose(), () => {})
      ready.clear()
    },
  }
}

/** The sound of a picture, whose phases follow from `seed`, at a peak of 0.9. @throws the signal's reason */
export async function synthesised(picture: DecibelPicture, stft: Stft, { features }: GeneratorConfig, phases: PhaseMethod, seed: number, context: WorkContext): Promise<AudioClip> {
  const quiet = { ...context, onProgress: () => {} }
  const sound = phases === 'zero' ? zeroPhaseSound(picture, stft, features) : await soundOfPicture(picture, stft, features, randomStream(seed).fork('phases'), quiet)
  return { sampleRate: features.sampleRate, channels: [sound] }
}

/** Mean squared differences of pictures from 0 to 1, and root mean squared ones of their decibels. */
export function pictureErrors(truth: DecibelPicture, decoded: Float32Array): { mse: number; decibelError: number } {
  const mse = truth.values.reduce((sum, value, i) => sum + (value - decoded[i]!) ** 2, 0) / decoded.length
  return { mse, decibelError: Math.sqrt(mse) * (truth.highest - truth.lowest) }
}

function parted(values: Float32Array, count: number): Float32Array[] {
  const size = values.length / count
  return Array.from({ length: count }, (_, i) => values.slice(i * size, (i + 1) * size))
}
