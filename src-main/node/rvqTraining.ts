import { drawnInRounds, evenly } from '#main/datasets/clips/clipOrder'
import { splitClips } from '#main/datasets/clips/clipSet'
import { polarClips, type PolarClips } from '#main/datasets/clips/polarClips'
import { polarOf } from '#main/datasets/clips/polarPicture'
import { sizeOf, type Engine, type NamedArrays } from '#main/engine/engine'
import { kMeansCodebooks } from '#main/models/quantise/kMeans'
import { rvqVae, type RvqVaeConfig } from '#main/models/quantise/rvqVae'
import { rvqVaeLoss } from '#main/models/quantise/rvqVaeLoss'
import { rvqSelfTestValues } from '#main/models/quantise/rvqSelfTest'
import { nextOutputs } from '#main/models/runningState'
import { readClips } from '#main/node/clipRecordings'
import { clipLimits } from '#main/node/heldSounds'
import { heldLoss } from '#main/node/heldLoss'
import { describeClips, type TrainingFamily } from '#main/node/trainingFamily'
import { saveModel } from '#main/node/modelFiles'
import type { BaseModel, TrainingRun } from '#main/node/trainingRun'
import { workContext } from '#main/node/workContext'
import { measureCoding } from '#main/quantising/codingScores'
import { createSoundCoder } from '#main/quantising/soundCoder'
import { createStft } from '#shared/dsp/stft'
import type { WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'
import type { TrainingConfig } from '#shared/training/config'

/** Sounds that an epoch is scored on, and batches whose loss is measured as in training. */
const heldSounds = 64
const heldBatches = 2
/** Pictures that are computed at once where nothing is learned. */
const atOnce = 16
/** Sounds whose latents the codebooks begin with, and how many vectors of those. */
const firstSounds = 64
const firstVectors = 4096
const selfTestSeed = 5

/**
 * Trains a residual vector-quantised VAE on short sounds. The score is the reconstruction error of sounds that it does not learn
 * from, negated: the commitment rises while a codebook is found, and would have an untrained network be the best.
 */
export function rvqFamily(run: TrainingRun, model: RvqVaeConfig, config: TrainingConfig, engine: Engine, base: BaseModel | undefined): TrainingFamily {
  const { parameters: specs } = rvqVae(model)
  const program = rvqLossProgram(model, config)
  let opened: Promise<PolarClips> | undefined
  const sounds = (context = workContext(new AbortController().signal)) => (opened ??= readPolarClips(run, model, context))
  return {
    specs,
    program,
    async openBatches(context) {
      const { train, picture, scale } = await sounds(context)
      const batch = (step: number) => Promise.resolve(batchOf(drawnInRounds(train, config.batchSize, config.seed, step).map(picture), scale.variance))
      return { batch, close: () => Promise.resolve() }
    },
    ...(model.quantiser.start === 'kMeans' && !base && {
      async begin(parameters, context) {
        return nextOutputs(await beginCodebooks(model, parameters, await sounds(), config, engine, context))
      },
    }),
    async openValidation(differentiable) {
      const { held, picture, scale } = await sounds()
      const batches = Array.from({ length: heldBatches }, (_, i) => batchOf(drawnInRounds(held, config.batchSize, config.seed, i).map(picture), scale.variance))
      const losses = heldLoss(batches, program, differentiable, config)
      const scored = evenly(held, heldSounds)
      return async (parameters, context) => {
        const terms = await losses(parameters, context)
        const coder = await createSoundCoder(model, parameters, engine, Math.min(atOnce, scored.length))
        try {
          const { distance, reconstruction, commitment, quantisationError, layers } = await measureCoding(scored.map(picture), coder, parameters, scale.variance, context)
          const perLayer = layers.flatMap(({ used, perplexity }, i) => [[`used${i + 1}`, used], [`perplexity${i + 1}`, perplexity]] as const)
          return { score: -reconstruction, terms: { ...terms, reconstruction, commitment, distance, quantisationError, ...Object.fromEntries(perLayer) } }
        } finally {
          coder.dispose()
        }
      }
    },
    async save(directory, parameters, line) {
      const { train, held, scale } = await sounds()
      const measuredOn = `${Math.min(heldSounds, held.length)} sounds for validation`
      const score = (name: string, term: string, unit: string) => (line.validation[term] === undefined ? [] : [{ name, value: line.validation[term], unit, measuredOn }])
      await saveModel(
        directory,
        {
          ...(await describeClips(run, train, base)),
          config: model,
          scale,
          scores: held === train ? [] : [...score('Log-spectral distance', 'distance', 'dB'), ...score('Reconstruction error', 'reconstruction', '')],
          training: { steps: line.step, seconds: line.seconds, seed: config.seed, engine: engine.label, config },
          selfTest: { seed: selfTestSeed, values: await rvqSelfTestValues(model, parameters, engine, selfTestSeed) },
        },
        parameters,
      )
    },
  }
}

/** What such a network learns by; what its codebooks follow is not the network's matter but the training's. */
export function rvqLossProgram(model: RvqVaeConfig, { batchSize, loss, codebooks }: TrainingConfig) {
  const { average } = codebooks
  return rvqVaeLoss({ ...model, quantiser: { ...model.quantiser, average } }, batchSize, { commitment: loss.commitment })
}

async function readPolarClips(run: TrainingRun, model: RvqVaeConfig, context: WorkContext): Promise<PolarClips> {
  const polar = polarOf(model)
  const { clips, notes } = await readClips(run.data.folder, run.manifest.clips ?? [], clipLimits(model), context)
  const sounds = polarClips(splitClips(clips), await createStft(polar), polar)
  for (const note of [...notes, ...sounds.notes]) run.onNote?.(note)
  return sounds
}

function batchOf(pictures: readonly Float32Array[], variance: number): NamedArrays {
  const size = pictures[0]!.length
  const picture = new Float32Array(pictures.length * size)
  pictures.forEach((each, i) => picture.set(each, i * size))
  return { picture, variance: Float32Array.of(variance) }
}

async function beginCodebooks(
  model: RvqVaeConfig,
  parameters: NamedArrays,
  { train, picture }: PolarClips,
  { seed }: TrainingConfig,
  engine: Engine,
  context: WorkContext,
): Promise<NamedArrays> {
  const first = evenly(train, firstSounds)
  const coder = await createSoundCoder(model, parameters, engine, Math.min(atOnce, first.length))
  try {
    const latents = (await coder.code(first.map(picture))).map(({ latent }) => latent)
    const { dimensions } = model.quantiser
    const perSound = sizeOf(rvqVae(model).latentShape(1)) / dimensions
    const random = randomStream(seed).fork('first codebooks')
    const vectors = new Float32Array(Math.min(firstVectors, perSound * first.length) * dimensions)
    for (let at = 0; at < vectors.length; at += dimensions) {
      const latent = random.pick(latents)
      const from = random.integer(perSound) * dimensions
      vectors.set(latent.subarray(from, from + dimensions), at)
    }
    return await kMeansCodebooks(model.quantiser, vectors, random, context)
  } finally {
    coder.dispose()
  }
}
