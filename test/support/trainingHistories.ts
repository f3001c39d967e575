import type { Run } from '#shared/contract/training'
import { randomStream } from '#shared/random'
import { type TrainingConfigInput, trainingConfig } from '#shared/training/config'
import type { HistoryLine } from '#shared/training/history'

/** How a made-up run goes; the shapes are those of real ones, numbers and noise included. */
export interface HistoryShape {
  readonly epochs: number
  readonly seed?: number
  readonly config?: TrainingConfigInput
  /** Loss at the end of learning, from 0.85 at the start. */
  readonly floor?: number
  /** Epochs in which two thirds of what can be learned are learned. */
  readonly pace?: number
  /** Score, decibels, that it would reach in the end. */
  readonly ceiling?: number
  /** Decibels that validation loses with every epoch after `turnsAt`, while training goes on getting better. */
  readonly decay?: number
  readonly turnsAt?: number
  /** Decibels, and share of the loss, that an epoch differs from another by chance. */
  readonly noise?: number
  /** How many of the latent channels lose what they carry. */
  readonly channels?: number
  readonly collapsed?: number
  readonly waiting?: number
}

/** Returns the history of a run as a trainer writes it, the same for the same shape. */
export function madeUpHistory(shape: HistoryShape): HistoryLine[] {
  const config = trainingConfig.parse(shape.config ?? {})
  const random = randomStream(shape.seed ?? 1)
  const lines: HistoryLine[] = []
  let best = -Infinity
  for (let epoch = 1; epoch <= shape.epochs; epoch++) {
    const line = lineOf(epoch, shape, config, () => random.normal())
    line.best = line.score > best
    best = Math.max(best, line.score)
    lines.push(line)
  }
  return lines
}

function lineOf(epoch: number, shape: HistoryShape, config: ReturnType<typeof trainingConfig.parse>, normal: () => number): HistoryLine {
  const { floor = 0.33, pace = 9, ceiling = 5.6, decay = 0, turnsAt = Infinity, noise = 0.08, waiting = 0.06 } = shape
  const { stepsPerEpoch, beta: fullBeta, betaWarmUp, learningRate } = config
  const step = epoch * stepsPerEpoch
  const progress = Math.min(1, step / config.totalSteps)
  const beta = fullBeta * Math.min(1, progress / Math.max(1e-9, betaWarmUp))
  const worse = decay * Math.max(0, epoch - turnsAt)
  const reconstructionAt = (at: number) => floor + (0.85 - floor) * Math.exp(-at / pace)
  const reconstruction = reconstructionAt(epoch - 0.5) * (1 + 0.25 * noise * normal())
  const kl = 6 + 9 * Math.exp(-epoch / (2 * pace)) * Math.min(1, epoch / 3) + 0.4 * normal()
  const score = ceiling - (ceiling + 2) * Math.exp(-epoch / pace) - worse + noise * normal()
  const lossOf = (at: number) => reconstructionAt(at) * (1 + noise * normal()) + beta * kl
  const trace = Array.from({ length: 16 }, (_, i): [number, number] => {
    const share = (i + 1) / 16
    return [Math.round((epoch - 1 + share) * stepsPerEpoch), lossOf(epoch - 1 + share)]
  })
  const songs = ['Potassium', 'Neon', 'Gold', 'Krampus']
  const validationReconstruction = reconstructionAt(epoch) * 1.08 + 0.03 * worse + 0.1 * noise * Math.abs(normal())
  return {
    epoch,
    step,
    seconds: epoch * (stepsPerEpoch / 4.6 + 14),
    learningRate: learningRate * (progress < 0.02 ? progress / 0.02 : 0.02 + 0.49 * (1 + Math.cos(Math.PI * progress))),
    beta,
    train: { loss: reconstruction + beta * kl, reconstruction, kl, gradientNorm: 0.5 + 0.1 * Math.abs(normal()) },
    validation: {
      loss: validationReconstruction + beta * kl,
      reconstruction: validationReconstruction,
      kl: kl * 1.05,
      ...Object.fromEntries(songs.map((name, i) => [name, score + (i - 1.5) * 0.9 + 0.5 * noise * normal()])),
    },
    score,
    best: false,
    waiting: Math.max(0, waiting + 0.01 * normal()),
    stepsPerSecond: 4.6 + 0.12 * normal(),
    trace,
    klPerLatent: latentsOf(epoch, shape, normal),
  }
}

function latentsOf(epoch: number, { channels = 48, collapsed = 0, pace = 9 }: HistoryShape, normal: () => number): number[] {
  return Array.from({ length: channels }, (_, i) => {
    const carried = 0.09 + 1.9 * ((i * 29) % channels) ** 2 / channels ** 2
    const fades = (i * 17) % channels < collapsed
    const level = fades ? carried * Math.exp(-epoch / (0.3 * pace)) : carried * (0.6 + 0.4 * Math.exp(-epoch / pace))
    return Math.max(0, level * (1 + 0.05 * normal()))
  })
}

/** Returns a run as the services would tell of it, that has this history. */
export function madeUpRun(id: string, history: readonly HistoryLine[], parts: Partial<Omit<Run, 'config'>> & { config?: TrainingConfigInput } = {}): Run {
  const config = trainingConfig.parse(parts.config ?? {})
  const last = history.at(-1)
  const best = history.findLast((line) => line.best)
  const left = last ? ((config.totalSteps - last.step) / last.step) * last.seconds : undefined
  return {
    id,
    name: id,
    presetId: 's',
    kind: 'separator',
    status: 'finished',
    startedAt: '2026-03-01T10:00:00.000Z',
    datasetName: 'My songs',
    dataHash: '4f2a91c07be3d815',
    progress: {
      step: last?.step ?? 0,
      totalSteps: config.totalSteps,
      epoch: last?.epoch ?? 0,
      seconds: last?.seconds ?? 0,
      ...(last && { stepsPerSecond: last.stepsPerSecond, loss: last.train['loss'], secondsLeft: left }),
    },
    ...(best && { best: { epoch: best.epoch, step: best.step, score: best.score } }),
    scoreName: 'Vocals SI-SDR',
    scoreUnit: 'dB',
    engine: 'CPU, 2 threads',
    notes: [],
    starred: false,
    size: 23_400_000,
    ...parts,
    config,
  }
}
