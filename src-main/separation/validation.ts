import type { Stereo } from '#shared/audio/audioClip'
import { separateVocals, type Separator } from '#main/separation/separator'
import type { Quality } from '#shared/contract/separation'
import { createSdrMeter, type SdrScores } from '#shared/metrics/sdr'
import type { WorkContext } from '#shared/jobs/work'

/** A piece of a song whose stems are known, at `sampleRate`. */
export interface ReferencePiece {
  readonly name: string
  readonly sampleRate: number
  readonly vocals: Stereo
  readonly accompaniment: Stereo
}

const blockLength = 1 << 16

/** Separates the sum of a piece's stems and scores the vocals against the true ones. */
export async function scorePiece(piece: ReferencePiece, separator: Separator, quality: Quality, context: WorkContext): Promise<SdrScores> {
  const { vocals, accompaniment, sampleRate } = piece
  const length = vocals[0].length
  const input = {
    sampleRate,
    channels: 2,
    blocks: blocksOf(vocals.map((samples, side) => samples.map((value, i) => value + accompaniment[side]![i]!))),
  }
  const meter = createSdrMeter(sampleRate)
  let at = 0
  for await (const estimate of separateVocals(input, separator, { quality }, context)) {
    const end = Math.min(length, at + estimate[0]!.length)
    meter.add(vocals.map((samples) => samples.subarray(at, end)), estimate)
    at = end
  }
  return meter.result()
}

async function* blocksOf(channels: readonly Float32Array[]): AsyncGenerator<Float32Array[]> {
  for (let start = 0; start < channels[0]!.length; start += blockLength) {
    yield channels.map((samples) => samples.subarray(start, start + blockLength))
  }
}

/** The stretch of `seconds` that holds most of the vocals' energy, or all of a shorter piece. */
export function busiestStretch(piece: ReferencePiece, seconds: number): ReferencePiece {
  const hop = piece.sampleRate
  const length = Math.floor(seconds * piece.sampleRate)
  const total = piece.vocals[0].length
  if (total <= length) return piece
  const energy = Array.from({ length: Math.floor(total / hop) }, (_, k) =>
    piece.vocals.reduce((sum, samples) => sum + samples.subarray(k * hop, (k + 1) * hop).reduce((s, v) => s + v * v, 0), 0),
  )
  const span = Math.floor(length / hop)
  let best = 0
  let bestEnergy = -1
  for (let k = 0; k + span <= energy.length; k++) {
    const sum = energy.slice(k, k + span).reduce((s, v) => s + v, 0)
    if (sum > bestEnergy) [best, bestEnergy] = [k, sum]
  }
  const cut = (stereo: Stereo) => stereo.map((samples) => samples.slice(best * hop, best * hop + length)) as Stereo
  return { ...piece, vocals: cut(piece.vocals), accompaniment: cut(piece.accompaniment) }
}
