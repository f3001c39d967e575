import { requireTrainable, type Split } from '#main/datasets/manifest'
import type { Engine, NamedArrays } from '#main/engine/engine'
import { blindVae, type BlindVaeConfig } from '#main/models/blindVae'
import { componentProgram } from '#main/models/componentProgram'
import { blindVaeLoss } from '#main/models/blindVaeLoss'
import { shapesOf } from '#main/models/layers'
import { saveWeights } from '#main/node/modelFiles'
import { firstBatches, heldLoss } from '#main/node/heldLoss'
import { openPatchLoader, type PatchLoader } from '#main/node/patchLoader'
import { pinSongClips } from '#main/node/pinnedSongs'
import { describeRun, runRecordings, type TrainingFamily } from '#main/node/trainingFamily'
import type { BaseModel, TrainingRun } from '#main/node/trainingRun'
import { unwatchedContext } from '#main/node/workContext'
import { hearBlind } from '#main/training/hearBlind'
import type { HeardClip, PinnedClip } from '#main/training/resultSource'
import type { TrainingConfig } from '#shared/training/config'
import type { WorkContext } from '#shared/jobs/work'

/** Batches of validation excerpts. */
const validationBatches = 4

/** Trains a VAE blind, on mixtures alone, and validates it by its loss. */
export function blindFamily(
  run: TrainingRun,
  model: BlindVaeConfig,
  config: TrainingConfig,
  engine: Engine,
  base: BaseModel | undefined,
): TrainingFamily {
  const { parameters: specs } = blindVae(model)
  const program = blindVaeLoss(model, config.batchSize, config.loss.reconstruction)
  const open = (split: Split, seed: number, context: WorkContext) => openExcerpts(run, model, config, split, seed, context)
  return {
    specs,
    program,
    async openBatches(context) {
      requireTrainable(run.manifest, true)
      return open('train', config.seed, context)
    },
    async openValidation(differentiable) {
      const held = run.manifest.entries.some(({ split }) => split === 'validation') ? 'validation' : 'train'
      const batches = await firstBatches(await open(held, config.seed + 1, unwatchedContext()), validationBatches)
      const measure = heldLoss(batches, program, differentiable, config)
      return async (parameters, context) => {
        const { loss, reconstruction, kl, decibels } = (await measure(parameters, context)) as Record<'loss' | 'reconstruction' | 'kl' | 'decibels', number>
        return { score: -loss, terms: { loss, reconstruction, kl, decibels } }
      }
    },
    save: async (directory, parameters, line) =>
      saveWeights(directory, parameters, shapesOf(specs), {
        ...(await describeRun(run, base)),
        config: model,
        validation: line.validation,
        training: { steps: line.step, seconds: line.seconds, seed: config.seed, engine: engine.label, config },
      }),
    results: {
      kind: 'clips',
      pin: (context) => pinSongClips(run, { sampleRate: model.stft.sampleRate, margin: 0, seed: config.seed, blind: true }, context),
      hear: (parameters, clips, context) => hearClips(clips, model, parameters, engine, context),
    },
  }
}

async function hearClips(
  clips: readonly PinnedClip[],
  model: BlindVaeConfig,
  parameters: NamedArrays,
  engine: Engine,
  context: WorkContext,
): Promise<HeardClip[]> {
  const network = await engine.compile(componentProgram(model.family, blindVae(model), model, 1), parameters)
  const heard: HeardClip[] = []
  try {
    for (const clip of clips) heard.push(await hearBlind(clip, model, network, context))
    return heard
  } finally {
    network.dispose()
  }
}

async function openExcerpts(
  run: TrainingRun,
  model: BlindVaeConfig,
  { batchSize }: TrainingConfig,
  wanted: Split,
  seed: number,
  context: WorkContext,
): Promise<PatchLoader> {
  const isMixture = (kind: string) => kind !== 'voice' && kind !== 'music'
  const { sampleRate } = model.stft
  const recordings = await runRecordings(run, ({ split, kind }) => split === wanted && isMixture(kind), sampleRate, context)
  return openPatchLoader({ recordings, model, seed, batchSize })
}
