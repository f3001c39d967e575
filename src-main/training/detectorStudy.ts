import type { Engine, NamedArrays } from '#main/engine/engine'
import { detectorBatch, detectorNetwork } from '#main/models/detect/detectorNetworks'
import { detectorScoreProgram, type DetectorVaeConfig } from '#main/models/detect/detectorVae'
import type { LogisticModel } from '#main/models/detect/logisticRegression'
import { heldOdds } from '#main/models/detect/calibration'
import { fitDetector, judgeDetector, splitForStudy, type ClassedClip } from '#main/training/detectorQuality'
import { trainPerceptron } from '#main/training/perceptronStudy'
import { createDetectorTrainer } from '#main/training/trainDetector'
import type { ScoredClip, Sweep, SweepRequest, SweepRow } from '#shared/contract/detecting'
import { AppError } from '#shared/errors'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { areaUnder, rocCurve } from '#shared/metrics/classification'
import { randomStream } from '#shared/random'

const fewestSources = 4

export interface DetectorStudy {
  readonly model: DetectorVaeConfig
  /** By the weights, in their order. */
  readonly networks: readonly NamedArrays[]
  readonly classifier: LogisticModel
  readonly sweep: Pick<Sweep, 'counts' | 'bestWeight' | 'accuracy' | 'rows' | 'perceptrons' | 'ours' | 'dbMse'>
}

export interface StudyPorts {
  readonly engine: Engine
  /** Seconds of a clock that never goes back. */
  now(): number
  /** Called as soon as a network is done. */
  trained(row: SweepRow): void
}

/**
 * Trains a network for every weight on a part of the clips of the sound, scores all others with each, and does the document's experiments
 * with the one of the least error; and ours, which learns from the same part and from as large a part of the other sounds.
 * @throws AppError DATASET_EMPTY where there are too few sources; TRAINING_DIVERGED where every network has; the engine's errors
 */
export async function studyDetectors(clips: readonly ClassedClip[], request: SweepRequest, ports: StudyPorts, context: WorkContext): Promise<DetectorStudy> {
  requireSources(clips)
  const random = randomStream(request.seed)
  const { train, test } = splitForStudy(clips, request.seed)
  const own = (list: readonly ClassedClip[]) => list.filter((clip) => clip.class === 'this')
  const shown = [...own(test), ...clips.filter((clip) => clip.class !== 'this')]
  const model = detectorNetwork(request.network, request.seconds)
  const { rows, networks } = await sweepWeights({ model, train: own(train), test: own(test), shown }, request, ports, context)
  const best = rows.reduce((lowest, row) => (row.meanRl < lowest.meanRl ? row : lowest))
  const points = best.points.map(({ kl, rl, class: kind }) => ({ kl, rl, truth: kind === 'this' }))
  const perceptrons = []
  for (const kind of ['linear', 'relu'] as const) {
    context.onProgress({ stage: 'classifying', completed: perceptrons.length, total: 2, unit: 'steps' })
    perceptrons.push(await trainPerceptron(kind, points, ports.engine, random.fork(kind), context))
  }
  const classifier = fitDetector(train.filter((clip) => clip.class !== 'alike'), random.fork('ours'))
  const ours = judgeDetector(classifier, test)
  const count = (kind: ClassedClip['class']) => clips.filter((clip) => clip.class === kind).length
  const dbMse = { positive: meanOf(best, 'this'), negative: meanOf(best, 'other') }
  const counts = { train: own(train).length, test: own(test).length, alike: count('alike'), other: count('other') }
  return { model, networks, classifier, sweep: { counts, bestWeight: best.weight, accuracy: ours.accuracy, rows, perceptrons, ours, dbMse } }
}

function meanOf({ points }: SweepRow, kind: ScoredClip['class']): number {
  const values = points.filter((point) => point.class === kind).map(({ dbMse }) => dbMse)
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** @throws AppError DATASET_EMPTY */
function requireSources(clips: readonly ClassedClip[]): void {
  const sources = (kind: ClassedClip['class']) => new Set(clips.filter((clip) => clip.class === kind).map(({ source }) => source)).size
  const [own, other] = [sources('this'), sources('other')]
  if (own >= fewestSources && other >= fewestSources) return
  throw new AppError('DATASET_EMPTY', `There are ${own} recordings of the sound and ${other} of others that can be used; ${fewestSources} of each are needed at least. Nothing was trained; add more, as different as they can be.`)
}

interface SweepClips {
  readonly model: DetectorVaeConfig
  readonly train: readonly ClassedClip[]
  readonly test: readonly ClassedClip[]
  readonly shown: readonly ClassedClip[]
}

async function sweepWeights({ model, train, test, shown }: SweepClips, { network, weights, epochs, seed }: SweepRequest, { engine, now, trained }: StudyPorts, context: WorkContext) {
  const rows: SweepRow[] = []
  const networks: NamedArrays[] = []
  const pictures = (clips: readonly ClassedClip[]) => clips.map(({ heard }) => heard.picture.values)
  const trainer = await createDetectorTrainer(model, { train: pictures(train), test: pictures(test) }, detectorBatch(network, train.length), engine, now)
  let failure: unknown
  try {
    for (const [index, weight] of weights.entries()) {
      const begun = now()
      const progress = (epoch: number) => context.onProgress({ stage: 'training', completed: index * epochs + epoch, total: weights.length * epochs, unit: 'epochs' })
      try {
        const { parameters, history, stopEpoch, stopReason } = await trainer.train({ weight, epochs, seed }, { ...context, onProgress: ({ completed }) => progress(completed) })
        const points = await scoreClips(model, parameters, shown, engine, context)
        const row = { weight, history: [...history], stopEpoch, stopReason, points, ...ownMeans(points), auc: separation(points, seed), seconds: now() - begun }
        rows.push(row)
        networks.push(parameters)
        trained(row)
      } catch (error) {
        // One that has diverged says nothing of the others.
        if (!(error instanceof AppError) || error.code !== 'TRAINING_DIVERGED') throw error
        failure = error
      }
      progress(epochs)
    }
  } finally {
    trainer.dispose()
  }
  if (rows.length === 0) throw failure
  return { rows, networks }
}

/** Scores clips by a network, by decoding the means of their latents. */
export async function scoreClips(model: DetectorVaeConfig, parameters: NamedArrays, clips: readonly ClassedClip[], engine: Engine, context: WorkContext): Promise<ScoredClip[]> {
  const network = await engine.compile(detectorScoreProgram(model, 1), parameters)
  const scored: ScoredClip[] = []
  try {
    for (const { name, class: kind, heard } of clips) {
      const { rl, kl } = await network.run({ clip: heard.picture.values })
      scored.push({ name, class: kind, rl: rl![0]!, kl: kl![0]!, dbMse: rl![0]! * (heard.picture.max - heard.picture.min) ** 2 })
      await checkpointCancel(context)
    }
    return scored
  } finally {
    network.dispose()
  }
}

function ownMeans(points: readonly ScoredClip[]): { meanRl: number; meanKl: number } {
  const own = points.filter((point) => point.class === 'this')
  const mean = (value: (point: ScoredClip) => number) => own.reduce((sum, point) => sum + value(point), 0) / own.length
  return { meanRl: mean(({ rl }) => rl), meanKl: mean(({ kl }) => kl) }
}

/** How well the logarithms of RL and KL together tell the sound from others, clips in folds. */
function separation(points: readonly ScoredClip[], seed: number): number {
  const judged = points.filter((point) => point.class !== 'alike')
  const truth = judged.map((point) => point.class === 'this')
  if (!truth.includes(true) || !truth.includes(false)) return 0.5
  const features = judged.map(({ rl, kl }) => [Math.log(rl + 1e-9), Math.log(kl + 1e-9)])
  const scores = heldOdds({ features, clip: judged.map((_, i) => i), truth, source: judged.map(({ name }) => name) }, 0.01, randomStream(seed))
  return areaUnder(rocCurve({ scores, truth }))
}
