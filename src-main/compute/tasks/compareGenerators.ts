import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { ready } from '#main/compute/tasks/generate'
import { measureReconstruction, recogniseGenerated, recogniseReal } from '#main/generating/generatorScores'
import { trainClassifier } from '#main/generating/soundClassifier'
import { readGeneratorSounds } from '#main/node/generatorSounds'
import type { GeneratorComparison } from '#shared/contract/generating'
import type { WorkContext } from '#shared/jobs/work'

/** Sounds that are made of each class. */
const ofEachClass = 10

/** @throws AppError DATASET_EMPTY, MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE; the signal's reason */
export async function compareGenerators({ folder, clips, seed, models }: ComputeInput<'compareGenerators'>, context: WorkContext): Promise<ComputeResult<'compareGenerators'>> {
  const rows: GeneratorComparison['rows'] = []
  let measuredOn = ''
  for (const { modelId, ...wanted } of models) {
    rows.push(await ready.use(wanted, ofEachClass, async ({ card, parameters, stft, engine }) => {
      const { features, prior, latents } = card.config
      const { train, held, measuredOn: on } = await readGeneratorSounds({ card, stft }, folder, clips, context)
      measuredOn = on
      const row = {
        modelId,
        name: card.name,
        prior: prior.kind,
        parameters: card.parameters,
        latents,
        steps: card.training.steps,
        ...(await measureReconstruction(card, parameters, held, engine, seed, context)),
      }
      const labels = new Set(train.map(({ label }) => label))
      // A judge can only judge what it has learned, and one class alone says nothing.
      if (labels.size < 2 || card.latent.classes.length < 2 || !card.latent.classes.every(({ label }) => labels.has(label))) return row
      const judge = await trainClassifier(train, features, engine, seed, context)
      try {
        const recognised = await recogniseGenerated(card, parameters, judge, stft, engine, { each: ofEachClass, seed }, context)
        const real = await recogniseReal(judge, held.filter(({ label }) => labels.has(label)), context)
        return { ...row, recognised: recognised.share, recognisedReal: real.share }
      } finally {
        judge.dispose()
      }
    }))
  }
  return { measuredOn, rows }
}
