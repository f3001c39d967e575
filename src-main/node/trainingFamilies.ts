import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { attributionLines, readAttributions, weightsLicence } from '#main/datasets/attribution'
import type { ManifestEntry } from '#main/datasets/manifest'
import { requireTrainable } from '#main/datasets/manifest'
import { sizeOf, type Differentiable, type Engine, type LossProgram, type NamedArrays } from '#main/engine/engine'
import { convVae, convVaeLoss, type ConvVaeConfig } from '#main/models/convVae'
import { duoVae, type DuoVaeConfig } from '#main/models/duoVae'
import { duoVaeLoss, duoVaeTrainingParameters } from '#main/models/duoVaeLoss'
import type { ParameterSpecs } from '#main/models/layers'
import { selfTestMask } from '#main/models/selfTest'
import { saveModel, saveWeights } from '#main/node/modelFiles'
import { openPatchLoader, type PatchLoader } from '#main/node/patchLoader'
import { cacheRecordings } from '#main/node/recordingCache'
import { loadPiece } from '#main/node/referenceSongs'
import type { TrainingRun } from '#main/node/trainingRun'
import { unwatchedContext } from '#main/node/workContext'
import { createSeparator } from '#main/separation/separator'
import { busiestStretch, scorePiece, type ReferencePiece } from '#main/separation/validation'
import type { TrainingConfig } from '#main/training/config'
import type { HistoryLine } from '#main/training/trainer'
import type { WorkContext } from '#shared/jobs/work'

/** What differs from one model family to another when it is trained. */
export interface TrainingFamily {
  /** Everything that is learned, also what only training needs. */
  readonly specs: ParameterSpecs
  readonly program: LossProgram
  openBatches(context: WorkContext): Promise<PatchLoader>
  /** Prepares what `validate` uses. */
  openValidation(differentiable: Differentiable): Promise<(parameters: NamedArrays, context: WorkContext) => Promise<{ score: number; terms: Record<string, number> }>>
  /** Writes a model that can be used. */
  save(directory: string, parameters: NamedArrays, line: HistoryLine): Promise<void>
}

/** Seconds of each validation song that are listened to, where most is sung. */
const validatedSeconds = 60
const selfTestSeed = 7

export function trainingFamily(run: TrainingRun, model: DuoVaeConfig | ConvVaeConfig, config: TrainingConfig, engine: Engine): TrainingFamily {
  return model.family === 'duovae' ? duoVaeFamily(run, model, config, engine) : convVaeFamily(run, model, config, engine)
}

function duoVaeFamily(run: TrainingRun, model: DuoVaeConfig, config: TrainingConfig, engine: Engine): TrainingFamily {
  const specs = duoVaeTrainingParameters(model)
  const names = Object.keys(duoVae(model).parameters)
  const networkOf = (parameters: NamedArrays) => Object.fromEntries(names.map((name) => [name, parameters[name]!]))
  const { sampleRate } = model.stft
  return {
    specs,
    program: duoVaeLoss(model, config.batchSize, config.loss),
    async openBatches(context) {
      requireTrainable(run.manifest, false)
      const recordings = await cached(run, ({ split }) => split === 'train', sampleRate, context)
      const { vocalSeconds, musicSeconds, ...drawing } = config.takes
      const takes = { ...drawing, sampleRate, vocalLength: Math.round(vocalSeconds * sampleRate), musicLength: Math.round(musicSeconds * sampleRate) }
      const patches = { ...config.patches, seed: config.seed, vocalsPerScene: Math.ceil(musicSeconds / vocalSeconds) }
      return openPatchLoader({ recordings, model, takes, patches, batchSize: config.batchSize })
    },
    async openValidation() {
      const pieces = [...(await validationPieces(run, sampleRate)), ...run.validationPieces]
      return (parameters, context) => scoreSongs(pieces, model, networkOf(parameters), engine, context)
    },
    save: async (directory, parameters, line) =>
      saveModel(
        directory,
        {
          ...(await descriptionOf(run)),
          config: model,
          scores: [{ name: 'Vocals uSDR', value: line.score, unit: 'dB', measuredOn: Object.keys(line.validation).join(', ') }],
          training: { steps: line.step, seconds: line.seconds, seed: config.seed, engine: engine.label, config },
          selfTest: { seed: selfTestSeed, mask: await selfTestMask(model, networkOf(parameters), engine, selfTestSeed) },
        },
        networkOf(parameters),
      ),
  }
}

async function scoreSongs(pieces: readonly ReferencePiece[], model: DuoVaeConfig, parameters: NamedArrays, engine: Engine, context: WorkContext) {
  const separator = await createSeparator(model, parameters, engine)
  try {
    const terms: Record<string, number> = {}
    for (const piece of pieces) terms[piece.name] = (await scorePiece(piece, separator, 'fast', { ...context, onProgress: () => {} })).usdr
    const scores = Object.values(terms)
    return { score: scores.reduce((sum, value) => sum + value, 0) / Math.max(1, scores.length), terms }
  } finally {
    separator.dispose()
  }
}

/** Batches of validation excerpts for blind training. */
const blindValidationBatches = 4

function convVaeFamily(run: TrainingRun, model: ConvVaeConfig, config: TrainingConfig, engine: Engine): TrainingFamily {
  const { parameters: specs } = convVae(model)
  const program = convVaeLoss(model, config.batchSize)
  const open = async (split: 'train' | 'validation', seed: number, context: WorkContext) => {
    const recordings = await cached(run, (entry) => entry.split === split && entry.kind !== 'voice' && entry.kind !== 'music', model.stft.sampleRate, context)
    return openPatchLoader({ recordings, model, seed, batchSize: config.batchSize })
  }
  return {
    specs,
    program,
    async openBatches(context) {
      requireTrainable(run.manifest, true)
      return open('train', config.seed, context)
    },
    async openValidation(differentiable) {
      const held = run.manifest.entries.some(({ split }) => split === 'validation') ? 'validation' : 'train'
      const loader = await open(held, config.seed + 1, unwatchedContext())
      const batches = await Promise.all(Array.from({ length: blindValidationBatches }, (_, step) => loader.batch(step)))
      await loader.close()
      const still = Object.fromEntries(
        Object.entries(program.inputs)
          .filter(([name]) => name.startsWith('noise'))
          .map(([name, shape]) => [name, new Float32Array(sizeOf(shape))]),
      )
      return async (parameters) => {
        const terms: Record<string, number> = { loss: 0, reconstruction: 0, kl: 0 }
        for (const batch of batches) {
          const { outputs } = await differentiable.gradients(parameters, { ...batch, ...still, beta: Float32Array.of(config.beta) })
          for (const name of Object.keys(terms)) terms[name]! += outputs[name]![0]! / batches.length
        }
        return { score: -terms.loss!, terms }
      }
    },
    save: async (directory, parameters, line) =>
      saveWeights(directory, parameters, Object.fromEntries(Object.entries(specs).map(([name, { shape }]) => [name, shape])), {
        ...(await descriptionOf(run)),
        config: model,
        validation: line.validation,
        training: { steps: line.step, seconds: line.seconds, seed: config.seed, engine: engine.label, config },
      }),
  }
}

function cached({ data, manifest, cacheFolder }: TrainingRun, wanted: (entry: ManifestEntry) => boolean, sampleRate: number, context: WorkContext) {
  return cacheRecordings(data.folder, manifest.entries.filter(wanted), cacheFolder, sampleRate, context)
}

/** What a card says of a run's data; attributions come from an ATTRIBUTION.tsv in the dataset's folder, if there is one. */
async function descriptionOf({ runFolder, manifest, data }: TrainingRun) {
  const used = manifest.entries.filter(({ split }) => split === 'train')
  const songs = manifest.songs.filter(({ split }) => split === 'train').map(({ name }) => name)
  const count = (kind: ManifestEntry['kind']) => used.filter((entry) => entry.kind === kind).length
  const table = await readFile(join(data.folder, 'ATTRIBUTION.tsv'), 'utf8').catch(() => '')
  const attributions = attributionLines(readAttributions(table), used.map(({ path }) => path))
  return {
    name: runFolder.split(/[\\/]/).at(-1)!,
    summary: 'Trained on this machine.',
    licence: weightsLicence(attributions),
    data: `${songs.length} songs (${songs.join(', ')}), ${count('voice')} loose voices, ${count('music')} instrumentals, remixed at random`,
    attributions,
  }
}

async function validationPieces({ manifest, data }: TrainingRun, sampleRate: number): Promise<ReferencePiece[]> {
  const songs = manifest.songs.filter(({ split }) => split === 'validation')
  return Promise.all(
    songs.map(async ({ name, vocals, accompaniment }) => {
      const files = { name, vocals: join(data.folder, vocals), accompaniment: join(data.folder, accompaniment) }
      return busiestStretch(await loadPiece(files, sampleRate), validatedSeconds)
    }),
  )
}
