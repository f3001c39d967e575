import type { Blocks } from '#main/separation/blocks'
import { concatenate } from '#shared/audio/concatenate'
import { createResampler, type Resampler } from '#shared/dsp/resample'
import type { Spectrum } from '#shared/dsp/spectrum'
import type { Stft } from '#shared/dsp/stft'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

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

/** Something of a mixture that comes piece by piece, of which a model makes the same of the vocals. */
interface Vocals<Piece> {
  /** True when all is computed and pulled. */
  readonly finished: boolean
  /** Takes the next of every channel. */
  push(pieces: readonly Piece[]): void
  /** Says that nothing follows. */
  end(): void
  /** Computes a little if what it needs is there; says whether it did. */
  step(): Promise<boolean>
  /** What is known of every channel and not yet pulled. */
  pull(): Piece[]
}

export type VocalSpectra = Vocals<Spectrum>
/** Samples at a model's rate; what is pulled is, in all, as long as what was pushed. */
export type VocalSamples = Vocals<Float32Array> & { dispose(): void }

/** Makes samples of what a model makes of spectra; ends the transform with itself. */
export function samplesOfSpectra(stft: Stft, spectra: VocalSpectra, channels: number): VocalSamples {
  const ways = Array.from({ length: channels }, () => ({ forward: stft.openForward(), inverse: stft.openInverse() }))
  let length = 0
  let isLast = false
  return {
    get finished() {
      return spectra.finished
    },
    push(blocks) {
      length += blocks[0]!.length
      ways.forEach(({ forward }, i) => forward.push(blocks[i]!))
      spectra.push(ways.map(({ forward }) => forward.pull()))
    },
    end() {
      for (const { forward } of ways) forward.end()
      spectra.push(ways.map(({ forward }) => forward.pull()))
      spectra.end()
    },
    step: () => spectra.step(),
    pull() {
      const masked = spectra.pull()
      if (isLast) return ways.map(() => new Float32Array(0))
      isLast = spectra.finished
      return ways.map(({ inverse }, i) => {
        inverse.push(masked[i]!)
        if (isLast) inverse.end(length)
        return inverse.pull()
      })
    },
    dispose: () => stft.dispose(),
  }
}

/**
 * Yields the vocals of a sound, at its rate, in its channels, without delay and of exactly its length, in blocks of other
 * sizes: `open` gives what finds them at the rate `modelRate`. Memory does not grow with length.
 * @throws what the engine throws; the signal's reason when cancelled.
 */
export async function* vocalsAtRate(
  input: SeparationInput,
  modelRate: number,
  open: () => Promise<VocalSamples>,
  context: WorkContext,
): AsyncGenerator<Float32Array[]> {
  const path = await SoundPath.open(input, modelRate, open)
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

/** The way of a sound to the model's rate, through the model, and back, as far as its blocks have come. */
class SoundPath {
  private received = 0
  private yielded = 0
  private ended = false

  private constructor(
    private readonly ways: readonly { down: Resampler; up: Resampler }[],
    private readonly samples: VocalSamples,
  ) {}

  static async open({ channels, sampleRate }: SeparationInput, modelRate: number, open: () => Promise<VocalSamples>): Promise<SoundPath> {
    const resamplers: Resampler[] = []
    const opened = async (from: number, to: number) => {
      resamplers.push(await createResampler(from, to))
      return resamplers.at(-1)!
    }
    try {
      const ways = []
      for (let i = 0; i < channels; i++) ways.push({ down: await opened(sampleRate, modelRate), up: await opened(modelRate, sampleRate) })
      return new SoundPath(ways, await open())
    } catch (error) {
      for (const resampler of resamplers) resampler.dispose()
      throw error
    }
  }

  /** Takes the next block. */
  push(block: readonly Float32Array[]): void {
    this.received += block[0]!.length
    this.samples.push(this.ways.map(({ down }, channel) => down.process(block[channel]!)))
  }

  /** Says that no block follows. */
  end(): void {
    this.samples.push(this.ways.map(({ down }) => down.flush()))
    this.samples.end()
    this.ended = true
  }

  /** Yields, piece by piece, the vocals that the blocks so far suffice for; some blocks are empty. */
  async *vocals(): AsyncGenerator<Float32Array[]> {
    const { samples, ways } = this
    for (;;) {
      const worked = await samples.step()
      const pulled = samples.pull()
      const last = this.ended && samples.finished
      const block = ways.map(({ up }, i) => (last ? concatenate([up.process(pulled[i]!), up.flush()]) : up.process(pulled[i]!)))
      // Rates that do not divide may round the length up or down by a sample on the way there and back.
      const whole = last ? fitted(block, this.received - this.yielded) : block
      this.yielded += whole[0]!.length
      yield whole
      if (!worked || last) return
    }
  }

  dispose(): void {
    for (const { down, up } of this.ways) [down, up].forEach((resampler) => resampler.dispose())
    this.samples.dispose()
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
