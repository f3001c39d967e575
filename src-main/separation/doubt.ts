import { sizeOf, type Engine, type NamedArrays } from '#main/engine/engine'
import { latentShape, sampledMaskProgram } from '#main/models/duoVae'
import { maskProgram, type SeparatorConfig } from '#main/models/separatorNetwork'
import { DoubtCurve } from '#main/separation/doubtCurve'
import { MaskedSpectrum } from '#main/separation/maskedSpectrum'
import type { SeparationInput, Separator } from '#main/separation/separator'
import type { DoubtResult } from '#shared/contract/repair'
import { createResampler, type Resampler } from '#shared/dsp/resample'
import type { Spectrum } from '#shared/dsp/spectrum'
import { createStft, type Stft } from '#shared/dsp/stft'
import type { ForwardStftStream } from '#shared/dsp/stftStream'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream, type RandomStream } from '#shared/random'

/** A model made ready on an engine, like a separator; the masks of a VAE also ask for noise: see `sampledMaskProgram`. */
export type Sampler = Separator

/** @throws AppError ENGINE_OUT_OF_MEMORY, ENGINE_LOST, MODEL_INCOMPATIBLE */
export async function createSampler(config: SeparatorConfig, parameters: NamedArrays, engine: Engine, batch = 4): Promise<Sampler> {
  const program = config.family === 'duovae' ? sampledMaskProgram(config, batch) : maskProgram(config, batch)
  const masks = await engine.compile(program, parameters)
  return { config, engine, batch, masks, dispose: () => masks.dispose() }
}

export interface DoubtOptions {
  /** Latent samples of each segment. */
  readonly samples: number
  readonly seed: number
}

/**
 * Finds where a model guesses. For each point of the spectrum, p is the mean over latent samples of the vocals' share. A point
 * that belongs to one stem, to the vocals with probability p, is misplaced by |X|²·p(1 - p) of its power on average; the
 * doubt is 4·p(1 - p): 0 where all samples are sure and agree, 1 where nothing is known. By the law of total variance that
 * is what each sample is unsure of, 4·E[p(1 - p)], plus how far the samples lie apart, 4·Var[p]. The second part, the spread of
 * the posterior, is far smaller in the models of today: their decoders see the mixture by their skips, and hardly need the
 * latent. It is given as `spread`. A point where both stems sound at once is in doubt as well: there, too, a mask errs.
 * @returns values a tenth of a second, weighted by the mixture's power; where that is next to nothing they go to 0
 * @throws what the engine throws; the signal's reason when cancelled
 */
export async function findDoubt(input: SeparationInput, sampler: Sampler, options: DoubtOptions, context: WorkContext): Promise<DoubtResult> {
  const doubtful = new DoubtfulMasks(sampler, options)
  const path = await DoubtPath.open(input, doubtful.separator())
  try {
    let done = 0
    for await (const block of input.blocks) {
      await path.push(block, context)
      done += block[0]!.length
      reportProgress(context, done, input)
    }
    await path.end(context)
    return { ...path.curve.result(input.sampleRate, done), spread: doubtful.spread }
  } finally {
    path.dispose()
  }
}

function reportProgress(context: WorkContext, done: number, { sampleRate, frames }: SeparationInput): void {
  if (frames === undefined) return
  context.onProgress({ stage: 'looking', completed: done / sampleRate, total: frames / sampleRate, unit: 'seconds' })
}

/** The way of a sound to the model's rate and through its doubts into a curve, as far as its blocks have come. */
class DoubtPath {
  readonly curve: DoubtCurve

  private constructor(
    private readonly stft: Stft,
    private readonly channels: readonly { down: Resampler; forward: ForwardStftStream }[],
    private readonly spectrum: MaskedSpectrum,
    frameSeconds: number,
  ) {
    this.curve = new DoubtCurve(frameSeconds)
  }

  static async open(input: SeparationInput, doubts: Separator): Promise<DoubtPath> {
    const { sampleRate, fftSize, hopLength } = doubts.config.stft
    const downs: Resampler[] = []
    for (let i = 0; i < input.channels; i++) downs.push(await createResampler(input.sampleRate, sampleRate))
    const stft = await createStft({ fftSize, hopLength })
    const channels = downs.map((down) => ({ down, forward: stft.openForward() }))
    return new DoubtPath(stft, channels, new MaskedSpectrum(doubts, { quality: 'fast' }, stft.bins, input.channels), hopLength / sampleRate)
  }

  async push(block: readonly Float32Array[], context: WorkContext): Promise<void> {
    this.channels.forEach(({ down, forward }, i) => forward.push(down.process(block[i]!)))
    this.pushFrames()
    while (await this.step(context));
  }

  async end(context: WorkContext): Promise<void> {
    for (const { down, forward } of this.channels) {
      forward.push(down.flush())
      forward.end()
    }
    this.pushFrames()
    this.spectrum.end()
    do await this.step(context)
    while (!this.spectrum.finished)
  }

  private pushFrames(): void {
    const frames = this.channels.map(({ forward }) => forward.pull())
    this.curve.addPowers(framePowers(frames))
    this.spectrum.push(frames)
  }

  private async step(context: WorkContext): Promise<boolean> {
    const worked = await this.spectrum.step()
    this.curve.addDoubts(framePowers(this.spectrum.pull()))
    await checkpointCancel(context)
    return worked
  }

  dispose(): void {
    for (const { down } of this.channels) down.dispose()
    this.stft.dispose()
  }
}

/** Sum over channels and bins of |X|², a value a frame. */
function framePowers(channels: readonly Spectrum[]): Float64Array {
  const { frames, bins } = channels[0]!
  const powers = new Float64Array(frames)
  for (const { re, im } of channels) {
    for (let f = 0; f < frames; f++) {
      let sum = 0
      for (let i = f * bins; i < (f + 1) * bins; i++) sum += re[i]! * re[i]! + im[i]! * im[i]!
      powers[f]! += sum
    }
  }
  return powers
}

/** Gives, in place of masks, the square root of the doubt: applied to a spectrum it leaves the power that may be misplaced. */
class DoubtfulMasks {
  private readonly random: RandomStream
  private runs = 0
  private squares = 0
  private values = 0

  constructor(
    private readonly sampler: Sampler,
    private readonly options: DoubtOptions,
  ) {
    this.random = randomStream(options.seed)
  }

  /** Root mean square deviation of masks from their mean over latent samples. */
  get spread(): number {
    return this.values === 0 ? 0 : Math.sqrt(this.squares / this.values)
  }

  separator(): Separator {
    // What is unsure does not lean.
    const config = { ...this.sampler.config, lean: undefined }
    return { ...this.sampler, config, masks: { run: async ({ features }) => ({ vocalMask: await this.run(features!) }), dispose: () => {} } }
  }

  private async run(features: Float32Array): Promise<Float32Array> {
    const { masks, config, batch } = this.sampler
    // A network without latents always says the same: its doubt is what its one mask is unsure of.
    if (config.family !== 'duovae') return this.doubts([(await masks.run({ features })).vocalMask!])
    const size = sizeOf(latentShape(config, batch))
    const random = this.random.fork(this.runs++)
    const noise = () => Float32Array.from({ length: size }, () => random.normal())
    const sampled: Float32Array[] = []
    for (let i = 0; i < this.options.samples; i++) {
      // Copied: an engine may hand out the same memory again.
      sampled.push((await masks.run({ features, vocalNoise: noise(), musicNoise: noise() })).vocalMask!.slice())
    }
    return this.doubts(sampled)
  }

  private doubts(sampled: readonly Float32Array[]): Float32Array {
    const out = new Float32Array(sampled[0]!.length)
    for (let i = 0; i < out.length; i++) {
      let sum = 0
      let squares = 0
      for (const mask of sampled) {
        sum += mask[i]!
        squares += mask[i]! * mask[i]!
      }
      const mean = sum / sampled.length
      this.squares += Math.max(0, squares / sampled.length - mean * mean)
      out[i] = Math.sqrt(Math.max(0, 4 * mean * (1 - mean)))
    }
    this.values += out.length
    return out
  }
}
