import type { Engine, NamedArrays } from '#main/engine/engine'
import { drawLatents } from '#main/generating/latentDraws'
import type { LabelledPicture } from '#main/generating/latentReport'
import type { SoundClassifier } from '#main/generating/soundClassifier'
import { createSoundGenerator, pictureErrors, synthesised, type SoundGenerator } from '#main/generating/soundGenerator'
import type { GeneratorFileCard } from '#main/models/generate/generatorCard'
import { soundVaeLoss } from '#main/models/generate/soundVaeLoss'
import { decibelPicture } from '#shared/dsp/decibelPicture'
import type { Stft } from '#shared/dsp/stft'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

/** How well a network reconstructs sounds that it has not learned from. */
export interface ReconstructionScores {
  /** Mean squared error of pictures from 0 to 1. */
  readonly mse: number
  /** Root mean squared error in decibels, a mean over sounds. */
  readonly decibelError: number
  /** Nats a sound, to the prior. */
  readonly kl: number
}

type Generator = Pick<GeneratorFileCard, 'config' | 'latent'>

const atOnce = 8

/** Measures a network on sounds that it has not learned from. @throws the signal's reason */
export async function measureReconstruction({ config }: Generator, parameters: NamedArrays, sounds: readonly LabelledPicture[], engine: Engine, seed: number, context: WorkContext): Promise<ReconstructionScores> {
  const generator = createSoundGenerator(config, parameters, engine, atOnce)
  try {
    const errors = await reconstructionErrors(sounds, generator, context)
    return { ...errors, kl: await meanKl(config, parameters, sounds, engine, seed, context) }
  } finally {
    generator.dispose()
  }
}

/** Means over sounds of what `pictureErrors` gives. @throws the signal's reason */
export async function reconstructionErrors(sounds: readonly LabelledPicture[], generator: SoundGenerator, context: WorkContext): Promise<Pick<ReconstructionScores, 'mse' | 'decibelError'>> {
  const sums = { mse: 0, decibelError: 0 }
  for (let at = 0; at < sounds.length; at += 64) {
    const some = sounds.slice(at, at + 64)
    const decoded = await generator.decode(await generator.encode(some.map(({ picture }) => picture.values), context), context)
    for (const [i, { picture }] of some.entries()) {
      const { mse, decibelError } = pictureErrors(picture, decoded[i]!)
      sums.mse += mse / sounds.length
      sums.decibelError += decibelError / sounds.length
    }
  }
  return sums
}

/** How much of the latents is noise does not show in single sounds: whole batches, the last one filled up from the beginning. */
async function meanKl(config: Generator['config'], parameters: NamedArrays, sounds: readonly LabelledPicture[], engine: Engine, seed: number, context: WorkContext): Promise<number> {
  const program = soundVaeLoss(config, atOnce, { reconstructionWeight: 1 }, 'use')
  const network = await engine.compile(program, parameters)
  const random = randomStream(seed).fork('kl')
  const size = config.features.frames * config.features.bins
  const batches = Math.ceil(sounds.length / atOnce)
  let kl = 0
  try {
    for (let batch = 0; batch < batches; batch++) {
      const picture = new Float32Array(atOnce * size)
      for (let i = 0; i < atOnce; i++) picture.set(sounds[(batch * atOnce + i) % sounds.length]!.picture.values, i * size)
      const noise = Object.entries(program.inputs).filter(([name]) => name.startsWith('noise'))
      const drawn = noise.map(([name, shape]) => [name, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal())])
      kl += (await network.run({ picture, beta: Float32Array.of(1), ...Object.fromEntries(drawn) })).kl![0]! / batches
      await checkpointCancel(context)
    }
    return kl
  } finally {
    network.dispose()
  }
}

/** How many of the sounds of each class a judge hears as what they are. */
export interface Recognition {
  readonly share: number
  readonly byLabel: readonly { readonly label: string; readonly share: number }[]
}

/** Lets a judge listen to real sounds. @throws the signal's reason */
export async function recogniseReal(judge: SoundClassifier, sounds: readonly LabelledPicture[], context: WorkContext): Promise<Recognition> {
  return recognition(sounds.map(({ label }) => label), await judge.recognise(sounds.map(({ picture }) => picture.values), context))
}

/**
 * Draws `each` sounds of every class around its mean with deviation one half, makes sound of them (Griffin-Lim), and lets a judge
 * listen to that sound. @throws the signal's reason
 */
export async function recogniseGenerated(
  { config, latent }: Generator,
  parameters: NamedArrays,
  judge: SoundClassifier,
  stft: Stft,
  engine: Engine,
  { each, seed }: { each: number; seed: number },
  context: WorkContext,
): Promise<Recognition> {
  const generator = createSoundGenerator(config, parameters, engine, atOnce)
  const quiet = { ...context, onProgress: () => {} }
  const { lowest, highest, classes } = latent
  const asked: string[] = []
  const heard: string[] = []
  try {
    for (const [done, { label, mean }] of classes.entries()) {
      const drawn = drawLatents([{ mean, deviation: 0.5 }], each, randomStream(seed).fork(`class ${label}`))
      const pictures: Float32Array[] = []
      for (const [i, values] of (await generator.decode(drawn, quiet)).entries()) {
        const { channels } = await synthesised({ values, lowest, highest }, stft, config, 'griffinLim', seed + i, quiet)
        pictures.push(decibelPicture(channels[0]!, stft, config.features).values)
      }
      asked.push(...drawn.map(() => label))
      heard.push(...(await judge.recognise(pictures, quiet)))
      context.onProgress({ stage: 'listening', completed: done + 1, total: classes.length, unit: 'steps' })
      await checkpointCancel(context)
    }
    return recognition(asked, heard)
  } finally {
    generator.dispose()
  }
}

function recognition(asked: readonly string[], heard: readonly string[]): Recognition {
  const right = (label?: string) => {
    const places = asked.flatMap((each, i) => (label === undefined || each === label ? [i] : []))
    return places.filter((i) => heard[i] === asked[i]).length / Math.max(1, places.length)
  }
  return { share: right(), byLabel: [...new Set(asked)].map((label) => ({ label, share: right(label) })) }
}
