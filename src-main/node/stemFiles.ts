import type { Tags } from '#shared/audio/id3'
import { downmixNote, separatedChannels } from '#shared/audio/mixdown'
import { planStems, type StemPeaks, type StemPlan } from '#shared/audio/stemSum'
import type { WorkContext } from '#shared/jobs/work'
import { openAudio, type AudioReader } from '#main/node/audioReader'
import { createAudioWriter, integerBits, requireSupported, type AudioFormat, type AudioWriter } from '#main/node/audioWriter'
import { SampleStore } from '#main/node/sampleStore'
import { publishTogether } from '#main/node/publishTogether'
import { measureResidual, surveyStems, writeStems, type StemSource } from '#main/node/stemPasses'
import { StemPreview, type StemPreviewRequest } from '#main/node/stemPreview'
import type { StemPaths } from '#main/services/platform'

export interface StemFilesRequest {
  /** Where the stems go. */
  readonly paths: StemPaths
  readonly sourcePath: string
  /** First frame of the source; 0 by default. */
  readonly start?: number
  /** Number of frames; to the end by default. */
  readonly length?: number
  /** Vocals of exactly these frames, planar, at the source's rate, mono for mono sources and stereo for all others. */
  readonly vocals: AsyncIterable<Float32Array[]>
  readonly format: AudioFormat
  /** Replaces files of these names; otherwise both stems get the lowest free number, as in 'Song - Vocals (2).wav'. */
  readonly overwrite: boolean
  readonly tags?: Tags
  /** Seed of the dither of 16-bit stems. */
  readonly seed: number
  /** Where the stems can be heard while they are made. */
  readonly preview?: StemPreviewRequest | undefined
}

export interface StemFilesResult {
  /** Where the stems are. */
  readonly paths: StemPaths
  readonly frames: number
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
  /**
   * Peak of gain × mixture - (vocals + music), both stems read back from the written files, in dB below full scale;
   * -200 stands for exact zero.
   */
  readonly nullResidualDbfs: number
  /** Gain on both stems in dB: 0, or less where a format would have clipped. */
  readonly gainDb: number
  readonly peaks: StemPeaks
  /** Sentences for the user: salvaged input, downmix, gain. */
  readonly warnings: readonly string[]
}

/**
 * Writes vocals and music = mixture - vocals of a song as two files that sum to it, both whole or neither.
 *
 * Vocals are pulled once and parked on the disk while peaks are found, then the song is read again and both stems are
 * written in step, read back, compared with the song and only then given their names.
 * @throws the codes of openAudio; AUDIO_SILENT, AUDIO_NOT_FINITE, AUDIO_UNSUPPORTED, OUTPUT_NOT_WRITABLE, DISK_FULL;
 * INTERNAL when vocals are not as long as the song
 */
export async function writeStemFiles(request: StemFilesRequest, context: WorkContext): Promise<StemFilesResult> {
  const reader = await openAudio(request.sourcePath)
  try {
    return await writeStemsOf(reader, request, context)
  } finally {
    await reader.close()
  }
}

async function writeStemsOf(reader: AudioReader, request: StemFilesRequest, context: WorkContext): Promise<StemFilesResult> {
  const { sampleRate } = reader.info
  const channels = separatedChannels(reader.info.channels)
  requireSupported({ format: request.format, sampleRate, channels })
  const source: StemSource = { reader, start: request.start, length: request.length, channels }
  const preview = request.preview && (await StemPreview.create(request.preview, { sampleRate, channels }))
  const store = preview?.vocals ?? (await SampleStore.create(request.paths.vocals, channels))
  const writers: AudioWriter[] = []
  try {
    const facts = await surveyStems(source, request.vocals, { store, preview }, context)
    const bits = integerBits(request.format)
    const plan = planStems(facts, { bits, clips: request.format !== 'wav32f' })
    const pair = await openWriters(request, source, plan, writers)
    await writeStems(source, plan, store, pair, request.seed, facts.frames, context)
    const residual = await measureResidual(source, plan, pair, facts.frames, context)
    const vocalsFile = { writer: pair.vocals, path: request.paths.vocals }
    const musicFile = { writer: pair.music, path: request.paths.accompaniment }
    const [vocals, accompaniment] = await publishTogether([vocalsFile, musicFile] as const, request.overwrite)
    return {
      paths: { vocals, accompaniment },
      frames: facts.frames,
      sampleRate,
      channels,
      nullResidualDbfs: decibels(residual),
      gainDb: decibels(plan.gain),
      peaks: facts.peaks,
      warnings: [...reader.warnings, ...notes(reader, plan, facts.peaks)],
    }
  } finally {
    for (const writer of writers) await writer.abort()
    await (preview?.close() ?? store.discard())
  }
}

async function openWriters(request: StemFilesRequest, { reader, channels }: StemSource, plan: StemPlan, opened: AudioWriter[]) {
  const { sampleRate } = reader.info
  const open = async (path: string, stem: string) => {
    const tags = stemTags(request.tags ?? {}, stem, plan)
    // Its own name may be taken: publishing looks for a free one.
    const options = { format: request.format, sampleRate, channels, tags, overwrite: request.overwrite, reserve: false }
    const writer = await createAudioWriter(path, options)
    opened.push(writer)
    return writer
  }
  return { vocals: await open(request.paths.vocals, 'Vocals'), music: await open(request.paths.accompaniment, 'Music') }
}

function stemTags(tags: Tags, stem: string, plan: StemPlan): Tags {
  const titled = tags.title === undefined ? tags : { ...tags, title: `${tags.title} (${stem})` }
  if (plan.gain === 1) return titled
  const gain = gainText(plan)
  const comment = [tags.comment, `Vocals and music were both turned down by the same ${gain} dB; they sum to the song at that level.`]
  return { ...titled, comment: comment.filter(Boolean).join(' '), stemwright_gain_db: `-${gain}` }
}

function gainText(plan: StemPlan): string {
  return (-decibels(plan.gain)).toFixed(2)
}

function notes(reader: AudioReader, plan: StemPlan, peaks: StemPeaks): string[] {
  const texts = [downmixNote(reader.info.layout)]
  if (plan.gain !== 1) {
    texts.push(`Both stems were turned down by the same ${gainText(plan)} dB, because this format would have clipped; WAV 32-bit float keeps the level.`)
  }
  if (plan.limited) {
    const over = decibels(Math.max(peaks.vocals, peaks.music)).toFixed(2)
    texts.push(`A stem passed full scale by ${over} dB where the other one cancels it; that part was taken out of both, so that they fit and still sum to the song.`)
  }
  return texts.filter((text) => text !== undefined)
}

/** An exact zero has no logarithm; -200 dB is far below anything that 32-bit floats can miss. */
function decibels(amplitude: number): number {
  return Math.max(-200, 20 * Math.log10(amplitude))
}
