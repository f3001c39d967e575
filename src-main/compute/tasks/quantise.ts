import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { drawnInRounds } from '#main/datasets/clips/clipOrder'
import { magnitudesOf, polarOf, polarPicture } from '#main/datasets/clips/polarPicture'
import type { Engine } from '#main/engine/engine'
import { openEngine } from '#main/engine/select'
import type { RvqVaeConfig } from '#main/models/quantise/rvqVae'
import { loadOther, type LoadedRvqPrior } from '#main/node/modelFiles'
import { readHeldSounds } from '#main/node/heldSounds'
import { drawFromPrior, type PriorDraws } from '#main/quantising/priorSampler'
import { bytesOf, shownRange, viewOf, type PolarSoundView } from '#main/quantising/shownPictures'
import { createSoundCoder } from '#main/quantising/soundCoder'
import { encodePcm } from '#shared/audio/pcm'
import { quantize } from '#shared/audio/quantize'
import type { ShownSound } from '#shared/contract/generating'
import type { CodedSound } from '#shared/contract/quantising'
import { createStft } from '#shared/dsp/stft'
import type { WorkContext } from '#shared/jobs/work'
import { logSpectralDistance } from '#shared/metrics/logSpectralDistance'
import { randomStream } from '#shared/random'

/** Gives held-out sounds as models give them back. @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE, DATASET_EMPTY */
export async function codeSounds({ models, folder, clips, seed, count }: ComputeInput<'codeSounds'>, context: WorkContext): Promise<ComputeResult<'codeSounds'>> {
  const loaded = await Promise.all(models.map(async (model) => ({ ...model, ...(await loadOther(model.directory, 'rvqvae')) })))
  const { config } = loaded[0]!.card
  const held = await readHeldSounds(config, folder, { entries: [], songs: [], clips }, context)
  const chosen = drawnInRounds(held.clips, Math.min(count, held.clips.length), seed, 0)
  const polar = polarOf(config)
  const stft = await createStft(polar)
  const engine = await openEngine()
  try {
    const sounds = chosen.map(({ path, label, samples }): CodedSound & { gain: number; peak: number; truth: Float32Array; samples: Float32Array } => {
      const { deviation } = loaded[0]!.card.scale
      const picture = polarPicture(samples, deviation, stft, polar)
      const view = viewOf(picture, deviation, stft, polar)
      return { name: path.split('/').at(-1)!, label, original: shownOf(view, config, view.peak), decoded: [], gain: view.gain, peak: view.peak, truth: magnitudesOf(picture, polar), samples }
    })
    for (const { id, name, card, parameters } of loaded) {
      const { deviation } = card.scale
      const coder = await createSoundCoder(card.config, parameters, engine, 1)
      for (const sound of sounds) {
        const { picture } = (await coder.code([polarPicture(sound.samples, deviation, stft, polar)]))[0]!
        const view = viewOf(picture, deviation, stft, polar, sound.gain)
        const distance = logSpectralDistance(sound.truth, magnitudesOf(picture, polar), card.config.bins)
        sound.decoded.push({ id, name, sound: shownOf(view, card.config, sound.peak), distance })
      }
      coder.dispose()
      context.signal.throwIfAborted()
    }
    return sounds.map(({ name, label, original, decoded }) => ({ name, label, original, decoded }))
  } finally {
    stft.dispose()
    await engine.dispose()
  }
}

/** Draws sounds from a prior. @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE */
export async function drawSounds({ directory, seed, count, temperature }: ComputeInput<'drawSounds'>, context: WorkContext): Promise<ComputeResult<'drawSounds'>> {
  const model = await loadOther(directory, 'rvqprior')
  const engine = await openEngine()
  try {
    const draws = await drawnSounds(model, { seed, count, temperature }, engine, context)
    return await shownPictures(draws.pictures, model.card.config.coder, model.card.scale.deviation)
  } finally {
    await engine.dispose()
  }
}

/** What a prior draws by a seed. */
export function drawnSounds({ card, parameters }: LoadedRvqPrior, { seed, count, temperature }: { seed: number; count: number; temperature: number }, engine: Engine, context: WorkContext): Promise<PriorDraws> {
  const { low, high, deviation } = card.statistics
  return drawFromPrior(card.config, parameters, { range: [low, high], deviation }, { count, temperature, random: randomStream(seed).fork('draws') }, engine, context)
}

/** Pictures as the page gets them. */
export async function shownPictures(pictures: readonly Float32Array[], config: RvqVaeConfig, deviation: number): Promise<ShownSound[]> {
  const polar = polarOf(config)
  const stft = await createStft(polar)
  try {
    return pictures.map((picture) => {
      const view = viewOf(picture, deviation, stft, polar)
      return shownOf(view, config, view.peak)
    })
  } finally {
    stft.dispose()
  }
}

function shownOf({ samples, decibels }: PolarSoundView, { sound, frames, bins }: RvqVaeConfig, peak: number): ShownSound {
  return {
    sampleRate: sound.sampleRate,
    pcm: Buffer.from(encodePcm([quantize(samples, 16)], 'int16')).toString('base64'),
    picture: { frames, bins, binHertz: sound.sampleRate / sound.fftSize, values: Buffer.from(bytesOf(decibels, peak)).toString('base64'), floor: peak - shownRange, peak },
  }
}
