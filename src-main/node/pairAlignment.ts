import { placeStem } from '#main/datasets/alignment'
import type { Alignment } from '#main/datasets/datasetManifest'
import { wholeFile } from '#main/datasets/manifest'
import { openParts } from '#main/node/summedSound'
import { concatenate } from '#shared/audio/concatenate'
import { createResampler, resampledLength } from '#shared/dsp/resample'
import type { WorkContext } from '#shared/jobs/work'

/** Seconds that are compared, from the beginning. */
const comparedSeconds = 600

/** What was found out about a mixture and a stem. */
export type PairFindings = { kind: 'found'; alignment: Alignment } | { kind: 'unlike' | 'drifting' }

/** Finds out how a stem lies in a mixture. @throws the reader's errors, naming the file; the signal's reason */
export async function alignPair(mixture: string, stem: string, context: WorkContext): Promise<PairFindings> {
  const whole = await decodeMono(mixture, undefined, context)
  const part = await decodeMono(stem, whole.sampleRate, context)
  const placement = await placeStem(whole.samples, part.samples, context)
  if (placement.kind !== 'found') return placement
  const { delay, gain } = placement
  return { kind: 'found', alignment: { delay, gain, mixtureFrames: whole.frames, stemFrames: part.frames } }
}

/** The mean of a file's channels, at its own or another rate; not all of a long one, but its whole length. */
async function decodeMono(path: string, rate: number | undefined, context: WorkContext) {
  const sound = await openParts([wholeFile(path)])
  const sampleRate = rate ?? sound.sampleRate
  const resampler = await createResampler(sound.sampleRate, sampleRate)
  const pieces: Float32Array[] = []
  let frames = 0
  try {
    for await (const block of sound.blocks()) {
      context.signal.throwIfAborted()
      const before = frames
      frames += block[0]!.length
      if (before < comparedSeconds * sound.sampleRate) pieces.push(resampler.process(mean(block)))
    }
    pieces.push(resampler.flush())
  } finally {
    resampler.dispose()
    await sound.close()
  }
  return { samples: concatenate(pieces), frames: resampledLength(frames, sound.sampleRate, sampleRate), sampleRate }
}

function mean(block: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(block[0]!.length)
  for (const samples of block) for (let i = 0; i < out.length; i++) out[i]! += samples[i]! / block.length
  return out
}
