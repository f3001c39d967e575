import { evenly } from '#main/datasets/clips/clipOrder'
import type { ClipRecording } from '#main/datasets/clips/clipSet'
import { usableClips } from '#main/datasets/clips/polarClips'
import { longestSound, polarOf, polarPicture } from '#main/datasets/clips/polarPicture'
import type { Manifest } from '#main/datasets/manifest'
import type { Engine } from '#main/engine/engine'
import type { RvqVaeConfig } from '#main/models/quantise/rvqVae'
import { readClips } from '#main/node/clipRecordings'
import type { LoadedRvqVae } from '#main/node/modelFiles'
import { measureCoding, type CodingScores } from '#main/quantising/codingScores'
import { createSoundCoder } from '#main/quantising/soundCoder'
import { AppError } from '#shared/errors'
import { createStft } from '#shared/dsp/stft'
import type { WorkContext } from '#shared/jobs/work'

/** Pictures that are computed at once. */
const atOnce = 16

/** Sounds that nothing was learned from. */
export interface HeldSounds {
  readonly clips: readonly ClipRecording[]
  readonly split: 'test' | 'validation'
}

/** How a quantised VAE has its sounds; twice what fits into a picture tells that one is too long. */
export function clipLimits(config: RvqVaeConfig) {
  const polar = polarOf(config)
  return { sampleRate: polar.sampleRate, longestSeconds: (2 * longestSound(polar)) / polar.sampleRate }
}

/**
 * Sounds for the test, or where there are none those for validation, that are as long as others are.
 * @param most so many of them at most, evenly over all
 * @throws AppError DATASET_EMPTY where none is held out or fits; the reader's errors
 */
export async function readHeldSounds(config: RvqVaeConfig, folder: string, { clips = [] }: Manifest, context: WorkContext, most = Infinity): Promise<HeldSounds> {
  const reading = await readClips(folder, clips, clipLimits(config), context)
  const split = (['test', 'validation'] as const).find((each) => reading.clips.some((clip) => clip.split === each))
  if (split === undefined) {
    throw new AppError('DATASET_EMPTY', `No sound of ${folder} is kept from training, so nothing could be measured. Put some into validation or test, and start again.`)
  }
  const others = reading.clips.filter((clip) => clip.split !== split)
  const usable = usableClips(reading.clips.filter((clip) => clip.split === split), polarOf(config), others)
  const kept = evenly(usable, most)
  if (kept.length > 0) return { clips: kept, split }
  throw new AppError('DATASET_EMPTY', `No ${split} sound of ${folder} is short enough for the network, so nothing could be measured. Choose sounds as long as those that it learned from.`)
}

/** "300 test sounds" */
export function describeSounds({ clips, split }: HeldSounds): string {
  return `${clips.length.toLocaleString('en')} ${split} sounds`
}

/** Measures a quantised VAE on sounds. @throws the engine's errors; the signal's reason */
export async function measureRvqVae({ card, parameters }: LoadedRvqVae, { clips }: HeldSounds, engine: Engine, context: WorkContext): Promise<CodingScores> {
  const { config, scale } = card
  const polar = polarOf(config)
  const stft = await createStft(polar)
  const coder = await createSoundCoder(config, parameters, engine, Math.min(atOnce, clips.length))
  const pictures = function* () {
    for (const [index, { samples }] of clips.entries()) {
      context.onProgress({ stage: 'measuring', completed: index, total: clips.length, unit: 'files' })
      yield polarPicture(samples, scale.deviation, stft, polar)
    }
  }
  try {
    return await measureCoding(pictures(), coder, parameters, scale.variance, context)
  } finally {
    coder.dispose()
    stft.dispose()
  }
}

/** Sounds whose latents are compared with, and how many vectors of each. */
const comparedSounds = 32
const vectorsPerSound = 128

/** Latents of sounds as the encoder gives them, `[vector, dimension]`, evenly over all. @throws the engine's errors */
export async function latentVectors({ card: { config, scale }, parameters }: LoadedRvqVae, { clips }: HeldSounds, engine: Engine): Promise<Float32Array> {
  const polar = polarOf(config)
  const stft = await createStft(polar)
  const chosen = evenly(clips, comparedSounds)
  const coder = await createSoundCoder(config, parameters, engine, Math.min(atOnce, chosen.length))
  try {
    const coded = await coder.code(chosen.map(({ samples }) => polarPicture(samples, scale.deviation, stft, polar)))
    const { dimensions } = config.quantiser
    const vectors = coded.flatMap(({ latent }) => {
      const positions = Array.from({ length: latent.length / dimensions }, (_, i) => i)
      return evenly(positions, vectorsPerSound).map((at) => latent.subarray(at * dimensions, (at + 1) * dimensions))
    })
    const all = new Float32Array(vectors.length * dimensions)
    vectors.forEach((vector, i) => all.set(vector, i * dimensions))
    return all
  } finally {
    coder.dispose()
    stft.dispose()
  }
}
