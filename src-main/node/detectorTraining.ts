import { drawnInRounds } from '#main/datasets/clips/clipOrder'
import { splitClips, type ClipRecording } from '#main/datasets/clips/clipSet'
import { hearClip } from '#main/datasets/clips/heardClip'
import { melBatches } from '#main/datasets/clips/melBatches'
import { createMelAnalysis } from '#main/datasets/clips/melClip'
import type { Engine } from '#main/engine/engine'
import { detectorLoss } from '#main/models/detect/detectorLoss'
import { detectorSelfTestValues } from '#main/models/detect/detectorSelfTest'
import { detectorVae, type DetectorVaeConfig } from '#main/models/detect/detectorVae'
import { readClips } from '#main/node/clipRecordings'
import { saveModel } from '#main/node/modelFiles'
import { describeClips, type TrainingFamily } from '#main/node/trainingFamily'
import type { BaseModel, TrainingRun } from '#main/node/trainingRun'
import { unwatchedContext } from '#main/node/workContext'
import { heldLoss } from '#main/training/heldLoss'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'
import type { TrainingConfig } from '#shared/training/config'

/** Seconds of each file in which its sound is looked for. */
const longestSeconds = 10
const selfTestSeed = 11

interface LearnedClip {
  readonly clip: ClipRecording
  readonly picture: Float32Array
}

/** Trains the VAE of source 003 on clips of one sound. The score is its loss on clips that it does not learn from, negated. */
export function detectorFamily(run: TrainingRun, model: DetectorVaeConfig, config: TrainingConfig, engine: Engine, base: BaseModel | undefined): TrainingFamily {
  const { parameters: specs } = detectorVae(model)
  const program = detectorLoss(model, config.batchSize)
  const weight = config.loss.reconstructionWeight
  let opened: Promise<{ train: LearnedClip[]; held: LearnedClip[] }> | undefined
  const clips = (context: WorkContext = unwatchedContext()) => (opened ??= readPictures(run, model, context))
  const batches = (list: readonly LearnedClip[]) => melBatches(list.map(({ picture }) => picture), list.map((_, i) => i), config.batchSize, weight)
  return {
    specs,
    program,
    async openBatches(context) {
      const { train } = await clips(context)
      const count = Math.min(config.batchSize, train.length)
      const batch = (step: number) => Promise.resolve(batches(drawnInRounds(train, count, config.seed, step))[0]!)
      return { batch, close: () => Promise.resolve() }
    },
    async openValidation(differentiable) {
      const { held } = await clips()
      const measure = heldLoss(batches(held), program, differentiable, config)
      return async (parameters, context) => {
        const { loss, reconstruction, kl } = (await measure(parameters, context)) as Record<'loss' | 'reconstruction' | 'kl', number>
        return { score: -loss, terms: { loss, reconstruction, kl } }
      }
    },
    async save(directory, parameters, line) {
      const { train } = await clips()
      await saveModel(
        directory,
        {
          ...(await describeClips(run, train.map(({ clip }) => clip), base)),
          config: model,
          scores: [],
          training: { steps: line.step, seconds: line.seconds, seed: config.seed, engine: engine.label, config },
          selfTest: { seed: selfTestSeed, values: await detectorSelfTestValues(model, parameters, engine, selfTestSeed) },
        },
        parameters,
      )
    },
  }
}

/** @throws AppError DATASET_EMPTY where nothing can be learned from */
async function readPictures(run: TrainingRun, { clip: config }: DetectorVaeConfig, context: WorkContext): Promise<{ train: LearnedClip[]; held: LearnedClip[] }> {
  const { clips, notes } = await readClips(run.data.folder, run.manifest.clips ?? [], { sampleRate: config.sampleRate, longestSeconds }, context)
  notes.forEach((note) => run.onNote?.(note))
  const labels = new Set(clips.map(({ label }) => label))
  if (labels.size > 1) run.onNote?.(`These are clips of ${labels.size} kinds, and it learns them as if they were one sound. Give it a folder of one kind to find that.`)
  const split = splitClips(clips)
  if (split.note) run.onNote?.(split.note)
  const mel = await createMelAnalysis(config)
  try {
    const heard = (list: readonly ClipRecording[]) =>
      list.flatMap((clip): LearnedClip[] => {
        try {
          return [{ clip, picture: hearClip(clip.samples, mel, config).picture.values }]
        } catch (error) {
          if (error instanceof AppError && error.code === 'AUDIO_SILENT') return []
          throw error
        }
      })
    const [train, held] = [heard(split.train), heard(split.held)]
    if (train.length > 0 && held.length > 0) return { train, held }
    throw new AppError('DATASET_EMPTY', 'Nothing is heard in the clips that are to be learned from, or in those that it is measured on. Nothing was started; add clips in which the sound is heard.')
  } finally {
    mel.dispose()
  }
}
