import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { loudStretches } from '#main/datasets/clips/loudStretches'
import { openAudio, type AudioReader } from '#main/node/audioReader'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import { encodeWav } from '#shared/audio/wavCodec'
import { resample } from '#shared/dsp/resample'
import type { WorkContext } from '#shared/jobs/work'

/** A clip that was cut out of a recording, and written. */
export interface CutClip {
  readonly id: string
  readonly name: string
  readonly source: string
  readonly seconds: number
}

/** Steps of a recording's envelope in a second. */
const rate = 20
/** Clips that one recording gives at most. */
const mostOfOne = 40
const shortestSeconds = 0.05

/**
 * Cuts the stretches in which something is heard out of a recording, and writes each as `<id>.wav` of one channel at `sampleRate` into
 * `folder`. It reads the recording twice, block by block, so that hours of it take no more memory than minutes.
 * @throws the reader's errors; AppError AUDIO_TOO_SHORT
 */
export async function cutRecording(path: string, { folder, seconds, sampleRate, name = basename(path) }: { folder: string; seconds: number; sampleRate: number; name?: string }, newId: () => string, context: WorkContext): Promise<CutClip[]> {
  const reader = await openAudio(path, { minimumSeconds: shortestSeconds })
  try {
    const step = Math.round(reader.info.sampleRate / rate)
    const energies = await envelopeOfFile(reader, step, context)
    const perSecond = reader.info.sampleRate / step
    const starts = loudStretches({ energies, rate: perSecond }, seconds, mostOfOne).map((start) => start * step)
    const length = Math.round(seconds * reader.info.sampleRate)
    const clips: CutClip[] = []
    for (const [i, samples] of (await cutStretches(reader, starts, length, context)).entries()) {
      const id = newId()
      const clip = { sampleRate, channels: [await resample(samples, reader.info.sampleRate, sampleRate)] }
      await writeFile(join(folder, `${id}.wav`), encodeWav(clip, 'float32'), { flush: true })
      clips.push({ id, name: starts.length > 1 ? `${name} ${i + 1}` : name, source: name, seconds: samples.length / reader.info.sampleRate })
    }
    return clips
  } finally {
    await reader.close()
  }
}

async function envelopeOfFile(reader: AudioReader, step: number, { signal }: WorkContext): Promise<number[]> {
  const energies: number[] = []
  let frame = 0
  for await (const block of monoBlocks(reader, signal)) {
    for (const value of block) {
      const at = Math.floor(frame++ / step)
      energies[at] = (energies[at] ?? 0) + value * value
    }
  }
  return energies
}

/** The samples of stretches that begin at `starts`, in the order of time. */
async function cutStretches(reader: AudioReader, starts: readonly number[], length: number, { signal }: WorkContext): Promise<Float32Array[]> {
  const stretches = starts.map(() => new Float32Array(length))
  const filled = starts.map(() => 0)
  let frame = 0
  for await (const block of monoBlocks(reader, signal)) {
    for (const [i, start] of starts.entries()) {
      const from = Math.max(0, start - frame)
      const until = Math.min(block.length, start + length - frame)
      if (from >= until) continue
      stretches[i]!.set(block.subarray(from, until), frame + from - start)
      filled[i] = frame + until - start
    }
    frame += block.length
    if (starts.length === 0 || frame >= starts.at(-1)! + length) break
  }
  return stretches.map((stretch, i) => stretch.slice(0, filled[i]))
}

/** A recording as one channel, block by block. */
export async function* monoBlocks(reader: AudioReader, signal: WorkContext['signal']): AsyncGenerator<Float32Array> {
  for await (const [left, right] of mixtureBlocks(reader, { signal })) yield right ? left!.map((value, i) => (value + right[i]!) / 2) : left!
}
