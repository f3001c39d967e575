import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { ready, shown, shownSound } from '#main/compute/tasks/generate'
import type { ReadyGenerator } from '#main/compute/tasks/readyGenerators'
import { isSound } from '#main/datasets/layouts/paths'
import { layOut } from '#main/generating/latentMaps'
import { pictureErrors } from '#main/generating/soundGenerator'
import { busiestWindow } from '#main/generating/soundWindow'
import { decodeClip, readClips } from '#main/node/clipRecordings'
import { listFiles } from '#main/node/datasetFolder'
import { concatenate } from '#shared/audio/concatenate'
import { decodePcm } from '#shared/audio/pcm'
import type { Reconstruction } from '#shared/contract/generating'
import { decibelPicture, type DecibelPictureConfig } from '#shared/dsp/decibelPicture'
import { createResampler } from '#shared/dsp/resample'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'

/** Of the user's own recordings, what is looked at for the part that counts. */
const longestSeconds = 30
/** Sounds of a folder that are taken. */
const mostOfFolder = 16
/** Sounds of a map that are encoded at once. */
const atOnce = 64

interface NamedSound extends Pick<Reconstruction, 'name' | 'label' | 'split'> {
  readonly samples: Float32Array
}

/** What a model makes of sounds; what can't be read is left out and named. @throws AppError DATASET_EMPTY where nothing is left */
export function reconstructSounds({ files, recorded, phases, seed, ...wanted }: ComputeInput<'reconstructSounds'>, context: WorkContext): Promise<ComputeResult<'reconstructSounds'>> {
  return ready.use(wanted, files.length + recorded.length, async (model) => {
    const { features } = model.card.config
    const warnings: string[] = []
    const sounds: NamedSound[] = []
    for (const read of [...(await expanded(files)).map((file) => () => readFileOf(file, features, context)), ...recorded.map((sound) => () => readRecorded(sound, features))]) {
      try {
        sounds.push(await read())
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        warnings.push(error.message)
      }
    }
    if (sounds.length === 0) throw new AppError('DATASET_EMPTY', `None of these sounds can be used. ${warnings.slice(0, 3).join(' ') || 'There is none.'}`)
    return { sounds: await reconstructed(model, sounds, phases, seed, context), warnings }
  })
}

async function reconstructed(model: ReadyGenerator, sounds: readonly NamedSound[], phases: ComputeInput<'reconstructSounds'>['phases'], seed: number, context: WorkContext): Promise<Reconstruction[]> {
  const { generator, stft, card } = model
  const { features } = card.config
  const pictures = sounds.map(({ samples }) => decibelPicture(samples, stft, features))
  const latents = await generator.encode(pictures.map(({ values }) => values), context)
  const decoded = await generator.decode(latents, context)
  const results: Reconstruction[] = []
  for (const [i, { samples, ...facts }] of sounds.entries()) {
    const picture = pictures[i]!
    const sound = await shown(model, { ...picture, values: decoded[i]! }, phases, seed + i, context)
    results.push({
      ...facts,
      original: shownSound(model, picture, levelled(samples, features.samples), features.sampleRate),
      decoded: { ...sound, latent: Array.from(latents[i]!), seed: seed + i, name: facts.name },
      ...pictureErrors(picture, decoded[i]!),
    })
  }
  return results
}

/**
 * Puts the sounds of a dataset on a map. Only while it encodes do others wait for the model.
 * @throws AppError DATASET_EMPTY; the signal's reason
 */
export async function mapLatents({ folder, clips, method, perplexity, seed, ...wanted }: ComputeInput<'mapLatents'>, context: WorkContext): Promise<ComputeResult<'mapLatents'>> {
  const { features } = await ready.use(wanted, 1, ({ card }) => Promise.resolve(card.config))
  const limits = { sampleRate: features.sampleRate, longestSeconds: features.samples / features.sampleRate }
  const { clips: sounds, notes } = await readClips(folder, clips, limits, context)
  const latents: Float32Array[] = []
  // A few at a time: all pictures at once would take a gigabyte.
  for (let at = 0; at < sounds.length; at += atOnce) {
    const some = sounds.slice(at, at + atOnce)
    const encoded = ready.use(wanted, atOnce, ({ generator, stft }) => generator.encode(some.map(({ samples }) => decibelPicture(samples, stft, features).values), context))
    latents.push(...(await encoded))
    context.onProgress({ stage: 'encoding', completed: latents.length, total: sounds.length, unit: 'files' })
  }
  const { places, explained } = await layOut(latents, method, { perplexity, seed }, context)
  const points = sounds.map(({ path, label, split }, i) => ({ ...places[i]!, label, split, name: basename(path), path }))
  return { points, latents: concatenate(latents), ...(explained !== undefined && { explained }), warnings: [...notes] }
}

async function expanded(files: ComputeInput<'reconstructSounds'>['files']): Promise<ComputeInput<'reconstructSounds'>['files']> {
  const all = await Promise.all(files.map(async (file) => {
    const isFolder = (await stat(file.path).catch(() => undefined))?.isDirectory() ?? false
    if (!isFolder) return [file]
    const inside = (await listFiles(file.path)).filter(isSound).slice(0, mostOfFolder)
    return inside.map((path) => ({ ...file, path: join(file.path, path), name: basename(path) }))
  }))
  return all.flat()
}

async function readFileOf({ path, isOwn, ...facts }: ComputeInput<'reconstructSounds'>['files'][number], { sampleRate, samples: length }: DecibelPictureConfig, context: WorkContext): Promise<NamedSound> {
  const { samples } = await decodeClip(path, { sampleRate, longestSeconds: isOwn ? longestSeconds : length / sampleRate }, context)
  return { ...facts, samples: isOwn ? busiestWindow(samples, length, sampleRate) : samples }
}

async function readRecorded({ name, sampleRate: from, pcm }: ComputeInput<'reconstructSounds'>['recorded'][number], { sampleRate, samples: length }: DecibelPictureConfig): Promise<NamedSound> {
  const [samples] = decodePcm(new Uint8Array(Buffer.from(pcm, 'base64')), 'int16', 1)
  if (!samples?.some((value) => value !== 0)) throw new AppError('AUDIO_SILENT', `"${name}" is silent. Check the microphone, and record it again.`)
  const resampler = await createResampler(from, sampleRate)
  try {
    const pieces = [resampler.process(samples), resampler.flush()]
    const resampled = concatenate(pieces)
    return { name, samples: busiestWindow(resampled, length, sampleRate) }
  } finally {
    resampler.dispose()
  }
}

/** As loud as what is generated, so that both can be compared, and as long as a picture. */
function levelled(samples: Float32Array, length: number): Float32Array {
  const loudest = samples.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  return samples.slice(0, length).map((value) => (loudest > 0 ? (0.9 * value) / loudest : 0))
}
