import type { Executable } from '#main/engine/engine'
import type { BlindConfig } from '#main/models/componentProgram'
import { decibelPatch, powersOfPatch } from '#main/models/decibelPatch'
import type { AudioClip } from '#shared/audio/audioClip'
import { frameCount } from '#shared/audio/audioClip'
import { createSegmentPlan } from '#shared/dsp/segments'
import { applyMask } from '#shared/dsp/masks'
import { power } from '#shared/dsp/spectrogram'
import type { Spectrum } from '#shared/dsp/spectrum'
import { createStft, type Stft } from '#shared/dsp/stft'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** What a blind network makes of a mixture: two parts that add up to it, and the mixture as it tells it again, in mono. */
export interface Components {
  readonly first: AudioClip
  readonly second: AudioClip
  readonly reconstruction: AudioClip
}

/** What is known of every bin `[frame, bin]` of a mixture's spectrum. */
interface BinFacts {
  /** Share of the first component. */
  readonly share: Float32Array
  /** Factor by which the mono mixture's magnitude becomes that of the reconstruction. */
  readonly gain: Float32Array
}

/**
 * Makes the components of a clip heard: each one's share of a bin's power, by what the network says of the mono mixture, is
 * its mask on every channel. The reconstruction has the magnitudes that the network gives, and the mixture's phases.
 * @param network runs `componentProgram` of a batch of 1
 * @param clip at the network's sample rate
 */
export async function hearComponents(clip: AudioClip, config: BlindConfig, network: Executable, context: WorkContext): Promise<Components> {
  const { fftSize, hopLength, sampleRate } = config.stft
  const stft = await createStft({ fftSize, hopLength })
  try {
    const spectrum = stft.forward(monoOf(clip).channels[0]!)
    const { share, gain } = await factsOf(spectrum, config, network, context)
    const length = frameCount(clip)
    const first = clip.channels.map((samples) => stft.inverse(applyMask(stft.forward(samples), share), length))
    const second = clip.channels.map((samples, side) => samples.map((value, i) => value - first[side]![i]!))
    return {
      first: { sampleRate, channels: first },
      second: { sampleRate, channels: second },
      reconstruction: { sampleRate, channels: [reconstructed(stft, spectrum, gain, length)] },
    }
  } finally {
    stft.dispose()
  }
}

/** The mean of a clip's channels. */
export function monoOf({ sampleRate, channels }: AudioClip): AudioClip {
  return { sampleRate, channels: [channels[0]!.map((_, i) => channels.reduce((sum, samples) => sum + samples[i]!, 0) / channels.length)] }
}

function reconstructed(stft: Stft, spectrum: Spectrum, gain: Float32Array, length: number): Float32Array {
  return stft.inverse(applyMask(spectrum, gain), length)
}

async function factsOf(spectrum: Spectrum, config: BlindConfig, network: Executable, context: WorkContext): Promise<BinFacts> {
  const { frames, bins } = config
  const plan = createSegmentPlan({ size: frames, overlap: 0.5 })
  const count = plan.count(spectrum.frames)
  // Bins above those of the network belong to both components alike, and are missing in the reconstruction.
  const share = new Float32Array(spectrum.frames * spectrum.bins)
  const gain = new Float32Array(share.length)
  const powers = power(spectrum)
  for (let segment = 0; segment < count; segment++) {
    const start = segment * plan.step
    const patch = decibelPatch(cutPatch(powers, spectrum, start, config))
    const outputs = await network.run({ mixture: patch.values })
    const parts = [outputs.first!, outputs.second!, outputs.reconstruction!].map((values) => powersOfPatch(values, patch))
    const [first, second, whole] = parts as [Float32Array, Float32Array, Float32Array]
    const weights = plan.weights(segment, count)
    for (let f = 0; f < Math.min(frames, spectrum.frames - start); f++) {
      for (let k = 0; k < spectrum.bins; k++) {
        const to = (start + f) * spectrum.bins + k
        const from = f * bins + k
        share[to]! += weights[f]! * (k < bins ? first[from]! / (first[from]! + second[from]!) : 0.5)
        gain[to]! += k < bins ? weights[f]! * Math.sqrt(whole[from]! / Math.max(1e-10, powers[to]!)) : 0
      }
    }
    await checkpointCancel(context)
  }
  return { share, gain }
}

/** Silence past the end. */
function cutPatch(powers: Float32Array, spectrum: Spectrum, start: number, { frames, bins }: BlindConfig): Float32Array {
  const patch = new Float32Array(frames * bins)
  for (let f = 0; f < Math.min(frames, spectrum.frames - start); f++) {
    const row = (start + f) * spectrum.bins
    patch.set(powers.subarray(row, row + Math.min(bins, spectrum.bins)), f * bins)
  }
  return patch
}
