import type { Engine, Executable, NamedArrays } from '#main/engine/engine'
import { maskProgram, type SeparatorConfig } from '#main/models/separatorNetwork'
import type { Blocks } from '#main/separation/blocks'
import { MaskedSpectrum } from '#main/separation/maskedSpectrum'
import { concatenate } from '#shared/audio/concatenate'
import type { Quality } from '#shared/contract/separation'
import { createResampler, type Resampler } from '#shared/dsp/resample'
import { createStft, type Stft } from '#shared/dsp/stft'
import type { ForwardStftStream, InverseStftStream } from '#shared/dsp/stftStream'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** A model made ready on an engine. Call `dispose` when done. */
export interface Separator {
  readonly config: SeparatorConfig
  readonly engine: Engine
  /** Segments that are computed at once. */
  readonly batch: number
  readonly masks: Executable
  dispose(): void
}

export interface SeparationOptions {
  readonly quality: Quality
}

/** Sound that arrives in blocks of one Float32Array a channel. */
export interface SeparationInput {
  /** Hertz, 8000 to 192000. */
  readonly sampleRate: number
  /** 1 or 2. */
  readonly channels: number
  /** Samples a channel, where known beforehand; only progress needs it. */
  readonly frames?: number | undefined
  readonly blocks: Blocks
}

/** @throws AppError ENGINE_OUT_OF_MEMORY, ENGINE_LOST, MODEL_INCOMPATIBLE */
export async function createSeparator(config: SeparatorConfig, parameters: NamedArrays, engine: Engine, batch = 4): Promise<Separator> {
  const masks = await engine.compile(maskProgram(config, batch), parameters)
  return { config, engine, batch, masks, dispose: () => masks.dispose() }
}

/**
 * Yields the vocals of a sound, at its rate, in its channels, without delay and of exactly its length, in blocks of other
 * sizes. What the model does not hear (above its sample rate's half) belongs to the music. Memory does not grow with length.
 * @throws what the engine throws; the signal's reason when cancelled.
 */
export async function* separateVocals(
  input: SeparationInput,
  separator: Separator,
  options: SeparationOptions,
  context: WorkContext,
): AsyncGenerator<Float32Array[]> {
  const path = await SoundPath.open(input, separator, options)
  let done = 0
  const advance = async function* (): AsyncGenerator<Float32Array[]> {
    for await (const block of path.vocals()) {
      done += block[0]!.length
      if (block[0]!.length > 0) yield block
      reportProgress(context, done, input)
      await checkpointCancel(context)
    }
  }
  try {
    for await (const block of input.blocks) {
      path.push(block)
      yield* advance()
    }
    path.end()
    yield* advance()
  } finally {
    path.dispose()
  }
}

interface ChannelPath {
  down: Resampler
  forward: ForwardStftStream
  inverse: InverseStftStream
  up: Resampler
}

async function channelPath(stft: Stft, source: number, model: number): Promise<ChannelPath> {
  return {
    down: await createResampler(source, model),
    forward: stft.openForward(),
    inverse: stft.openInverse(),
    up: await createResampler(model, source),
  }
}

/** The way of a sound to the model's rate, through its masks, and back, as far as its blocks have come. */
class SoundPath {
  private received = 0
  private resampled = 0
  private yielded = 0
  private ended = false

  private constructor(
    private readonly stft: Stft,
    private readonly channels: ChannelPath[],
    private readonly spectrum: MaskedSpectrum,
  ) {}

  static async open(input: SeparationInput, separator: Separator, options: SeparationOptions): Promise<SoundPath> {
    const { sampleRate, fftSize, hopLength } = separator.config.stft
    const stft = await createStft({ fftSize, hopLength })
    const path = new SoundPath(stft, [], new MaskedSpectrum(separator, options, stft.bins, input.channels))
    try {
      for (let i = 0; i < input.channels; i++) path.channels.push(await channelPath(stft, input.sampleRate, sampleRate))
      return path
    } catch (error) {
      path.dispose()
      throw error
    }
  }

  /** Takes the next block. */
  push(block: readonly Float32Array[]): void {
    this.received += block[0]!.length
    this.forward((down, channel) => down.process(block[channel]!))
  }

  /** Says that no block follows. */
  end(): void {
    this.forward((down) => down.flush())
    for (const { forward } of this.channels) forward.end()
    this.ended = true
  }

  private forward(resampledBy: (down: Resampler, channel: number) => Float32Array): void {
    this.channels.forEach(({ down, forward }, channel) => {
      const samples = resampledBy(down, channel)
      if (channel === 0) this.resampled += samples.length
      forward.push(samples)
    })
  }

  /** Yields, batch by batch of segments, the vocals that the blocks so far suffice for; some blocks are empty. */
  async *vocals(): AsyncGenerator<Float32Array[]> {
    const { spectrum, channels } = this
    spectrum.push(channels.map(({ forward }) => forward.pull()))
    if (this.ended) spectrum.end()
    for (;;) {
      const worked = await spectrum.step()
      const masked = spectrum.pull()
      channels.forEach(({ inverse }, i) => inverse.push(masked[i]!))
      const last = this.ended && spectrum.finished
      const block = last ? this.lastBlock() : channels.map(({ up, inverse }) => up.process(inverse.pull()))
      this.yielded += block[0]!.length
      yield block
      if (!worked || last) return
    }
  }

  /** Rates that do not divide may round the length up or down by a sample on the way there and back. */
  private lastBlock(): Float32Array[] {
    const rest = this.channels.map(({ up, inverse }) => {
      inverse.end(this.resampled)
      return concatenate([up.process(inverse.pull()), up.flush()])
    })
    return fitted(rest, this.received - this.yielded)
  }

  dispose(): void {
    for (const { down, up } of this.channels) [down, up].forEach((resampler) => resampler.dispose())
    this.stft.dispose()
  }
}

function reportProgress(context: WorkContext, done: number, { sampleRate, frames }: SeparationInput): void {
  if (frames === undefined) return
  context.onProgress({ stage: 'separating', completed: done / sampleRate, total: frames / sampleRate, unit: 'seconds' })
}

function fitted(block: Float32Array[], length: number): Float32Array[] {
  return block.map((samples) => {
    if (samples.length === length) return samples
    const out = new Float32Array(length)
    out.set(samples.subarray(0, length))
    return out
  })
}
