import { drawnInRounds, evenly } from '#main/datasets/clips/clipOrder'
import { splitClips, type ClipRecording } from '#main/datasets/clips/clipSet'
import { usableClips } from '#main/datasets/clips/polarClips'
import { polarOf, polarPicture } from '#main/datasets/clips/polarPicture'
import type { Engine } from '#main/engine/engine'
import { onlyOf } from '#main/models/layers'
import { mapStatistics, type MapStatistics } from '#main/models/quantise/flow/variants'
import { rvqPrior, rvqPriorBeginProgram, rvqPriorLoss, scaledMap, type RvqPriorConfig } from '#main/models/quantise/rvqPrior'
import { rvqSelfTestValues } from '#main/models/quantise/rvqSelfTest'
import { readClips } from '#main/node/clipRecordings'
import { clipLimits } from '#main/node/heldSounds'
import { heldLoss } from '#main/node/heldLoss'
import { loadOther, saveModel, type LoadedRvqVae } from '#main/node/modelFiles'
import { describeClips, type TrainingFamily } from '#main/node/trainingFamily'
import type { BaseModel, TrainingRun } from '#main/node/trainingRun'
import { workContext } from '#main/node/workContext'
import { createSoundCoder, type SoundCoder } from '#main/quantising/soundCoder'
import { AppError } from '#shared/errors'
import { createStft } from '#shared/dsp/stft'
import type { WorkContext } from '#shared/jobs/work'
import type { TrainingConfig } from '#shared/training/config'

/** Sounds whose codes say how latents are spread. */
const surveyed = 64
const heldBatches = 4
const selfTestSeed = 5

/** Quantised latents of the sounds that a prior learns, made when they are asked for. */
interface LatentMaps {
  readonly train: readonly ClipRecording[]
  readonly held: readonly ClipRecording[]
  readonly statistics: MapStatistics
  readonly coder: LoadedRvqVae
  maps(clips: readonly ClipRecording[]): Promise<Float32Array>
  close(): void
}

/**
 * Trains a prior over the quantised latents of a model, which it starts from and which it does not change. The score is the negated
 * number of nats a value on sounds that it does not learn from.
 * @throws AppError INVALID_INPUT where no quantised VAE is named to start from
 */
export function priorFamily(run: TrainingRun, model: RvqPriorConfig, config: TrainingConfig, engine: Engine, base: BaseModel | undefined): TrainingFamily {
  if (!base) throw new AppError('INVALID_INPUT', 'A prior is learned of what a quantised VAE makes of sounds. Nothing was started; name its model to start from (--from RUN/model).')
  const program = rvqPriorLoss(model, config.batchSize)
  let opened: Promise<LatentMaps> | undefined
  const latents = (context = workContext(new AbortController().signal)) => (opened ??= openLatentMaps(run, model, config, engine, base, context))
  const batchAt = async (clips: readonly ClipRecording[], step: number) => {
    const { maps } = await latents()
    return { map: await maps(drawnInRounds(clips, config.batchSize, config.seed, step)) }
  }
  return {
    specs: rvqPrior(model).parameters,
    program,
    async openBatches(context) {
      const { train, close } = await latents(context)
      return { batch: (step) => batchAt(train, step), close: () => Promise.resolve(close()) }
    },
    async begin(parameters) {
      const { train } = await latents()
      const flow = onlyOf(rvqPrior(model).network.parameters, parameters)
      const first = await engine.compile(rvqPriorBeginProgram(model, config.batchSize), flow)
      try {
        return await first.run(await batchAt(train, 0))
      } finally {
        first.dispose()
      }
    },
    async openValidation(differentiable) {
      const { held } = await latents()
      const batches = []
      for (let i = 0; i < heldBatches; i++) batches.push(await batchAt(held, i))
      const losses = heldLoss(batches, program, differentiable, config)
      return async (parameters, context) => {
        const terms = await losses(parameters, context)
        return { score: -terms['nats']!, terms }
      }
    },
    async save(directory, parameters, line) {
      const { train, held, statistics, coder } = await latents()
      const bits = line.validation['bits']
      const measuredOn = `${heldBatches * config.batchSize} sounds for validation`
      await saveModel(
        directory,
        {
          ...(await describeClips(run, train, base)),
          config: model,
          scale: coder.card.scale,
          statistics: { low: statistics.range[0], high: statistics.range[1], deviation: statistics.deviation },
          scores: held === train || bits === undefined ? [] : [{ name: 'Bits a value', value: bits, unit: 'bit', measuredOn }],
          training: { steps: line.step, seconds: line.seconds, seed: config.seed, engine: engine.label, config },
          selfTest: { seed: selfTestSeed, values: await rvqSelfTestValues(model.coder, parameters, engine, selfTestSeed) },
        },
        parameters,
      )
    },
  }
}

async function openLatentMaps(run: TrainingRun, model: RvqPriorConfig, config: TrainingConfig, engine: Engine, base: BaseModel, context: WorkContext): Promise<LatentMaps> {
  const coder = await loadOther(base.folder, 'rvqvae')
  const polar = polarOf(model.coder)
  const { clips, notes } = await readClips(run.data.folder, run.manifest.clips ?? [], clipLimits(model.coder), context)
  const { train, held, note } = splitClips(clips)
  for (const each of [...notes, ...(note === undefined ? [] : [note])]) run.onNote?.(each)
  const kept = usableClips(train, polar)
  const heldKept = usableClips(held, polar, train)
  const stft = await createStft(polar)
  const network = await createSoundCoder(model.coder, coder.parameters, engine, config.batchSize)
  const quantised = async (some: readonly ClipRecording[]) => {
    const pictures = some.map(({ samples }) => polarPicture(samples, coder.card.scale.deviation, stft, polar))
    return (await network.code(pictures)).map((coded) => coded.quantised)
  }
  const statistics = mapStatistics(await quantised(evenly(kept, surveyed)))
  return {
    train: kept,
    held: heldKept.length > 0 ? heldKept : kept,
    statistics,
    coder,
    async maps(some) {
      const scaled = (await quantised(some)).map((map) => scaledMap(map, model.variant, statistics))
      const all = new Float32Array(scaled.length * scaled[0]!.length)
      scaled.forEach((map, i) => all.set(map, i * map.length))
      return all
    },
    close: () => closeBoth(network, stft),
  }
}

function closeBoth(network: SoundCoder, stft: { dispose(): void }): void {
  network.dispose()
  stft.dispose()
}
