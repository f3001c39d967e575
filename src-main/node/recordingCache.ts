import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Stereo } from '#shared/audio/audioClip'
import { readManifest, type Manifest, type ManifestEntry, type ManifestOptions, type RecordingPart } from '#main/datasets/manifest'
import { activeStretches, type Recording } from '#main/datasets/recordings'
import { limitCache, markUsed } from '#main/node/cacheLimit'
import { listFiles } from '#main/node/datasetFolder'
import { makeFolder } from '#main/node/makeFolder'
import { outputError } from '#main/node/outputError'
import { decodeStereo, partsBelow } from '#main/node/summedSound'
import { TemporaryFile } from '#main/node/temporaryFile'
import { AppError } from '#shared/errors'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** The manifest of the files below `folder`. @throws AppError DATASET_INVALID */
export async function readManifestOf(folder: string, options: ManifestOptions): Promise<Manifest> {
  return readManifest(await listFiles(folder), options)
}

/** Bytes that decoded recordings may take: about thirty hours of stereo at 44.1 kHz. */
const cacheLimit = 20e9

/** A decoded recording on disk: 16-bit stereo samples times `scale`. Plain data, so that it can cross to a worker. */
export interface CachedRecording extends Omit<Recording, 'read'> {
  readonly file: string
  readonly scale: number
}

/**
 * Decodes and resamples the entries once into `cacheFolder`, and describes what lies there. Sixteen bits at each file's own
 * peak keep 90 dB, more than the mixtures of training need, at half the disk and memory of floats. Of what other trainings
 * have left there, the longest unused goes while all takes more than `limit` bytes.
 * @throws the reader's errors, naming the file.
 */
export async function cacheRecordings(
  dataFolder: string,
  entries: readonly ManifestEntry[],
  cacheFolder: string,
  sampleRate: number,
  context: WorkContext,
  limit = cacheLimit,
): Promise<CachedRecording[]> {
  await makeFolder(cacheFolder)
  const cached: CachedRecording[] = []
  for (const entry of entries) {
    context.onProgress({ stage: 'decoding', completed: cached.length, total: entries.length, unit: 'files' })
    await checkpointCancel(context)
    cached.push(await cacheRecording(dataFolder, entry, cacheFolder, sampleRate))
  }
  context.onProgress({ stage: 'decoding', completed: cached.length, total: entries.length, unit: 'files' })
  await limitCache(cacheFolder, limit, new Set(cached.map(({ file }) => basename(file, '.s16'))))
  return cached
}

async function cacheRecording(
  dataFolder: string,
  { id, parts, kind, group }: ManifestEntry,
  cacheFolder: string,
  sampleRate: number,
): Promise<CachedRecording> {
  const sources = partsBelow(dataFolder, parts)
  const key = await contentKey(sources, sampleRate)
  const file = join(cacheFolder, `${key}.s16`)
  const note = join(cacheFolder, `${key}.json`)
  if (!existsSync(note) || !existsSync(file)) {
    const sound = await decodeStereo(sources, sampleRate)
    const scale = Math.max(1e-6, ...sound.map(peak)) / 32767
    await keep(file, interleaved(sound, scale))
    const facts = { frames: sound[0].length, active: activeStretches(sound, sampleRate), scale }
    await keep(note, JSON.stringify(facts))
  } else {
    await markUsed(note)
  }
  const facts = JSON.parse(await readFile(note, 'utf8')) as Pick<CachedRecording, 'frames' | 'active' | 'scale'>
  return { id, kind, group, file, ...facts }
}

/** Another one whenever a file, or how the files are summed, has changed. @throws AppError FILE_NOT_FOUND */
async function contentKey(parts: readonly RecordingPart[], sampleRate: number): Promise<string> {
  const hash = createHash('sha256').update(`${sampleRate}`)
  for (const { path, stream, gain, delay, end } of parts) {
    const { size, mtimeMs } = await stat(path).catch((error: unknown) => {
      throw new AppError('FILE_NOT_FOUND', `${path} can't be read any more. Check whether it was moved, or whether its drive is connected.`, { cause: error })
    })
    hash.update(JSON.stringify([path, size, mtimeMs, stream, gain, delay, end]))
  }
  return hash.digest('hex').slice(0, 20)
}

/** Under a name of its own until it is whole: another training may be decoding the same file now. */
async function keep(path: string, content: Int16Array | string): Promise<void> {
  const file = await TemporaryFile.create(path)
  try {
    await writeFile(file.path, content)
    await file.publish(true)
  } catch (error) {
    throw outputError(path, error)
  } finally {
    await file.discard()
  }
}

function peak(samples: Float32Array): number {
  let largest = 0
  for (let i = 0; i < samples.length; i++) largest = Math.max(largest, Math.abs(samples[i]!))
  return largest
}

function interleaved([left, right]: Stereo, scale: number): Int16Array {
  const out = new Int16Array(left.length * 2)
  for (let i = 0; i < left.length; i++) {
    out[2 * i] = Math.round(left[i]! / scale)
    out[2 * i + 1] = Math.round(right[i]! / scale)
  }
  return out
}

/** Opens cached recordings for drawing excerpts; reads are synchronous, for a worker's sake. Call `close` when done. */
export function openRecordings(cached: readonly CachedRecording[]): { recordings: Recording[]; close(): void } {
  const handles = cached.map(({ file }) => openSync(file, 'r'))
  const recordings = cached.map(
    (entry, i): Recording => ({ ...entry, read: (start, length) => readStereo(handles[i]!, entry, start, length) }),
  )
  return { recordings, close: () => handles.forEach((handle) => closeSync(handle)) }
}

function readStereo(handle: number, { frames, scale }: CachedRecording, start: number, length: number): Stereo {
  const out: Stereo = [new Float32Array(length), new Float32Array(length)]
  const available = Math.max(0, Math.min(length, frames - start))
  const samples = new Int16Array(available * 2)
  const read = readSync(handle, samples, 0, samples.byteLength, start * 4) / 4
  for (let i = 0; i < read; i++) {
    out[0][i] = samples[2 * i]! * scale
    out[1][i] = samples[2 * i + 1]! * scale
  }
  return out
}
