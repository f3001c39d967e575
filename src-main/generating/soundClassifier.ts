import { drawnInRounds } from '#main/datasets/clips/clipOrder'
import type { Engine, NamedArrays } from '#main/engine/engine'
import type { LabelledPicture } from '#main/generating/latentReport'
import { classifierLoss, classifierParameters, classifierProgram, type ClassifierConfig } from '#main/models/generate/classifierNetwork'
import { initialParameters } from '#main/models/initialise'
import { adamWStep, initialOptimizerState } from '#main/training/adamW'
import { learningRateAt } from '#main/training/schedules'
import { inBatches } from '#main/unmixing/pictureBatches'
import { concatenate } from '#shared/audio/concatenate'
import type { DecibelPictureConfig } from '#shared/dsp/decibelPicture'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream, type RandomStream } from '#shared/random'

/** Tells sounds apart that are like those which it has learned. */
export interface SoundClassifier {
  /** The label of each picture, from 0 to 1, `[frame, bin]`. */
  recognise(pictures: readonly Float32Array[], context: WorkContext): Promise<string[]>
  dispose(): void
}

const batch = 32
const rate = 2e-3
/** Rounds through all sounds; few sounds are gone through more often. */
const rounds = 12
const fewestSteps = 300
/** How far a sound is moved in time when it is learned from, as a share of its frames, and how much noise is added. */
const shift = 0.08
const noise = 0.05
/** Share of a picture's range below which sound counts as silence: 32 of 80 dB from the bottom, where rooms and microphones differ. */
const quiet = 0.4
/** How often a sound is blurred when it is learned from. */
const blurred = 0.5
/** Bands over the lower quarter of the bins, and over the next one. */
const bands = [32, 8] as const

/**
 * A small network that has learned the labels of real sounds: the judge of generated ones, which it never sees in training.
 * The same sounds and seed give the same judge.
 * @throws the signal's reason
 */
export async function trainClassifier(sounds: readonly LabelledPicture[], features: DecibelPictureConfig, engine: Engine, seed: number, context: WorkContext): Promise<SoundClassifier> {
  const labels = [...new Set(sounds.map(({ label }) => label))].toSorted()
  const config: ClassifierConfig = { frames: Math.floor(features.frames / 2), bands: bands[0] + bands[1], classes: labels.length }
  const learned = sounds.map(({ picture, label }) => ({ view: viewOf(picture.values, features), index: labels.indexOf(label) }))
  const parameters = await learn(learned, config, engine, seed, context)
  const network = await engine.compile(classifierProgram(config, batch), parameters)
  return {
    async recognise(pictures, { signal }) {
      const views = pictures.map((picture) => viewOf(picture, features))
      if (views.length === 0) return []
      const { probability } = await inBatches({ picture: concatenate(views) }, views.length, batch, (inputs) => {
        signal.throwIfAborted()
        return network.run(inputs)
      })
      return views.map((_, i) => labels[largestAt(probability!.subarray(i * labels.length, (i + 1) * labels.length))]!)
    },
    dispose: () => network.dispose(),
  }
}

interface Learned {
  readonly view: Float32Array
  readonly index: number
}

async function learn(sounds: readonly Learned[], config: ClassifierConfig, engine: Engine, seed: number, context: WorkContext): Promise<NamedArrays> {
  const random = randomStream(seed).fork('classifier')
  const steps = Math.max(fewestSteps, Math.ceil((rounds * sounds.length) / batch))
  const state = initialOptimizerState(initialParameters(classifierParameters(config), random.fork('parameters')))
  const differentiable = await engine.compileGradients(classifierLoss(config, batch))
  const options = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 1e-3, maxGradientNorm: 5, averageDecay: 0.99 }
  try {
    for (let step = 0; step < steps; step++) {
      const { gradients } = await differentiable.gradients(state.parameters, batchOf(drawnInRounds(sounds, batch, seed, step), config, random.fork(step)))
      adamWStep(state, gradients, learningRateAt(step / steps, rate), options)
      context.onProgress({ stage: 'learning to recognise', completed: step + 1, total: steps, unit: 'steps' })
      await checkpointCancel(context)
    }
    return state.average
  } finally {
    differentiable.dispose()
  }
}

function batchOf(sounds: readonly Learned[], config: ClassifierConfig, random: RandomStream): NamedArrays {
  const label = new Float32Array(sounds.length * config.classes)
  sounds.forEach(({ index }, i) => (label[i * config.classes + index] = 1))
  return { picture: concatenate(sounds.map(({ view }) => varied(view, config, random))), label }
}

/** Moved in time and with a little noise: a judge that goes by details of single recordings is none. */
function varied(view: Float32Array, { frames, bands }: ClassifierConfig, random: RandomStream): Float32Array {
  const by = Math.round(random.between(-shift, shift) * frames) * bands
  const [gain, level] = [random.between(0.8, 1.2), random.between(-0.15, 0.15)]
  const seen = random.chance(blurred) ? smoothed(view, bands) : view
  return seen.map((_, i) => Math.max(-1, gain * (seen[i - by] ?? -1) + level) + noise * random.normal())
}

/** The mean with the neighbours in time and pitch. */
function smoothed(view: Float32Array, bands: number): Float32Array {
  return view.map((value, i) => (4 * value + 2 * ((view[i - 1] ?? -1) + (view[i + 1] ?? -1)) + 2 * ((view[i - bands] ?? -1) + (view[i + bands] ?? -1))) / 12)
}

/** Pairs of frames, and bands that are finer where voices differ, from -1 to 1. */
function viewOf(picture: Float32Array, { frames, bins }: DecibelPictureConfig): Float32Array {
  const half = Math.floor(frames / 2)
  const edges = [...bandEdges(0, bins / 4, bands[0]), ...bandEdges(bins / 4, bins / 2, bands[1]), bins / 2]
  const width = edges.length - 1
  return Float32Array.from({ length: half * width }, (_, place) => {
    const [frame, band] = [2 * Math.floor(place / width), place % width]
    const [from, to] = [Math.floor(edges[band]!), Math.max(Math.floor(edges[band]!) + 1, Math.floor(edges[band + 1]!))]
    let sum = 0
    for (let bin = from; bin < to; bin++) sum += picture[frame * bins + bin]! + picture[(frame + 1) * bins + bin]!
    // Between neighbours in the lower half of the range the ear is told nothing.
    return 2 * Math.max(0, sum / (2 * (to - from)) - quiet) / (1 - quiet) - 1
  })
}

function bandEdges(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / count)
}

function largestAt(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
}
