import type { Engine, Executable, NamedArrays } from '#main/engine/engine'
import { maskProgram, type DuoVaeConfig } from '#main/models/duoVae'
import type { Blocks } from '#main/separation/blocks'
import { MaskedSpectrum } from '#main/separation/maskedSpectrum'
import { createResampler, type Resampler } from '#shared/dsp/resample'
import { createStft, type Stft } from '#shared/dsp/stft'
import type { ForwardStftStream, InverseStftStream } from '#shared/dsp/stftStream'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** `best` lets every frame be seen by four segments, `fast` by little more than one. */
export type Quality = 'fast' | 'best'

/** A model made ready on an engine. Call `dispose` when done. */
export interface Separator {
  readonly config: DuoVaeConfig
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
export async function createSeparator(config: DuoVaeConfig, parameters: NamedArrays, engine: Engine, batch = 4): Promise<Separator> {
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
  const { sampleRate, fftSize, hopLength } = separator.config.stft
  const stft = await createStft({ fftSize, hopLength })
  const channels = await Promise.all(
    Array.from({ length: input.channels }, () => channelPath(stft, input.sampleRate, sampleRate)),
  )
  const spectrum = new MaskedSpectrum(separator, options, stft.bins, input.channels)
  let received = 0
  let resampled = 0
  let yielded = 0
  try {
    const advance = async function* (ended: boolean): AsyncGenerator<Float32Array[]> {
      spectrum.push(channels.map((channel) => channel.forward.pull()))
      if (ended) spectrum.end()
      for (;;) {
        const worked = await spectrum.step()
        const masked = spectrum.pull()
        channels.forEach((channel, i) => channel.inverse.push(masked[i]!))
        const last = ended && spectrum.finished
        if (last) channels.forEach((channel) => channel.inverse.end(resampled))
        const out = channels.map(({ up, inverse }) => up.process(inverse.pull()))
        // Rates that do not divide may round the length up or down by a sample on the way there and back.
        const block = last ? fitted(out.map((samples, i) => joined(samples, channels[i]!.up.flush())), received - yielded) : out
        yielded += block[0]!.length
        if (block[0]!.length > 0) yield block
        reportProgress(context, yielded, input)
        await checkpointCancel(context)
        if (!worked || last) return
      }
    }
    for await (const block of input.blocks) {
      received += block[0]!.length
      channels.forEach((channel, i) => {
        const samples = channel.down.process(block[i]!)
        if (i === 0) resampled += samples.length
        channel.forward.push(samples)
      })
      yield* advance(false)
    }
    channels.forEach((channel, i) => {
      const samples = channel.down.flush()
      if (i === 0) resampled += samples.length
      channel.forward.push(samples)
      channel.forward.end()
    })
    yield* advance(true)
  } finally {
    channels.forEach(({ down, up }) => [down, up].forEach((resampler) => resampler.dispose()))
    stft.dispose()
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

function reportProgress(context: WorkContext, done: number, { sampleRate, frames }: SeparationInput): void {
  if (frames === undefined) return
  context.onProgress({ stage: 'separating', completed: done / sampleRate, total: frames / sampleRate, unit: 'seconds' })
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

function fitted(block: Float32Array[], length: number): Float32Array[] {
  return block.map((samples) => {
    if (samples.length === length) return samples
    const out = new Float32Array(length)
    out.set(samples.subarray(0, length))
    return out
  })
}
