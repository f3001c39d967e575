import { drawnInRounds, evenly } from '#main/datasets/clips/clipOrder'
import { splitClips, type ClipRecording } from '#main/datasets/clips/clipSet'
import { sizeOf, type Engine, type LossProgram, type NamedArrays } from '#main/engine/engine'
import { reconstructionErrors } from '#main/generating/generatorScores'
import { latentReport, type LabelledPicture } from '#main/generating/latentReport'
import { createSoundGenerator, synthesised } from '#main/generating/soundGenerator'
import type { GeneratorConfig } from '#main/models/generate/generatorConfig'
import { generatorSelfTestValues } from '#main/models/generate/generatorSelfTest'
import { soundVae } from '#main/models/generate/soundVae'
import { soundVaeLoss } from '#main/models/generate/soundVaeLoss'
import { readClips } from '#main/node/clipRecordings'
import { saveModel } from '#main/node/modelFiles'
import { describeClips, type TrainingFamily } from '#main/node/trainingFamily'
import type { BaseModel, TrainingRun } from '#main/node/trainingRun'
import { unwatchedContext } from '#main/node/workContext'
import type { HeardClip, PinnedClip } from '#main/training/resultSource'
import { decibelPicture, type DecibelPictureConfig } from '#shared/dsp/decibelPicture'
import { createStft, type Stft } from '#shared/dsp/stft'
import type { WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'
import type { TrainingConfig } from '#shared/training/config'

/** Pictures that are kept in memory, a quarter of a megabyte for four of source 001. */
const mostSounds = 6000
/** Sounds that an epoch is scored on. */
const heldSounds = 128
/** Sounds that a model's card tells the latents of. */
const reportedSounds = 1000
/** Pictures that are computed at once where nothing is learned. */
const atOnce = 16
/** Sounds that every checkpoint is heard on. */
const pinnedSounds = 4
const selfTestSeed = 9

/** What a generator learns from, and is measured on. */
interface GeneratorSounds {
  readonly train: readonly Sound[]
  readonly held: readonly Sound[]
  readonly stft: Stft
}
type Sound = LabelledPicture & { readonly clip: ClipRecording }

/** Trains a VAE that makes sounds. The score is its loss on sounds that it does not learn from, as it is used, negated. */
export function generatorFamily(run: TrainingRun, model: GeneratorConfig, config: TrainingConfig, engine: Engine, base: BaseModel | undefined): TrainingFamily {
  const { parameters: specs } = soundVae(model)
  let opened: Promise<GeneratorSounds> | undefined
  const sounds = (context: WorkContext = unwatchedContext()) => (opened ??= readSounds(run, model.features, context))
  return {
    specs,
    program: soundVaeLoss(model, config.batchSize, config.loss),
    async openBatches(context) {
      const { train } = await sounds(context)
      const batch = (step: number) => Promise.resolve({ picture: pictures(drawnInRounds(train, config.batchSize, config.seed, step)) })
      return { batch, close: () => Promise.resolve() }
    },
    ...(!base && {
      async begin(parameters, context) {
        const first = drawnInRounds((await sounds(context)).train, config.batchSize, config.seed, 0)
        return measuredOnce(soundVaeLoss(model, first.length, config.loss, 'begin'), first, parameters, engine)
      },
    }),
    openValidation: async () => validation(evenly((await sounds()).held, heldSounds), model, config, engine),
    async save(directory, parameters, line) {
      const { train, held } = await sounds()
      const generator = createSoundGenerator(model, parameters, engine, atOnce)
      try {
        const [learned, kept] = [train, held].map((all) => evenly(all, reportedSounds)) as [Sound[], Sound[]]
        const latent = await latentReport(generator, model.features, learned, kept, unwatchedContext())
        const errors = await reconstructionErrors(evenly(held, heldSounds), generator, unwatchedContext())
        const measuredOn = `${Math.min(heldSounds, held.length)} sounds for validation`
        const scores = [
          { name: 'Reconstruction error', value: errors.mse, unit: '', measuredOn },
          { name: 'Error in decibels', value: errors.decibelError, unit: 'dB', measuredOn },
        ]
        await saveModel(
          directory,
          {
            ...(await describeClips(run, train.map(({ clip }) => clip), base)),
            config: model,
            latent: { ...latent, classes: [...latent.classes], faders: [...latent.faders] },
            scores: held === train ? [] : scores,
            training: { steps: line.step, seconds: line.seconds, seed: config.seed, engine: engine.label, config },
            selfTest: { seed: selfTestSeed, values: await generatorSelfTestValues(model, parameters, engine, selfTestSeed) },
          },
          parameters,
        )
      } finally {
        generator.dispose()
      }
    },
    results: {
      kind: 'clips',
      pin: async (context) => evenly((await sounds(context)).held, pinnedSounds).map(({ clip }) => pinned(clip, model.features)),
      hear: async (parameters, clips, context) => hear(clips, model, parameters, engine, (await sounds(context)).stft, context),
    },
  }
}

/** What a loss program gives for sounds, without noise. */
async function measuredOnce(program: LossProgram, sounds: readonly LabelledPicture[], parameters: NamedArrays, engine: Engine): Promise<NamedArrays> {
  const network = await engine.compile(program, parameters)
  const silent = Object.entries(program.inputs).map(([name, shape]) => [name, new Float32Array(sizeOf(shape))])
  try {
    return await network.run({ ...Object.fromEntries(silent), picture: pictures(sounds) })
  } finally {
    network.dispose()
  }
}

/** The loss of held-out sounds, by the running statistics, with the same noise each time. */
function validation(held: readonly Sound[], model: GeneratorConfig, config: TrainingConfig, engine: Engine) {
  const batch = Math.min(atOnce, held.length)
  const program = soundVaeLoss(model, batch, config.loss, 'use')
  return async (parameters: NamedArrays, context: WorkContext) => {
    const network = await engine.compile(program, parameters)
    const random = randomStream(config.seed).fork('validation')
    const terms: Record<string, number> = {}
    const batches = Math.floor(held.length / batch)
    try {
      for (let i = 0; i < batches; i++) {
        const noise = Object.entries(program.inputs).filter(([name]) => name.startsWith('noise'))
        const drawn = noise.map(([name, shape]) => [name, Float32Array.from({ length: sizeOf(shape) }, () => random.normal())])
        const inputs = { picture: pictures(held.slice(i * batch, (i + 1) * batch)), beta: Float32Array.of(config.beta), ...Object.fromEntries(drawn) }
        for (const [name, [value]] of Object.entries(await network.run(inputs))) terms[name] = (terms[name] ?? 0) + value! / batches
        context.signal.throwIfAborted()
      }
    } finally {
      network.dispose()
    }
    return { score: -terms.loss!, terms }
  }
}

async function readSounds(run: TrainingRun, features: DecibelPictureConfig, context: WorkContext): Promise<GeneratorSounds> {
  const limits = { sampleRate: features.sampleRate, longestSeconds: features.samples / features.sampleRate }
  const { clips, notes } = await readClips(run.data.folder, run.manifest.clips ?? [], limits, context)
  const used = evenly(clips, mostSounds)
  if (used.length < clips.length) run.onNote?.(`Of ${clips.length.toLocaleString('en')} sounds ${mostSounds.toLocaleString('en')} are used, evenly over all: no more fit into memory.`)
  const stft = await createStft(features)
  const shown = (clip: ClipRecording): Sound => ({ clip, label: clip.label, picture: decibelPicture(clip.samples, stft, features) })
  const { train, held, note } = splitClips(used)
  for (const each of [...notes, note]) if (each !== undefined) run.onNote?.(each)
  const learned = train.map(shown)
  return { train: learned, held: held === train ? learned : held.map(shown), stft }
}

function pictures(sounds: readonly LabelledPicture[]): Float32Array {
  const size = sounds[0]!.picture.values.length
  const all = new Float32Array(sounds.length * size)
  sounds.forEach(({ picture }, i) => all.set(picture.values, i * size))
  return all
}

function pinned({ path, split, samples }: ClipRecording, { sampleRate, samples: length }: DecibelPictureConfig): PinnedClip {
  const padded = new Float32Array(length)
  padded.set(samples.subarray(0, length))
  return { name: path, split, mixture: { sampleRate, channels: [padded] }, span: { start: 0, end: length }, targets: {} }
}

/** What a network makes of sounds, as long as they are. */
async function hear(clips: readonly PinnedClip[], model: GeneratorConfig, parameters: NamedArrays, engine: Engine, stft: Stft, context: WorkContext): Promise<HeardClip[]> {
  const generator = createSoundGenerator(model, parameters, engine, Math.min(atOnce, Math.max(1, clips.length)))
  try {
    const given = clips.map(({ mixture }) => decibelPicture(mixture.channels[0]!, stft, model.features))
    const decoded = await generator.decode(await generator.encode(given.map(({ values }) => values), context), context)
    const heard: HeardClip[] = []
    for (const [i, values] of decoded.entries()) {
      const { sampleRate, channels } = await synthesised({ ...given[i]!, values }, stft, model, 'griffinLim', i, context)
      const sound = new Float32Array(model.features.samples)
      sound.set(channels[0]!.subarray(0, sound.length))
      heard.push({ parts: { reconstruction: { sampleRate, channels: [sound] } }, sdr: {} })
    }
    return heard
  } finally {
    generator.dispose()
  }
}
