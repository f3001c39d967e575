import type { Blocks } from '#main/separation/blocks'
import type { Spectrum } from '#shared/dsp/spectrum'
import { createStft } from '#shared/dsp/stft'
import type { SpectralGrid } from '#shared/dsp/spectralRegions'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** What becomes of some frames: of one spectrum a channel that came in, those that go out. */
export type SpectralChange = (spectra: readonly Spectrum[], firstFrame: number) => Spectrum[]

/** A stretch of a sound that is transformed; it begins at a frame of the grid, or at the sound's beginning. */
export interface Stretch {
  /** Samples from the beginning of the sound. */
  readonly start: number
  readonly end: number
}

/** Returns the grid on which sound of a rate is repaired: windows of about 93 ms, as the separation has them, in quarters. */
export function repairGrid(sampleRate: number): SpectralGrid {
  const fftSize = 2 ** Math.round(Math.log2(sampleRate * 0.0929))
  return { sampleRate, fftSize, hopLength: fftSize / 4 }
}

/**
 * Returns what of a sound of `length` samples must be transformed for the samples `start` to `end` to come out as if all
 * of it were.
 */
export function stretchAround(start: number, end: number, length: number, { fftSize, hopLength }: SpectralGrid): Stretch {
  // One window for the samples of all frames that reach into these, another in which the ends of the stretch are divided by
  // less than the full sum of windows.
  const reach = 2 * fftSize
  return {
    start: Math.max(0, Math.floor((start - reach) / hopLength) * hopLength),
    end: Math.min(length, Math.ceil((end + reach) / hopLength) * hopLength),
  }
}

/**
 * Yields what `change` makes of the short-time spectrum of `blocks`, which are the samples of `stretch`, in as many samples.
 * Holds a few windows, whatever the length.
 * @throws the signal's reason when cancelled
 */
export async function* throughSpectrum(
  blocks: Blocks,
  stretch: Stretch,
  grid: SpectralGrid,
  change: SpectralChange,
  context: WorkContext,
): AsyncGenerator<Float32Array[]> {
  const stft = await createStft(grid)
  try {
    let frame = stretch.start / grid.hopLength
    let length = 0
    let inputs: ReturnType<typeof stft.openForward>[] | undefined
    let outputs: ReturnType<typeof stft.openInverse>[] | undefined
    const advance = () => {
      const spectra = inputs!.map((input) => input.pull())
      const changed = change(spectra, frame)
      frame += spectra[0]!.frames
      outputs ??= changed.map(() => stft.openInverse())
      outputs.forEach((output, i) => output.push(changed[i]!))
    }
    for await (const block of blocks) {
      inputs ??= block.map(() => stft.openForward())
      inputs.forEach((input, i) => input.push(block[i]!))
      length += block[0]!.length
      advance()
      yield outputs!.map((output) => output.pull())
      await checkpointCancel(context)
    }
    if (inputs === undefined) return
    for (const input of inputs) input.end()
    advance()
    for (const output of outputs!) output.end(length)
    yield outputs!.map((output) => output.pull())
  } finally {
    stft.dispose()
  }
}
