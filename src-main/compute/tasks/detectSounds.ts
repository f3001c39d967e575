import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { createMelAnalysis } from '#main/datasets/clips/melClip'
import { findSound as findInBlocks } from '#main/detecting/findSound'
import { openAudio } from '#main/node/audioReader'
import { loadOther } from '#main/node/modelFiles'
import { cutRecording, monoBlocks, type CutClip } from '#main/node/soundClips'
import { soundFilesBelow } from '#main/node/soundFilesBelow'
import { melClipOf } from '#main/models/detect/melClipConfig'
import { encodeWav } from '#shared/audio/wavCodec'
import type { RecordedSound } from '#shared/contract/detecting'
import { findEvents } from '#shared/detection/findEvents'
import { createResampler } from '#shared/dsp/resample'
import { AppError } from '#shared/errors'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** Files that are named one by one. */
const namedFiles = 8

/** Cuts clips out of files, folders and recordings, and writes them into a folder. @throws AppError DATASET_EMPTY where none gave any */
export async function cutClips({ sources, folder, seconds }: ComputeInput<'cutClips'>, context: WorkContext): Promise<ComputeResult<'cutClips'>> {
  const scratch = await mkdtemp(join(tmpdir(), 'stemwright-clips-'))
  const clips: CutClip[] = []
  const warnings: string[] = []
  try {
    const files = (await Promise.all(sources.map((source, i) => filesOf(source, i, scratch)))).flat()
    for (const [done, { path, name }] of files.entries()) {
      context.onProgress({ stage: 'reading', completed: done, total: files.length, unit: 'files' })
      await checkpointCancel(context)
      try {
        const cut = await cutRecording(path, { folder, seconds, sampleRate: melClipOf(seconds).sampleRate, name }, () => crypto.randomUUID(), context)
        if (cut.length === 0) warnings.push(`${name} is silent and was left out.`)
        clips.push(...cut)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        warnings.push(`${name} was left out. ${error.message}`)
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  const shown = warnings.length > namedFiles ? [...warnings.slice(0, namedFiles), `And ${warnings.length - namedFiles} more files were left out.`] : warnings
  if (clips.length > 0) return { clips, warnings: shown }
  throw new AppError('DATASET_EMPTY', `There is no sound in what was given. Nothing was kept; give sound files, or folders with some. ${shown[0] ?? ''}`.trim())
}

async function filesOf(source: ComputeInput<'cutClips'>['sources'][number], index: number, scratch: string): Promise<{ path: string; name: string }[]> {
  if ('recorded' in source) {
    const path = join(scratch, `${index}.wav`)
    await writeFile(path, wavOf(source.recorded))
    return [{ path, name: source.recorded.name }]
  }
  return (await soundFilesBelow(source.path)).map((path) => ({ path, name: source.name && path === source.path ? source.name : basename(path) }))
}

function wavOf({ sampleRate, pcm }: RecordedSound): Uint8Array {
  const bytes = Buffer.from(pcm, 'base64')
  const samples = Float32Array.from({ length: Math.floor(bytes.length / 2) }, (_, i) => bytes.readInt16LE(2 * i) / 32768)
  return encodeWav({ sampleRate, channels: [samples] }, 'int16')
}

/** Runs a detector over a sound file. @throws AppError MODEL_NOT_FOUND, MODEL_CORRUPT, MODEL_INCOMPATIBLE; the reader's errors */
export async function findSound({ modelDirectory, path, threshold }: ComputeInput<'findSound'>, context: WorkContext): Promise<ComputeResult<'findSound'>> {
  const { card } = await loadOther(modelDirectory, 'detectvae')
  const { config: clip, detector } = { config: card.config.clip, detector: card.detector }
  if (!detector) throw new AppError('MODEL_INCOMPATIBLE', `"${card.name}" was trained without other sounds, so it finds nothing in recordings. Make a detector of it in the Lab.`)
  const mel = await createMelAnalysis(clip)
  const reader = await openAudio(path, { minimumSeconds: 0 })
  const resampler = await createResampler(reader.info.sampleRate, clip.sampleRate)
  try {
    const blocks = async function* () {
      for await (const block of monoBlocks(reader, context.signal)) yield resampler.process(block)
      yield resampler.flush()
    }
    const { frames, sampleRate } = reader.info
    const found = await findInBlocks(blocks(), { mel, clip, classifier: detector.classifier }, frames === undefined ? undefined : frames / sampleRate, context)
    const from = threshold ?? detector.threshold
    const candidates = found.candidates.map((one) => ({ ...one }))
    return { seconds: found.seconds, candidates, threshold: from, events: findEvents(candidates, { threshold: from }).map((one) => ({ ...one })) }
  } finally {
    resampler.dispose()
    mel.dispose()
    await reader.close()
  }
}
