import type { Engine, Executable } from '#main/engine/engine'
import { sizeOf, type NamedArrays } from '#main/engine/engine'
import { latentShape, sampledMaskProgram, type DuoVaeConfig } from '#main/models/duoVae'
import { MaskedSpectrum } from '#main/separation/maskedSpectrum'
import type { SeparationInput, Separator } from '#main/separation/separator'
import type { DoubtResult } from '#shared/contract/repair'
import { createResampler } from '#shared/dsp/resample'
import type { Spectrum } from '#shared/dsp/spectrum'
import { createStft } from '#shared/dsp/stft'
import { DoubtCurve } from '#main/separation/doubtCurve'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream, type RandomStream } from '#shared/random'

/** A model that gives masks for latent samples, made ready on an engine. Call `dispose` when done. */
export interface Sampler {
  readonly config: DuoVaeConfig
  readonly engine: Engine
  readonly batch: number
  readonly masks: Executable
  dispose(): void
}

/** @throws AppError ENGINE_OUT_OF_MEMORY, ENGINE_LOST, MODEL_INCOMPATIBLE */
export async function createSampler(config: DuoVaeConfig, parameters: NamedArrays, engine: Engine, batch = 4): Promise<Sampler> {
  const masks = await engine.compile(sampledMaskProgram(config, batch), parameters)
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
  const { sampleRate, fftSize, hopLength } = sampler.config.stft
  const doubtful = new DoubtfulMasks(sampler, options)
  const stft = await createStft({ fftSize, hopLength })
  const channels: { down: Awaited<ReturnType<typeof createResampler>>; forward: ReturnType<typeof stft.openForward> }[] = []
  try {
    for (let i = 0; i < input.channels; i++) channels.push({ down: await createResampler(input.sampleRate, sampleRate), forward: stft.openForward() })
    const spectrum = new MaskedSpectrum(doubtful.separator(), { quality: 'fast' }, stft.bins, input.channels)
    const curve = new DoubtCurve(hopLength / sampleRate)
    const advance = async () => {
      const frames = channels.map(({ forward }) => forward.pull())
      curve.addPowers(framePowers(frames))
      spectrum.push(frames)
      for (let working = true; working; ) {
        working = await spectrum.step()
        curve.addDoubts(framePowers(spectrum.pull()))
        await checkpointCancel(context)
      }
    }
    let done = 0
    for await (const block of input.blocks) {
      channels.forEach(({ down, forward }, i) => forward.push(down.process(block[i]!)))
      await advance()
      done += block[0]!.length
      if (input.frames !== undefined) context.onProgress({ stage: 'doubting', completed: done / input.sampleRate, total: input.frames / input.sampleRate, unit: 'seconds' })
    }
    for (const { down, forward } of channels) {
      forward.push(down.flush())
      forward.end()
    }
    const last = channels.map(({ forward }) => forward.pull())
    curve.addPowers(framePowers(last))
    spectrum.push(last)
    spectrum.end()
    do {
      await spectrum.step()
      curve.addDoubts(framePowers(spectrum.pull()))
      await checkpointCancel(context)
    } while (!spectrum.finished)
    return { ...curve.result(input.sampleRate, done), spread: doubtful.spread }
  } finally {
    for (const { down } of channels) down.dispose()
    stft.dispose()
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
    return { ...this.sampler, masks: { run: async ({ features }) => ({ vocalMask: await this.run(features!) }), dispose: () => {} } }
  }

  private async run(features: Float32Array): Promise<Float32Array> {
    const { masks, config, batch } = this.sampler
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
