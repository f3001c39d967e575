import type { ClipRecording, ClipSplit } from '#main/datasets/clips/clipSet'
import { amplitudeDeviation, pictureVariance, polarPicture, withoutLengthOutliers, type PolarConfig } from '#main/datasets/clips/polarPicture'
import type { Stft } from '#shared/dsp/stft'

/** What has to be known of all sounds before one is a network's picture, and to say how wrong a picture is. */
export interface PolarScale {
  /** Standard deviation of all samples. */
  readonly deviation: number
  /** Of all numbers of all pictures. */
  readonly variance: number
}

/** Sounds that a network learns from, and is measured on, as pictures; the pictures are made when they are asked for. */
export interface PolarClips {
  readonly train: readonly ClipRecording[]
  readonly held: readonly ClipRecording[]
  readonly scale: PolarScale
  /** In sentences: what was left out. */
  readonly notes: readonly string[]
  picture(clip: ClipRecording): Float32Array
}

/** Pictures that the variance is measured on, evenly over all; those of a thousand sounds tell it to a per cent. */
const measured = 500

/**
 * Leaves out what is much shorter or longer than the others, or too long for a picture. Where that leaves nothing to measure on,
 * the network is measured on what it learns from.
 * @throws AppError DATASET_EMPTY where none is left; AUDIO_SILENT
 */
export function polarClips({ train, held, note }: ClipSplit, stft: Stft, config: PolarConfig): PolarClips {
  const kept = usableClips(train, config)
  const heldKept = note === undefined ? usableClips(held, config, train) : kept
  const deviation = amplitudeDeviation(kept.map(({ samples }) => samples), config)
  const picture = ({ samples }: ClipRecording) => polarPicture(samples, deviation, stft, config)
  const step = Math.max(1, Math.floor(kept.length / measured))
  const variance = pictureVariance(kept.filter((_, i) => i % step === 0).map(picture))
  const left = new Set([...train, ...held]).size - new Set([...kept, ...heldKept]).size
  const notes = left > 0 ? [`${left.toLocaleString('en')} sounds are much shorter or longer than the others, or longer than ${secondsOf(config)} s, and were left out.`] : []
  return { train: kept, held: heldKept.length > 0 ? heldKept : kept, scale: { deviation, variance }, notes: note === undefined ? notes : [...notes, note], picture }
}

/** Of `clips` those that are as long as `others` are, and fit into a picture. @throws AppError DATASET_EMPTY where none of the others is */
export function usableClips(clips: readonly ClipRecording[], config: PolarConfig, others: readonly ClipRecording[] = []): ClipRecording[] {
  const known = [...clips, ...others].map(({ samples }) => samples.length)
  const fits = withoutLengthOutliers(known, config)
  return clips.filter(({ isCut }, i) => fits[i] && !isCut)
}

function secondsOf({ frames, hopLength, sampleRate }: PolarConfig): string {
  return (((frames - 1) * hopLength) / sampleRate).toFixed(2)
}
