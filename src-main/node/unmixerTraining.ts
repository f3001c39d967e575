import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { attributionLines, readAttributions, weightsLicence } from '#main/datasets/attribution'
import { groupsOfSplit, hasSplit, type PictureGroup } from '#main/datasets/pictures/groups'
import { drawPairs, pairsOfStep, somePairs, type PicturePairs } from '#main/datasets/pictures/pairs'
import type { Split } from '#main/datasets/manifest'
import type { Engine, NamedArrays } from '#main/engine/engine'
import { unmixer } from '#main/models/unmixer'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { unmixerLoss } from '#main/models/unmixerLoss'
import { unmixerSelfTestValues } from '#main/models/unmixerSelfTest'
import { heldLoss } from '#main/node/heldLoss'
import { saveModel } from '#main/node/modelFiles'
import { readSources } from '#main/node/pictureFiles'
import type { TrainingFamily } from '#main/node/trainingFamily'
import type { BaseModel, TrainingRun } from '#main/node/trainingRun'
import { seeUnmixed } from '#main/training/seeUnmixed'
import { createPictureUnmixer } from '#main/unmixing/pictureUnmixer'
import { errorsByPart } from '#main/unmixing/unmixingScores'
import type { TrainingConfig } from '#shared/training/config'
import { randomStream } from '#shared/random'

/** Pairs that an epoch is scored on, and of these the ones whose loss is measured in batches as in training. */
const validationPairs = 512
const validationBatches = 2
/** Mixtures that are computed at once where nothing is learned. */
const atOnce = 64
/** Mixtures that every checkpoint is seen on. */
const seenPairs = 6
const selfTestSeed = 7

/**
 * Trains a network on random mixtures of pictures of two kinds, and validates it on mixtures of pictures that it does not learn
 * from: the score is the PSNR of their mean squared error, so that the best epoch is the one of the least.
 */
export function unmixerFamily(
  run: TrainingRun,
  model: UnmixerConfig,
  config: TrainingConfig,
  engine: Engine,
  base: BaseModel | undefined,
): TrainingFamily {
  const { parameters: specs } = unmixer(model)
  const program = unmixerLoss(model, config.batchSize, config.loss)
  const { mixing } = model
  const sourcesOf = (split: Split) => readSources(run.data.folder, imagesOf(run), split)
  const heldPairs = async (count: number) => {
    const held = hasSplit(imagesOf(run), 'validation') ? 'validation' : 'train'
    return drawPairs(await sourcesOf(held), count, mixing, randomStream(config.seed).fork('held pairs'))
  }
  let seen: Promise<PicturePairs> | undefined
  return {
    specs,
    program,
    async openBatches() {
      const sources = await sourcesOf('train')
      const batch = (step: number) => Promise.resolve(batchOf(pairsOfStep(sources, config.batchSize, mixing, config.seed, step), model))
      return { batch, close: () => Promise.resolve() }
    },
    async openValidation(differentiable) {
      const pairs = await heldPairs(Math.max(validationPairs, validationBatches * config.batchSize))
      const { first, second } = groupsOfSplit(imagesOf(run), 'train')
      const batches = Array.from({ length: validationBatches }, (_, i) => batchOf(somePairs(pairs, i * config.batchSize, (i + 1) * config.batchSize), model))
      const measure = heldLoss(batches, program, differentiable, config)
      return async (parameters, context) => {
        const losses = await measure(parameters, context)
        const network = await createPictureUnmixer(model, parameters, engine, atOnce)
        try {
          const byPart = errorsByPart(pairs, await network.unmix(pairs.mixture))
          const terms = { ...losses, [first.name]: decibels(byPart.first), [second.name]: decibels(byPart.second) }
          return { score: decibels((byPart.first + byPart.second) / 2), terms }
        } finally {
          network.dispose()
        }
      }
    },
    async save(directory, parameters, line) {
      const held = hasSplit(imagesOf(run), 'validation')
      const measuredOn = `${validationPairs} mixtures of pictures for validation`
      await saveModel(
        directory,
        {
          ...(await describePictures(run, model, base)),
          config: model,
          scores: held ? [{ name: 'PSNR', value: line.score, unit: 'dB', measuredOn }] : [],
          training: { steps: line.step, seconds: line.seconds, seed: config.seed, engine: engine.label, config },
          selfTest: { seed: selfTestSeed, values: await unmixerSelfTestValues(model, parameters, engine, selfTestSeed) },
        },
        parameters,
      )
    },
    results: {
      kind: 'gallery',
      see: async (parameters) => {
        const pairs = await (seen ??= heldPairs(seenPairs))
        const network = await createPictureUnmixer(model, parameters, engine, seenPairs)
        try {
          return seeUnmixed(pairs, await network.unmix(pairs.mixture))
        } finally {
          network.dispose()
        }
      },
    },
  }
}

function imagesOf({ manifest }: TrainingRun) {
  return manifest.images ?? []
}

function batchOf({ mixture, first, second }: PicturePairs, { mixing }: UnmixerConfig): NamedArrays {
  return { mixture, first, second, level: Float32Array.of(mixing.level) }
}

/** PSNR of a mean squared error; of none, what is far beyond any network. */
function decibels(error: number): number {
  return -10 * Math.log10(Math.max(error, 1e-12))
}

/** What a card says of a run's pictures and of whom they are owed to. */
async function describePictures({ runFolder, manifest, data }: TrainingRun, { mixing }: UnmixerConfig, base: BaseModel | undefined) {
  const { first, second } = groupsOfSplit(manifest.images ?? [], 'train')
  const table = await readFile(join(data.folder, 'ATTRIBUTION.tsv'), 'utf8').catch(() => '')
  const own = attributionLines(readAttributions(table), [...first.images, ...second.images].map(({ images }) => images))
  const attributions = [...new Set([...(base?.attributions ?? []), ...own])]
  const rule = mixing.rule === 'alpha' ? `alpha ${mixing.level}` : mixing.rule
  return {
    name: runFolder.split(/[\\/]/).at(-1)!,
    summary: 'Trained on this machine.',
    licence: weightsLicence(attributions, 'pictures'),
    data: `${described(first)} and ${described(second)}, mixed at random (${rule})${base ? `; trained on from "${base.name}"` : ''}`,
    attributions,
  }
}

function described({ name, images }: PictureGroup): string {
  const count = images.reduce((sum, { from, to }) => sum + to - from, 0)
  return `${count.toLocaleString('en')} pictures of ${name}`
}
