import { z } from 'zod'
import { labTasks } from '#main/compute/labTasks'
import { task, values } from '#main/compute/task'
import type { Manifest, ManifestImages } from '#main/datasets/manifest'
import { checkReport } from '#shared/contract/datasets'
import { engineRung } from '#shared/contract/engine'
import { encodedLatents } from '#shared/contract/playground'
import { doubtResult, spectralRegion } from '#shared/contract/repair'
import { loudnessFacts, renderFormat, renderRequest } from '#shared/contract/render'
import { quality, separationReport, stemFormat, stemNames } from '#shared/contract/separation'
import { measurementResult } from '#shared/contract/studies'
import { song } from '#shared/contract/songs'
import { sound } from '#shared/contract/sounds'
import { benchmarkResult, runPreparing, runProgress } from '#shared/contract/training'
import { networkInspection } from '#shared/contract/models'
import { mixingRules } from '#shared/images/mixing'
import { networkDescription } from '#shared/contract/networkAdapter'
import { failure, workProgress } from '#shared/jobs/job'
import { trainingConfig } from '#shared/training/config'
import { historyLine } from '#shared/training/history'

const stemPaths = z.strictObject({ vocals: z.string(), accompaniment: z.string() })

/** Where stems go: both files or neither, numbered alike where a name is taken and may not be overwritten. */
const output = z.strictObject({ folder: z.string(), names: stemPaths, overwrite: z.boolean(), format: stemFormat })
export type StemOutput = z.infer<typeof output>

/** Seconds from the beginning, and seconds; the whole song without them. */
const range = { start: z.number().optional(), length: z.number().optional() }

const songFacts = song.pick({ sampleRate: true, channels: true, frames: true, seconds: true, warnings: true })

/** What a sound is; `id` says its content. */
const soundFacts = sound.pick({ id: true, sampleRate: true, channels: true, frames: true })

/** Files of a pair of stems, and the sound that they sum to from `offset` (in frames) on. */
const pairFiles = stemPaths.extend({ mixture: z.string(), offset: z.number().int() })
const regions = z.array(spectralRegion)
const stemName = z.enum(stemNames)

const stemOperation = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('move'), regions, from: stemName }),
  z.strictObject({ kind: z.literal('gain'), regions, stem: stemName, decibels: z.number() }),
  z.strictObject({ kind: z.literal('reshape'), exponent: z.number() }),
])
export type StemOperation = z.infer<typeof stemOperation>

/** What a project is rendered from: a choice of files, and the paths of the sounds by the ids of their sources. */
const mix = {
  choice: renderRequest.omit({ format: true }),
  /** For file names. */
  date: z.string(),
  sounds: z.record(z.string(), z.string()),
}

/** A run in its folder, and what it learns from; see src-main/node/trainingRun. */
const runFiles = {
  runFolder: z.string(),
  /** Where decoded recordings are kept. */
  cacheFolder: z.string(),
  presetId: z.string(),
  /** Folder that the paths of the manifest start from. */
  dataFolder: z.string(),
  config: trainingConfig,
  /** Folder of the model to start from. */
  from: z.string().optional(),
}

/** What a running training can be told: `pause` and `stop` end it after the step in hand, `stop` with a best model. */
const trainingWish = z.enum(['pause', 'stop', 'checkpoint'])
export type TrainingWish = z.infer<typeof trainingWish>

const trainingNews = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready'), engine: z.string() }),
  z.strictObject({ kind: z.literal('preparing'), preparing: runPreparing }),
  z.strictObject({ kind: z.literal('progress'), progress: runProgress }),
  z.strictObject({ kind: z.literal('epoch'), line: historyLine }),
  /** A checkpoint has been written. */
  z.strictObject({ kind: z.literal('checkpoint'), step: z.number().int() }),
  /** Something that the user should know of, in sentences; with the batch size that is used from now on, where that has changed. */
  z.strictObject({ kind: z.literal('note'), note: z.string(), batchSize: z.number().int().optional() }),
])
export type TrainingNews = z.infer<typeof trainingNews>

export const pairFindings = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('found'),
    /** Frames and lengths are at the mixture's rate. */
    alignment: z.object({ delay: z.number().int(), gain: z.number(), mixtureFrames: z.number().int(), stemFrames: z.number().int() }),
  }),
  z.object({ kind: z.enum(['unlike', 'drifting']) }),
])

const scores = z.object({ usdr: z.number(), sisdr: z.number() })

/** A model that takes pictures apart, of these weights, and how pictures are mixed. */
const unmixer = { directory: z.string(), sha256: z.string(), rule: z.enum(mixingRules), level: z.number() }
const bothPictures = z.object({ first: values, second: values, mixture: values })
const posteriors = z.object({ mean: values, logVariance: values })

/** Some pictures of the dataset in `folder`; `hash` changes with its files. */
const pictureFile = { folder: z.string(), hash: z.string(), images: z.custom<ManifestImages>() }

/** What the compute process can be asked to do: files in, files and numbers out, never samples. */
export const computeTasks = {
  /** Reads what a sound file is; `sha256` identifies its content. */
  inspect: task(z.strictObject({ path: z.string() }), songFacts.extend({ sha256: z.string() })),
  /** Separates a song and writes both stems; meanwhile, what is done of them to the files of `preview`. */
  separate: task(
    z.strictObject({
      ...range,
      path: z.string(),
      modelDirectory: z.string(),
      quality,
      output,
      preview: stemPaths.optional(),
      /** Where to compute; where that is fastest without it. */
      device: z.literal('cpu').optional(),
    }),
    separationReport.omit({ model: true, elapsedSeconds: true, realTimeFactor: true }).extend({ paths: stemPaths }),
  ),
  /** Writes the stems of a finished separation once more; music is what vocals leave of the mixture, as in `separate`. */
  convert: task(
    z.strictObject({ path: z.string(), ...range, vocalsPath: z.string(), output }),
    z.object({ warnings: z.array(z.string()), paths: stemPaths }),
  ),
  /** Decodes a song into a WAV file that holds exactly what can be read of it, and its peaks. */
  decode: task(
    z.strictObject({ path: z.string(), audioPath: z.string(), peaksPath: z.string() }),
    soundFacts.extend({ warnings: z.array(z.string()) }),
  ),
  /** Looks at a WAV file that this app has written, and writes its peaks. */
  survey: task(z.strictObject({ audioPath: z.string(), peaksPath: z.string() }), soundFacts),
  /** Draws a tile of a spectrogram into a folder of tiles, unless it is there. */
  drawTile: task(z.strictObject({ audioPath: z.string(), folder: z.string(), level: z.number().int(), index: z.number().int() }), z.void()),
  /** Writes stems as an operation leaves them; `gain` writes only the stem that changes. */
  repair: task(
    z.strictObject({ pair: pairFiles, operation: stemOperation, output: stemPaths }),
    z.object({ nullResidualDbfs: z.number(), warnings: z.array(z.string()) }),
  ),
  /** Measures the peak of mixture minus the sum of its stems. */
  measureNull: task(z.strictObject({ pair: pairFiles }), z.object({ nullResidualDbfs: z.number() })),
  /** Writes a stretch (in frames) of both stems as an exponent leaves them; says where it begins. */
  previewReshape: task(
    z.strictObject({ pair: stemPaths, exponent: z.number(), start: z.number().int(), length: z.number().int(), output: stemPaths }),
    z.object({ start: z.number().int() }),
  ),
  /** Writes what is selected of a sound, alone; says at which frame of it that begins. */
  audition: task(z.strictObject({ path: z.string(), regions, output: z.string() }), z.object({ start: z.number().int() })),
  /** Finds where a model guesses: `length` frames of a mixture from `offset` on. */
  doubt: task(
    z.strictObject({ mixture: z.string(), offset: z.number().int(), length: z.number().int(), modelDirectory: z.string(), seed: z.number().int() }),
    doubtResult,
  ),
  /** Writes files of a project into a folder, all or none, numbered alike where a name is taken; measures them if it is to. */
  render: task(
    z.strictObject({ ...mix, folder: z.string(), format: renderFormat, measured: z.boolean() }),
    z.object({ files: z.array(z.object({ path: z.string(), loudness: loudnessFacts.optional() })), gainDb: z.number(), warnings: z.array(z.string()) }),
  ),
  /** Measures what `render` would write, file by file. */
  loudness: task(z.strictObject(mix), z.array(loudnessFacts)),
  /** Scores stems, and the mixture taken as the estimate of both, against the true ones; the range is that of the stems. Decibels. */
  measure: task(
    z.strictObject({ ...range, mixture: z.string(), estimates: stemPaths, references: stemPaths }),
    z.object({ stems: z.object({ vocals: scores, accompaniment: scores }), mixture: z.object({ vocals: scores, accompaniment: scores }) }),
  ),
  /** Starts a run in its folder, or goes on with it where it is. */
  train: {
    ...task(
      z.strictObject({
        ...runFiles,
        /** Seconds of training at most, over all sittings. */
        seconds: z.number().optional(),
        resultsEvery: z.number().int(),
        /** Seconds between checkpoints; some minutes where nothing is said. */
        checkpointSeconds: z.number().optional(),
      }),
      z.object({ reason: z.enum(['finished', 'time', 'noProgress', 'paused', 'stopped']) }),
    ),
    told: trainingWish,
    event: trainingNews,
  },
  /** Trains for some seconds on throw-away weights, with the data of a manifest.json in `runFolder`, and says what a whole run would take. */
  benchmark: task(z.strictObject({ ...runFiles, resultsEvery: z.number().int(), seconds: z.number() }), benchmarkResult),
  /** Writes what a run's last checkpoint has learned as a model. */
  exportRun: task(z.strictObject({ ...runFiles, directory: z.string() }), z.void()),
  /** Measures the best network of a finished run on songs that it has not learned from; see src-main/node/heldOut. */
  measureRun: task(z.strictObject({ runFolder: z.string(), dataFolder: z.string() }), measurementResult),
  /** Vocals SDR of models, each in its folder, on the songs that a run keeps for its test, song by song. */
  compareModels: task(
    z.strictObject({ runFolder: z.string(), dataFolder: z.string(), directories: z.array(z.string()) }),
    z.array(z.object({ name: z.string(), sdr: z.array(z.number()) })),
  ),
  describePresets: task(z.undefined(), z.array(z.object({ id: z.string(), parameters: z.number().int(), memory: z.number() }))),
  /** Measures what there is to learn from below a folder; whose report it is, its caller knows. */
  check: task(z.strictObject({ folder: z.string(), manifest: z.custom<Manifest>() }), checkReport.omit({ datasetId: true, hash: true })),
  /** Finds out how a stem lies in a mixture of the same song; see src-main/datasets/alignment. */
  alignPair: task(z.strictObject({ mixture: z.string(), stem: z.string() }), pairFindings),
  /** Writes what a model makes of the clips of a run into a folder that is there; see src-main/node/clipComparison. */
  compareClips: task(
    z.strictObject({ runFolder: z.string(), modelDirectory: z.string(), name: z.string(), output: z.string(), device: z.literal('cpu').optional() }),
    z.void(),
  ),
  /** Writes the model in `directory` as one file, numbered where its name is taken. */
  packModel: task(z.strictObject({ directory: z.string(), path: z.string() }), z.object({ path: z.string() })),
  /** Reads such a file into a folder, and tests the model. */
  unpackModel: task(z.strictObject({ path: z.string(), folder: z.string() }), z.void()),
  /** Writes the model in `directory` as ONNX; `place` is where, without an extension. */
  exportNetwork: task(z.strictObject({ directory: z.string(), place: z.string() }), z.object({ paths: z.array(z.string()) })),
  /** Says what an ONNX model takes and gives. */
  inspectNetwork: task(z.strictObject({ path: z.string() }), networkInspection),
  /** Takes an ONNX model as a separator into a folder, where it has answered as described. */
  importNetwork: task(z.strictObject({ path: z.string(), folder: z.string(), description: networkDescription }), z.void()),
  /** Measures how much faster than it sounds noise is separated. */
  measureSpeed: task(z.strictObject({ modelDirectory: z.string() }), z.object({ realTimeFactor: z.number(), engine: z.string() })),
  /** Gives `count` pictures as a seed has it, of one label or one place where that is asked for. */
  readPictures: task(
    z.strictObject({ ...pictureFile, seed: z.number().int(), count: z.number().int(), label: z.number().int().optional(), index: z.number().int().optional() }),
    z.array(z.object({ pixels: values, index: z.number().int(), label: z.number().int().optional() })),
  ),
  /** One more than the highest label of pictures; 0 where they have none. */
  countClasses: task(z.strictObject(pictureFile), z.number().int()),
  /** Takes mixtures apart; latents come from networks that have some. */
  unmixPictures: task(
    z.strictObject({ ...unmixer, mixtures: values }),
    bothPictures.extend({ latents: encodedLatents.extend({ first: posteriors, second: posteriors }).optional() }),
  ),
  /** Decodes latents, each with the mixture that a network with skips looks at. */
  decodePictures: task(z.strictObject({ ...unmixer, first: values, second: values, mixtures: values }), bothPictures),
  ...labTasks,
  /** Finds the engine that separations will use, which takes a while on a machine's first run; gives its name in plain words. */
  prepare: task(z.undefined(), z.string()),
  describeEngines: task(z.undefined(), z.array(engineRung)),
}

export type ComputeTaskName = keyof typeof computeTasks
export type ComputeInput<Name extends ComputeTaskName> = z.output<(typeof computeTasks)[Name]['input']>
export type ComputeResult<Name extends ComputeTaskName> = z.output<(typeof computeTasks)[Name]['result']>

/** What a running task of this name can be told, and what it says besides its progress. */
export type ComputeTold<Name extends ComputeTaskName> = z.output<(typeof computeTasks)[Name]['told']>
export type ComputeEvent<Name extends ComputeTaskName> = z.output<(typeof computeTasks)[Name]['event']>

const taskNames = Object.keys(computeTasks) as [ComputeTaskName, ...ComputeTaskName[]]

/** Messages to the compute process; `id` names one run of a task. */
export const toCompute = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('run'), id: z.number().int(), task: z.enum(taskNames), input: z.unknown() }),
  z.strictObject({ type: z.literal('cancel'), id: z.number().int() }),
  /** To a task that runs; one that has just ended does not hear it. */
  z.strictObject({ type: z.literal('tell'), id: z.number().int(), message: z.unknown() }),
])
export type ToCompute = z.infer<typeof toCompute>

/** Messages from the compute process. After one that is neither `progress` nor `event`, its id is not used again. */
export const fromCompute = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('progress'), id: z.number().int(), progress: workProgress }),
  z.strictObject({ type: z.literal('event'), id: z.number().int(), event: z.unknown() }),
  z.strictObject({ type: z.literal('succeeded'), id: z.number().int(), result: z.unknown() }),
  z.strictObject({ type: z.literal('failed'), id: z.number().int(), error: failure }),
  z.strictObject({ type: z.literal('cancelled'), id: z.number().int() }),
])
export type FromCompute = z.infer<typeof fromCompute>
