import { z } from 'zod'
import { request } from '#shared/contract/defineContract'

/** Seconds of a clip that a network sees. */
export const clipLengths = [1, 2, 3] as const
const clipSeconds = z.union([z.literal(1), z.literal(2), z.literal(3)])

/** What a detector learns from: clips of one sound, each cut out of what the user gave. */
export const soundSet = z.object({
  id: z.string(),
  name: z.string(),
  /** In the order in which they came. */
  clips: z.array(z.object({ id: z.string(), name: z.string(), /** What it was cut from: clips of one source are never in two splits. */ source: z.string(), seconds: z.number(), url: z.string() })),
  /** In sentences: what was left out of what was given last, and why. */
  warnings: z.array(z.string()),
})
export type SoundSet = z.infer<typeof soundSet>

/** Sound that the page has recorded: 16-bit samples of one channel, little endian, as base64. */
export const recordedSound = z.strictObject({ name: z.string().trim().min(1).max(120), sampleRate: z.number().int().min(8000).max(192_000), pcm: z.string().min(4).max(30_000_000) })
export type RecordedSound = z.infer<typeof recordedSound>

/** A file or folder by its path (desktop), an upload (browser), or what was recorded. */
export const clipSource = z.union([z.strictObject({ path: z.string().min(1) }), z.strictObject({ uploadId: z.string().min(1) }), z.strictObject({ recorded: recordedSound })])
export type ClipSource = z.infer<typeof clipSource>

/** The sound to be found: a set of the user's, or a class of a dataset of clips. */
const positives = z.union([z.strictObject({ setId: z.string() }), z.strictObject({ datasetId: z.string(), label: z.string() })])

/** The three kinds of clips in the charts: of the source that was learned, of the same kind elsewhere, and all other. */
export const clipClasses = ['this', 'alike', 'other'] as const
const clipClass = z.enum(clipClasses)
export type ClipClass = z.infer<typeof clipClass>

/** Networks of the sweep: that of the document, and one that trains in minutes. */
export const detectorNetworks = ['detect', 'detectLite'] as const

export const sweepRequest = z.strictObject({
  positives,
  /** Where other sounds come from; clips there of the label `alike` are of the same kind as the positives. */
  others: z.strictObject({ datasetId: z.string(), alike: z.string().optional() }),
  seconds: clipSeconds.default(3),
  network: z.enum(detectorNetworks).default('detectLite'),
  /** RL_weight of each network, in the order of training. */
  weights: z.array(z.number().positive()).min(1).max(20).default([1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]),
  epochs: z.number().int().min(1).max(500).default(50),
  seed: z.number().int().nonnegative().default(1),
})
export type SweepRequest = z.infer<typeof sweepRequest>

/** A clip that was not trained on, as a network scores it: RL, its mean squared error, and KL, in nats. */
export const scoredClip = z.object({ name: z.string(), class: clipClass, rl: z.number(), kl: z.number(), /** Mean squared error of decibels. */ dbMse: z.number() })
export type ScoredClip = z.infer<typeof scoredClip>

/** One network of a sweep. */
export const sweepRow = z.object({
  weight: z.number(),
  /** From epoch 0, which tests the untrained network and has no training figures. All are losses a clip. */
  history: z.array(z.object({ epoch: z.number().int(), train: z.number().optional(), trainRl: z.number().optional(), trainKl: z.number().optional(), test: z.number() })),
  /** Epoch after which it stopped. */
  stopEpoch: z.number().int(),
  /** `generalisation` and `progress` are the two rules of early stopping, `epochs` is the last epoch. */
  stopReason: z.enum(['generalisation', 'progress', 'epochs']),
  points: z.array(scoredClip),
  /** Means over held-out clips of the class `this`. */
  meanRl: z.number(),
  meanKl: z.number(),
  /** Area under the ROC curve of RL and KL together (logistic regression), `this` against `other`; cross-validated on the points. */
  auc: z.number(),
  seconds: z.number(),
})
export type SweepRow = z.infer<typeof sweepRow>

/** Where a small network sees the sound: its probability on a grid over KL (columns) and RL (rows, from the bottom). */
export const decisionGrid = z.object({ kl: z.object({ from: z.number(), to: z.number() }), rl: z.object({ from: z.number(), to: z.number() }), columns: z.number().int(), rows: z.number().int(), values: z.array(z.number()) })

/** The document's classifier 2-100-100-1 on KL and RL, trained and judged on the same points as there. */
export const perceptronResult = z.object({
  kind: z.enum(['linear', 'relu']),
  accuracy: z.number(),
  /** Binary cross-entropy of some of the epochs. */
  losses: z.array(z.object({ epoch: z.number().int(), loss: z.number() })),
  grid: decisionGrid,
})
export type PerceptronResult = z.infer<typeof perceptronResult>

/** How well scores tell the sound from all others, on clips that nothing has learned from. */
export const detectorQuality = z.object({
  clips: z.object({ positive: z.number().int(), negative: z.number().int() }),
  /** At a threshold of one half, both kinds counting alike. */
  accuracy: z.number(),
  auc: z.number(),
  /** Share at which misses are as frequent as false alarms. */
  equalErrorRate: z.number(),
  /** Share that is found where 1 % of other clips are false alarms. */
  tprAt1Fpr: z.number(),
  roc: z.array(z.object({ falseAlarms: z.number(), hits: z.number(), threshold: z.number() })),
  /** Probability of every clip, so that a slider can show what a threshold finds and which false alarms it gives. */
  scores: z.array(z.object({ name: z.string(), class: clipClass, score: z.number() })),
})
export type DetectorQuality = z.infer<typeof detectorQuality>

export const sweepFacts = z.object({
  id: z.string(),
  name: z.string(),
  /** Date and time, ISO 8601. */
  startedAt: z.string(),
  request: sweepRequest,
  /** Clips by class and use. */
  counts: z.object({ train: z.number().int(), test: z.number().int(), alike: z.number().int(), other: z.number().int() }),
  bestWeight: z.number(),
  /** Of ours. */
  accuracy: z.number(),
})
export type SweepFacts = z.infer<typeof sweepFacts>

export const sweep = sweepFacts.extend({
  rows: z.array(sweepRow),
  /** Of the best weight. */
  perceptrons: z.array(perceptronResult),
  /** Ours: standardised logistic regression on all that the best network and the spectrogram tell, `this` against `other`. */
  ours: detectorQuality,
  /** Mean decibel error of held-out clips by the best network, and of one clip each as in the document. */
  dbMse: z.object({ positive: z.number(), negative: z.number() }),
  warnings: z.array(z.string()),
})
export type Sweep = z.infer<typeof sweep>

/** A mel spectrogram in decibels, frame after frame, the lowest band first; and its sound. */
const panel = z.object({ name: z.string(), bands: z.number().int(), frames: z.number().int(), decibels: z.array(z.number()), url: z.string() })
export type SoundPanel = z.infer<typeof panel>

/** The document's three experiments: a positive and a negative through the network, and sounds out of nothing. */
export const experimentResult = z.object({
  sweepId: z.string(),
  weight: z.number(),
  reconstructions: z.array(z.object({ class: clipClass, dbMse: z.number(), original: panel, decoded: panel })),
  generations: z.array(panel),
})
export type ExperimentResult = z.infer<typeof experimentResult>

/** What the card of a detector says of its use. */
export const detectorFacts = z.object({
  /** Seconds of the clips that it has learned from. */
  seconds: z.number(),
  /** Score from which something is found unless the user says otherwise. */
  threshold: z.number(),
  quality: detectorQuality.omit({ scores: true }),
})

/** A detector that can be run over recordings. */
export const detector = detectorFacts.extend({
  modelId: z.string(),
  name: z.string(),
  summary: z.string(),
  isShipped: z.boolean(),
})
export type Detector = z.infer<typeof detector>

/** Seconds of the sound that was searched; the score is a probability. */
export const detection = z.object({ start: z.number(), end: z.number(), score: z.number() })
export type Detection = z.infer<typeof detection>

export const detectionResult = z.object({
  modelId: z.string(),
  soundId: z.string(),
  /** Seconds searched, from the beginning of the sound. */
  seconds: z.number(),
  /** All that may be it, in the order of time, however low their score; `findEvents` of src-shared/detection makes finds of them at any threshold. */
  candidates: z.array(detection),
  threshold: z.number(),
  /** What is found at that threshold. */
  events: z.array(detection),
})
export type DetectionResult = z.infer<typeof detectionResult>

const jobId = z.object({ jobId: z.string() })
const setId = z.strictObject({ setId: z.string() })
const sweepId = z.strictObject({ sweepId: z.string() })
const name = z.string().trim().min(1).max(120)

export const detecting = {
  /** Sets of the user's sounds. */
  sets: request(z.undefined(), z.array(soundSet)),
  /**
   * Cuts clips out of what is given, into a new set, or with `setId` into that one; files that can't be used are named in its
   * warnings. Job of kind `soundSet`. @throws DATASET_NOT_FOUND
   */
  addClips: request(z.strictObject({ setId: z.string().optional(), name: name.optional(), seconds: clipSeconds.default(3), sources: z.array(clipSource).min(1).max(500) }), jobId),
  removeClip: request(setId.extend({ clipId: z.string() }), soundSet),
  removeSet: request(setId, z.void()),
  /** Trains a network for every weight, and ours on the best. Job of kind `detectorSweep`. @throws DATASET_NOT_FOUND, DATASET_EMPTY */
  startSweep: request(sweepRequest, jobId),
  /** Newest first. */
  sweeps: request(z.undefined(), z.array(sweepFacts)),
  sweep: request(sweepId, sweep),
  removeSweep: request(sweepId, z.void()),
  /** Job of kind `detectorExperiments`; of the best weight where none is said. */
  experiments: request(sweepId.extend({ weight: z.number().optional(), seed: z.number().int().nonnegative().default(1) }), jobId),
  /** Keeps the best network of a sweep, with ours, as a detector. */
  keep: request(sweepId.extend({ name, threshold: z.number().min(0).max(1).default(0.5) }), detector),
  /** Shipped ones first. */
  detectors: request(z.undefined(), z.array(detector)),
  /** Runs a detector over a sound of the library. Job of kind `detections`. @throws MODEL_NOT_FOUND, MODEL_INCOMPATIBLE, SOUND_NOT_FOUND */
  find: request(z.strictObject({ modelId: z.string(), soundId: z.string(), threshold: z.number().min(0).max(1).optional() }), jobId),
}

export const detectingEvents = {
  /** A network of a running sweep is done. */
  'detecting.trained': z.object({ jobId: z.string(), row: sweepRow }),
  'detecting.setsChanged': z.array(soundSet),
}
