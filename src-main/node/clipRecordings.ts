import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClipRecording } from '#main/datasets/clips/clipSet'
import { requireClips, type ManifestClip } from '#main/datasets/manifest'
import { openAudio } from '#main/node/audioReader'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import { concatenate } from '#shared/audio/concatenate'
import { createResampler } from '#shared/dsp/resample'
import { AppError } from '#shared/errors'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

/** How short sounds are read. */
export interface ClipLimits {
  /** Hertz, to which all are brought. */
  readonly sampleRate: number
  /** Of a longer file only the beginning is decoded, so that an hour costs no more than this. */
  readonly longestSeconds: number
  /** Shorter ones are left out; a twentieth of a second where nothing is said. */
  readonly shortestSeconds?: number
  /** Seconds of all together, so that memory is bounded; three hours where nothing is said. */
  readonly totalSeconds?: number
}

export interface ClipReading {
  /** In the order of the manifest. */
  readonly clips: readonly ClipRecording[]
  /** In sentences: what was left out or cut, and why. */
  readonly notes: readonly string[]
}

const usualShortest = 0.05
const usualTotal = 3 * 3600
/** Files that are named one by one. */
const namedFiles = 8

/** The newest reading: several runs on the same sounds, one after the other, decode them once. */
let kept: { readonly key: string; readonly reading: ClipReading } | undefined

/**
 * Decodes short sounds below `folder` to one channel at one rate. Files that are too short, silent, damaged or no sound are
 * left out and named.
 * @throws AppError DATASET_EMPTY where fewer than two can be used; the signal's reason
 */
export async function readClips(folder: string, clips: readonly ManifestClip[], limits: ClipLimits, context: WorkContext): Promise<ClipReading> {
  const key = await contentKey(folder, clips, limits)
  if (kept?.key === key) return kept.reading
  kept = undefined
  const reading = await decodeAll(folder, clips, limits, context)
  kept = { key, reading }
  return reading
}

async function decodeAll(folder: string, clips: readonly ManifestClip[], limits: ClipLimits, context: WorkContext): Promise<ClipReading> {
  const { sampleRate, totalSeconds = usualTotal } = limits
  const read = new Map<ManifestClip, ClipRecording>()
  const failures: AppError[] = []
  let room = totalSeconds * sampleRate
  let decoded = 0
  // Where not all can be kept, those that are come from everywhere, not from the first folders.
  for (const clip of shuffled(clips)) {
    if (room <= 0) break
    context.onProgress({ stage: 'decoding', completed: decoded++, total: clips.length, unit: 'files' })
    await checkpointCancel(context)
    try {
      const sound = await decodeClip(join(folder, clip.path), limits, context)
      room -= sound.samples.length
      read.set(clip, { ...clip, ...sound })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      failures.push(error)
    }
  }
  context.onProgress({ stage: 'decoding', completed: clips.length, total: clips.length, unit: 'files' })
  const found = clips.flatMap((clip) => read.get(clip) ?? [])
  const notes = notesOf(found, failures, clips.length, limits)
  requireUsable(found, failures, folder)
  return { clips: found, notes }
}

/** One sound, at one rate, of one channel. @throws the reader's errors; AppError AUDIO_SILENT */
export async function decodeClip(path: string, { sampleRate, longestSeconds, shortestSeconds = usualShortest }: ClipLimits, { signal }: WorkContext) {
  const reader = await openAudio(path, { minimumSeconds: shortestSeconds })
  try {
    const longest = Math.ceil(longestSeconds * reader.info.sampleRate)
    const resampler = await createResampler(reader.info.sampleRate, sampleRate)
    try {
      const pieces: Float32Array[] = []
      let frames = 0
      // One frame more tells whether there is more.
      for await (const block of mixtureBlocks(reader, { length: longest + 1, signal })) {
        const mono = oneChannel(block, longest - frames)
        frames += block[0]!.length
        pieces.push(resampler.process(mono))
      }
      const samples = concatenate([...pieces, resampler.flush()])
      if (samples.some((value) => value !== 0)) return { samples, isCut: frames > longest }
      throw new AppError('AUDIO_SILENT', `${path} is silent. Record or export it again.`)
    } finally {
      resampler.dispose()
    }
  } finally {
    await reader.close()
  }
}

function oneChannel([left, right]: readonly Float32Array[], most: number): Float32Array {
  const samples = left!.subarray(0, Math.max(0, most))
  return right ? samples.map((value, i) => (value + right[i]!) / 2) : samples
}

function notesOf(found: readonly ClipRecording[], failures: readonly AppError[], total: number, { longestSeconds, totalSeconds = usualTotal }: ClipLimits): string[] {
  const notes: string[] = []
  if (failures.length > 0) {
    const more = failures.length > namedFiles ? ` And ${failures.length - namedFiles} more.` : ''
    const messages = failures.slice(0, namedFiles).map(({ message }) => message)
    notes.push(`${failures.length} of ${total} sounds can't be used and ${failures.length === 1 ? 'was' : 'were'} left out. ${messages.join(' ')}${more}`)
  }
  const cut = found.filter(({ isCut }) => isCut).map(({ path }) => path)
  if (cut.length > 0) {
    const names = cut.slice(0, namedFiles).join(', ')
    notes.push(`Of sounds that are longer than ${longestSeconds} s only the beginning is used: ${names}${cut.length > namedFiles ? ` and ${cut.length - namedFiles} more` : ''}.`)
  }
  const unread = total - found.length - failures.length
  if (unread > 0) notes.push(`${unread} of ${total} sounds were left out: all that were read last ${(totalSeconds / 3600).toFixed(1)} hours, and no more fits into memory.`)
  return notes
}

function requireUsable(found: readonly ClipRecording[], failures: readonly AppError[], folder: string): void {
  try {
    requireClips(found, folder)
  } catch (error) {
    const [first] = failures
    if (!(error instanceof AppError) || !first) throw error
    throw new AppError(error.code, `${error.message} ${failures.length} can't be used; of the first: ${first.message}`, { cause: first })
  }
}

function shuffled<T>(things: readonly T[]): T[] {
  const random = randomStream(0).fork('clips')
  return things
    .map((thing) => ({ thing, place: random.uniform() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ thing }) => thing)
}

/** Another one whenever a file has changed, or what is wanted of it. */
async function contentKey(folder: string, clips: readonly ManifestClip[], limits: ClipLimits): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([folder, limits]))
  for (const { path, label, group, split } of clips) {
    const { size = 0, mtimeMs = 0 } = (await stat(join(folder, path)).catch(() => undefined)) ?? {}
    hash.update(JSON.stringify([path, label, group, split, size, mtimeMs]))
  }
  return hash.digest('hex')
}
