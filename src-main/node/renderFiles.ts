import { join } from 'node:path'
import type { Tags } from '#shared/audio/id3'
import { isOnGrid, quantize } from '#shared/audio/quantize'
import type { LoudnessFacts } from '#shared/contract/render'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'
import { extensionOf } from '#shared/project/fileNames'
import type { PlannedFile } from '#shared/project/renderPlan'
import { type RandomStream, randomStream } from '#shared/random'
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
}

export interface RenderFilesResult {
  /** In the order of the plan; loudness as read back from the file. */
  readonly files: readonly { path: string; loudness: LoudnessFacts }[]
  /** Gain on all files in dB: 0, or less where the format would have clipped. */
  readonly gainDb: number
  readonly warnings: readonly string[]
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
  const { plan, format, folder } = request
  for (const { channels } of plan.files) requireSupported({ format, sampleRate: plan.sampleRate, channels })
  // Floats hold any level, so nothing has to be known of it beforehand.
  const surveyed = format !== 'wav32f'
  const report = progressOf(plan, surveyed ? 3 : 2, context)
  const surveys: Survey[] = []
  if (surveyed) for (const file of plan.files) surveys.push(await survey(request, file, context, report))
  const gain = commonGain(surveys, integerBits(format))
  const waiting: { writer: AudioWriter; path: string }[] = []
  try {
    for (const [index, file] of plan.files.entries()) {
      const path = join(folder, file.name + extensionOf(format))
      const writer = await openWriter(path, request, index, gain)
      waiting.push({ writer, path })
      const dithered = surveys[index]?.on16 !== true || gain !== 1
      const dither = dithered ? randomStream(request.seed).fork(index) : undefined
      await writeFile(writer, integerBits(format), mixBlocks(request, file, context, report), gain, dither)
    }
    const found: LoudnessFacts[] = []
    for (const { writer } of waiting) found.push(await readBack(writer, plan.frames, context, report))
    const paths = await publishTogether(waiting, false)
    const files = paths.map((path, index) => ({ path, loudness: found[index]! }))
    return { files, gainDb: decibels(gain), warnings: [...plan.warnings, ...gainNote(gain, files.length)] }
  } finally {
    for (const { writer } of waiting) await writer.abort()
  }
}

async function survey(input: MixInput, file: PlannedFile, context: WorkContext, report: Report): Promise<Survey> {
  const found = { peak: 0, on16: true }
  for await (const block of mixBlocks(input, file, context, report)) {
    for (const samples of block) {
      for (let i = 0; i < samples.length; i++) found.peak = Math.max(found.peak, Math.abs(samples[i]!))
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

/** Writes all blocks and completes the file. @param dither for 16 bit */
async function writeFile(
  writer: AudioWriter,
  bits: 16 | 24 | undefined,
  blocks: AsyncIterable<Float32Array[]>,
  gain: number,
  dither: RandomStream | undefined,
): Promise<void> {
  for await (const block of blocks) {
    if (bits !== undefined) await writer.writeIntegers(block.map((samples) => quantize(samples, bits, gain, bits === 16 ? dither : undefined)))
    else await writer.write(gain === 1 ? block : block.map((samples) => samples.map((value) => value * gain)))
  }
  await writer.seal()
}

async function readBack(writer: AudioWriter, frames: number, context: WorkContext, report: Report): Promise<LoudnessFacts> {
  const found = await measureFile(writer.temporaryPath, context, report)
  if (found.frames === frames) return found.loudness
  throw new AppError('INTERNAL', `A file read back has ${found.frames} frames instead of ${frames}, so all were removed. Try another format.`)
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
