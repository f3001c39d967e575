import { join } from 'node:path'
import type { Tags } from '#shared/audio/id3'
import { isOnGrid, quantize } from '#shared/audio/quantize'
import type { LoudnessFacts } from '#shared/contract/render'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'
import { extensionOf } from '#shared/project/fileNames'
import { randomStream } from '#shared/random'
import { openAudio } from '#main/node/audioReader'
import { type AudioFormat, type AudioWriter, createAudioWriter, integerBits, requireSupported } from '#main/node/audioWriter'
import { measureFile } from '#main/node/mixLoudness'
import { mixBlocks, type MixInput, progressOf, type Report } from '#main/node/projectMix'
import { publishTogether } from '#main/node/publishTogether'

export interface RenderFilesRequest extends MixInput {
  readonly folder: string
  readonly format: AudioFormat
  /** What the sources of each file of the plan are tagged with. */
  readonly tags: readonly Tags[]
  /** Seed of the dither of 16-bit files. */
  readonly seed: number
  /** False leaves out the loudness, which takes as long as all the rest. */
  readonly measured: boolean
}

export interface RenderFilesResult {
  /** In the order of the plan; loudness as read back from the file. */
  readonly files: readonly { path: string; loudness?: LoudnessFacts }[]
  /** Gain on all files in dB: 0, or less where the format would have clipped. */
  readonly gainDb: number
  readonly warnings: readonly string[]
}

interface WrittenFile {
  readonly writer: AudioWriter
  /** The name that it should get. */
  readonly path: string
}

/** What all samples of a file are like. */
interface Survey {
  peak: number
  /** True when every sample is a 16-bit integer already, so that 16 bit need no dither. */
  on16: boolean
}

/**
 * Renders all files of a plan into a folder, all or none, and replaces nothing: where a name is taken all get the same number.
 * Where a format would clip, all are turned down alike. Each file is read back before it gets its name.
 * @throws what openAudio and createAudioWriter throw; INTERNAL when a file is not as long as it should be
 */
export async function renderFiles(request: RenderFilesRequest, context: WorkContext): Promise<RenderFilesResult> {
  const { plan, format, measured } = request
  for (const { channels } of plan.files) requireSupported({ format, sampleRate: plan.sampleRate, channels })
  const report = progressOf(plan, measured ? 3 : 2, context)
  const files: WrittenFile[] = []
  try {
    const gain = await writeInRange(request, files, context, report)
    const loudness: (LoudnessFacts | undefined)[] = []
    for (const { writer } of files) loudness.push(await readBack(writer, request, context, report))
    const paths = await publishTogether(files, false)
    return {
      files: paths.map((path, index) => ({ path, ...(loudness[index] && { loudness: loudness[index] }) })),
      gainDb: decibels(gain),
      warnings: [...plan.warnings, ...gainNote(gain, paths.length)],
    }
  } finally {
    await discard(files)
  }
}

/** Writes all files so that none clips; returns the gain that took. @param files gets the files */
async function writeInRange(request: RenderFilesRequest, files: WrittenFile[], context: WorkContext, report: Report): Promise<number> {
  const { plan, format } = request
  const bits = integerBits(format)
  const surveys: Survey[] = []
  // Whether 16 bit need dither must be known beforehand; what clips shows while it is written, and is seldom the case.
  if (bits === 16) for (const file of plan.files) surveys.push(await survey(mixBlocks(request, file, context, report)))
  const expected = commonGain(surveys, bits)
  const written = await writeAll(request, files, expected, surveys, context, report)
  if (bits === 16) return expected
  const gain = format === 'wav32f' ? 1 : commonGain(written, bits)
  // The work that was kept free for writing once more is done at once.
  if (gain === 1) await report(plan.frames * plan.files.length)
  else {
    await discard(files)
    await writeAll(request, files, gain, written, context, report)
  }
  return gain
}

async function writeAll(
  request: RenderFilesRequest,
  files: WrittenFile[],
  gain: number,
  known: readonly Survey[],
  context: WorkContext,
  report: Report,
): Promise<Survey[]> {
  const { plan, format, folder, seed } = request
  const surveys: Survey[] = []
  for (const [index, file] of plan.files.entries()) {
    const path = join(folder, file.name + extensionOf(format))
    const writer = await openWriter(path, request, index, gain)
    files.push({ writer, path })
    const dithered = integerBits(format) === 16 && !(gain === 1 && known[index]?.on16)
    // The stems of a song are rounded against each other, so that they still sum to it where it lies on the steps of the format.
    const dither = dithered ? randomStream(seed).fork(file.half?.mixtureId ?? index) : undefined
    const toIntegers = (samples: Float32Array, bits: 16 | 24) => quantize(samples, bits, gain, dither, file.half?.name === 'accompaniment')
    surveys.push(await survey(written(writer, integerBits(format), mixBlocks(request, file, context, report), gain, toIntegers)))
    await writer.seal()
  }
  return surveys
}

/** Removes files that have no name yet. */
async function discard(files: WrittenFile[]): Promise<void> {
  for (const { writer } of files.splice(0)) await writer.abort()
}

async function survey(blocks: AsyncIterable<Float32Array[]>): Promise<Survey> {
  const found = { peak: 0, on16: true }
  for await (const block of blocks) {
    for (const samples of block) {
      for (let i = 0; i < samples.length; i++) {
        const magnitude = Math.abs(samples[i]!)
        if (magnitude > found.peak) found.peak = magnitude
      }
      found.on16 &&= isOnGrid(samples, 16)
    }
  }
  return found
}

/**
 * Full scale itself is a step above the highest integer; to write it that step lower is no worse than rounding, so only what
 * passes it is turned down.
 */
function commonGain(surveys: readonly Survey[], bits: number | undefined): number {
  const peak = surveys.reduce((most, { peak: one }) => Math.max(most, one), 0)
  // Two steps of room for rounding and dither.
  return peak > 1 ? (bits === undefined ? 1 : 1 - 3 * 2 ** (1 - bits)) / peak : 1
}

function openWriter(path: string, { plan, format, tags }: RenderFilesRequest, index: number, gain: number): Promise<AudioWriter> {
  const { title, stem, channels } = plan.files[index]!
  const titled = { ...tags[index], title: `${title} (${stem})` }
  return createAudioWriter(path, { format, sampleRate: plan.sampleRate, channels, tags: gainTags(titled, gain), reserve: false })
}

/** Yields blocks as they are once they are written: as integers, or times `gain`. */
async function* written(
  writer: AudioWriter,
  bits: 16 | 24 | undefined,
  blocks: AsyncIterable<Float32Array[]>,
  gain: number,
  toIntegers: (samples: Float32Array, bits: 16 | 24) => Int32Array,
): AsyncGenerator<Float32Array[]> {
  for await (const block of blocks) {
    if (bits !== undefined) await writer.writeIntegers(block.map((samples) => toIntegers(samples, bits)))
    else await writer.write(gain === 1 ? block : block.map((samples) => samples.map((value) => value * gain)))
    yield block
  }
}

/** Returns how loud a written file is, where that is wanted. @throws INTERNAL when it is not as long as it should be */
async function readBack(writer: AudioWriter, request: RenderFilesRequest, context: WorkContext, report: Report): Promise<LoudnessFacts | undefined> {
  const { plan, measured } = request
  const found = measured ? await measureFile(writer.temporaryPath, context, report) : { frames: await framesOf(writer.temporaryPath) }
  // The header of a lossy file gives no exact length.
  if (found.frames === plan.frames || found.frames === undefined) return 'loudness' in found ? found.loudness : undefined
  throw new AppError('INTERNAL', `A file read back has ${found.frames} frames instead of ${plan.frames}, so all were removed. Try another format.`)
}

async function framesOf(path: string): Promise<number | undefined> {
  const reader = await openAudio(path, { minimumSeconds: 0 })
  await reader.close()
  return reader.info.frames
}

function gainTags(tags: Tags, gain: number): Tags {
  if (gain === 1) return tags
  // The sound may have been turned down before, when its song was separated.
  const before = Number(tags['stemwright_gain_db'] ?? 0) || 0
  const comment = [tags['comment'], `All files of this export were turned down by the same ${gainText(gain)} dB.`]
  return { ...tags, comment: comment.filter(Boolean).join(' '), stemwright_gain_db: (before + decibels(gain)).toFixed(2) }
}

function gainNote(gain: number, count: number): string[] {
  if (gain === 1) return []
  const what = count === 1 ? 'The file was turned down by' : 'All files were turned down by the same'
  return [`${what} ${gainText(gain)} dB, because this format would have clipped; WAV 32-bit float keeps the level.`]
}

function gainText(gain: number): string {
  return (-decibels(gain)).toFixed(2)
}

function decibels(gain: number): number {
  return 20 * Math.log10(gain)
}
