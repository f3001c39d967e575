import { shuffledOrder } from '#main/datasets/clips/clipOrder'
import { melBatches } from '#main/datasets/clips/melBatches'
import type { Differentiable, Engine, NamedArrays } from '#main/engine/engine'
import { detectorLoss } from '#main/models/detect/detectorLoss'
import { detectorTraining } from '#main/models/detect/detectorNetworks'
import { detectorVae, type DetectorVaeConfig } from '#main/models/detect/detectorVae'
import { initialParameters } from '#main/models/initialise'
import { freshCheckpoint } from '#main/training/checkpoint'
import { heldLoss } from '#main/training/heldLoss'
import { train } from '#main/training/trainer'
import type { WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'
import { trainingConfig } from '#shared/training/config'

/** Pictures `[frame, band]` from 0 to 1 of one sound. */
export interface DetectorPictures {
  readonly train: readonly Float32Array[]
  /** Those that decide when a training ends; none of them is learned from. */
  readonly test: readonly Float32Array[]
}

export interface DetectorPlan {
  /** RL_weight. */
  readonly weight: number
  readonly epochs: number
  readonly seed: number
}

/** Losses of an epoch, a clip; those of training are missing for epoch 0, in which the untrained network is tested. */
export interface DetectorEpoch {
  readonly epoch: number
  readonly train?: number
  readonly trainRl?: number
  readonly trainKl?: number
  readonly test: number
}

export interface TrainedDetector {
  /** Those of the last epoch, as in the source. */
  readonly parameters: NamedArrays
  readonly history: readonly DetectorEpoch[]
  readonly stopEpoch: number
  readonly stopReason: 'generalisation' | 'progress' | 'epochs'
}

/** Trains networks of one size on the same sounds, one after the other. Call `dispose` when done. */
export interface DetectorTrainer {
  /** @throws AppError TRAINING_DIVERGED; the engine's errors; the signal's reason */
  train(plan: DetectorPlan, context: WorkContext): Promise<TrainedDetector>
  dispose(): void
}

/** @param now seconds of a clock that never goes back */
export async function createDetectorTrainer(model: DetectorVaeConfig, pictures: DetectorPictures, batchSize: number, engine: Engine, now: () => number): Promise<DetectorTrainer> {
  const program = detectorLoss(model, batchSize)
  const differentiable = await engine.compileGradients(program)
  return {
    train: (plan, context) => trainOne({ model, pictures, program, differentiable, batchSize, now }, plan, context),
    dispose: () => differentiable.dispose(),
  }
}

interface Workplace {
  readonly model: DetectorVaeConfig
  readonly pictures: DetectorPictures
  readonly program: ReturnType<typeof detectorLoss>
  readonly differentiable: Differentiable
  readonly batchSize: number
  readonly now: () => number
}

async function trainOne({ model, pictures, program, differentiable, batchSize, now }: Workplace, { weight, epochs, seed }: DetectorPlan, context: WorkContext): Promise<TrainedDetector> {
  const stepsPerEpoch = Math.ceil(pictures.train.length / batchSize)
  const config = trainingConfig.parse({ ...detectorTraining, seed, batchSize, stepsPerEpoch, totalSteps: epochs * stepsPerEpoch, loss: { reconstructionWeight: weight } })
  const checkpoint = freshCheckpoint(initialParameters(detectorVae(model).parameters, randomStream(seed)))
  const held = melBatches(pictures.test, pictures.test.map((_, i) => i), batchSize, weight)
  const measure = heldLoss(held, program, differentiable, config)
  const history: DetectorEpoch[] = []
  // Losses are means over batches; the source gives sums over all batches as if each clip had its share.
  const perClip = (value: number, batches: number, clips: number) => (value * batches) / clips
  const batchesOf = epochBatches(pictures.train, batchSize, seed, weight)
  await train(
    config,
    checkpoint,
    {
      program,
      differentiable,
      batch: (step) => Promise.resolve(batchesOf(Math.floor(step / stepsPerEpoch))[step % stepsPerEpoch]!),
      async validate(parameters, watched) {
        const terms = await measure(parameters, watched)
        if (history.length === 0) history.push({ epoch: 0, test: perClip(terms.loss!, held.length, pictures.test.length) })
        return { score: -terms.loss!, terms }
      },
      save(_, { epoch, train: { loss, reconstruction, kl }, validation }) {
        const [all, rl, divergence] = [loss!, reconstruction!, kl!].map((value) => perClip(value, stepsPerEpoch, pictures.train.length))
        history.push({ epoch, train: all!, trainRl: rl!, trainKl: divergence!, test: perClip(validation.loss!, held.length, pictures.test.length) })
        context.onProgress({ stage: 'training', completed: epoch, total: epochs, unit: 'epochs' })
        return Promise.resolve()
      },
      now,
    },
    { seconds: Infinity },
    { ...context, onProgress: () => {} },
  )
  const stopEpoch = history.at(-1)!.epoch
  return { parameters: checkpoint.optimizer.parameters, history, stopEpoch, stopReason: checkpoint.stopping?.stop ?? 'epochs' }
}

/** The batches of an epoch, of which the newest is kept. */
function epochBatches(pictures: readonly Float32Array[], batchSize: number, seed: number, weight: number): (epoch: number) => NamedArrays[] {
  let kept: { epoch: number; batches: NamedArrays[] } | undefined
  return (epoch) => (kept?.epoch === epoch ? kept : (kept = { epoch, batches: melBatches(pictures, shuffledOrder(pictures.length, seed, epoch), batchSize, weight) })).batches
}
