import { evenly } from '#main/datasets/clips/clipOrder'
import type { ManifestClip } from '#main/datasets/manifest'
import type { LabelledPicture } from '#main/generating/latentReport'
import { readClips } from '#main/node/clipRecordings'
import type { LoadedGenerator } from '#main/node/modelFiles'
import { decibelPicture } from '#shared/dsp/decibelPicture'
import { createStft, type Stft } from '#shared/dsp/stft'
import type { WorkContext } from '#shared/jobs/work'

/** Sounds that a generator is measured on, and that its judge learns from, evenly over all: reading thousands takes minutes. */
const mostHeld = 300
const mostLearned = 1200

export interface GeneratorSounds {
  /** What is learned from. */
  readonly train: readonly LabelledPicture[]
  /** For the test, or where there are none for validation, or where there are none either what is learned from. */
  readonly held: readonly LabelledPicture[]
  /** In words, what `held` is. */
  readonly measuredOn: string
}

/** The sounds of a dataset as a generator sees them. @throws AppError DATASET_EMPTY; the signal's reason */
export async function readGeneratorSounds({ card, stft }: Pick<LoadedGenerator, 'card'> & { stft?: Stft }, folder: string, clips: readonly ManifestClip[], context: WorkContext): Promise<GeneratorSounds> {
  const { features } = card.config
  const transform = stft ?? (await createStft(features))
  const from = (['test', 'validation'] as const).find((wanted) => clips.some(({ split }) => split === wanted)) ?? 'train'
  const chosen = (wanted: string, most: number) => evenly(clips.filter(({ split }) => split === wanted), most)
  const wanted = new Set([...chosen('train', mostLearned), ...chosen(from, mostHeld)])
  const limits = { sampleRate: features.sampleRate, longestSeconds: features.samples / features.sampleRate }
  const { clips: sounds } = await readClips(folder, clips.filter((clip) => wanted.has(clip)), limits, context)
  const of = (split: string) => sounds.filter((clip) => clip.split === split).map(({ samples, label }) => ({ label, picture: decibelPicture(samples, transform, features) }))
  const train = of('train')
  const held = from === 'train' ? evenly(train, mostHeld) : of(from)
  return { train, held, measuredOn: `${held.length} sounds ${from === 'train' ? 'of the training: none is held out' : `for ${from}`}` }
}
