import { writeFile } from 'node:fs/promises'
import { downmixNote, separatedChannels } from '#shared/audio/mixdown'
import { encodePeaks, PeakCollector } from '#shared/audio/peaks'
import { isOnGrid } from '#shared/audio/quantize'
import { AppError } from '#shared/errors'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { type AudioInfo, type AudioReader, openAudio } from '#main/node/audioReader'
import { createAudioWriter } from '#main/node/audioWriter'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import { outputError } from '#main/node/outputError'
import { SoundFingerprint } from '#main/node/soundFingerprint'
import { WavFile } from '#main/node/wavFile'

/** What a sound is; `id` says its content. */
export interface SoundFacts {
  readonly id: string
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
  readonly frames: number
}

export interface SoundPaths {
  readonly audioPath: string
  readonly peaksPath: string
}

type SoundFormat = 'wav16' | 'wav24' | 'wav32f'

/**
 * Decodes a file into a WAV file of its own rate, mono or stereo, that holds exactly what the reader gives, and into its
 * peaks: integers of up to 16 and up to 24 bit as such, all else (also what was mixed down) as 32 bit floats.
 * @param riffLimit for tests: file length from which on RF64 is written
 * @throws the codes of openAudio; AUDIO_NOT_FINITE, OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function decodeSound(
  path: string,
  target: SoundPaths,
  context: WorkContext,
  riffLimit?: number,
): Promise<SoundFacts & { warnings: string[] }> {
  const reader = await openAudio(path)
  try {
    const exact = formatFor(reader.info)
    const facts =
      (await writeSound(reader, target, { format: exact, riffLimit }, context)) ??
      (await writeSound(reader, target, { format: 'wav32f', riffLimit }, context))
    if (!facts) throw new AppError('INTERNAL', `${path} could not be decoded exactly. Please report this.`)
    const note = downmixNote(reader.info.layout)
    return { ...facts, warnings: [...reader.warnings, ...(note === undefined ? [] : [note])] }
  } finally {
    await reader.close()
  }
}

function formatFor({ float, bitDepth = 32, channels }: AudioInfo): SoundFormat {
  if (float || channels > 2 || bitDepth > 24) return 'wav32f'
  return bitDepth > 16 ? 'wav24' : 'wav16'
}

/** Returns undefined, and leaves no file, where the samples are not the integers that the file's header promised. */
async function writeSound(
  reader: AudioReader,
  target: SoundPaths,
  { format, riffLimit }: { format: SoundFormat; riffLimit: number | undefined },
  context: WorkContext,
): Promise<SoundFacts | undefined> {
  const { sampleRate, durationSeconds: total = 0 } = reader.info
  const channels = separatedChannels(reader.info.channels)
  const limit = riffLimit === undefined ? {} : { riffLimit }
  const writer = await createAudioWriter(target.audioPath, { format, sampleRate, channels, overwrite: true, ...limit })
  const survey = new SoundSurvey(sampleRate, channels)
  const bits = format === 'wav16' ? 16 : 24
  try {
    for await (const block of mixtureBlocks(reader, { signal: context.signal })) {
      if (format !== 'wav32f' && !block.every((samples) => isOnGrid(samples, bits))) return undefined
      await writer.write(block)
      survey.add(block)
      report('decoding', survey.frames / sampleRate, total, context)
    }
    await writer.finish()
  } finally {
    await writer.abort()
  }
  return survey.finish(target.peaksPath)
}

/**
 * Looks at a WAV file of 16, 24 or 32 bit float samples, mono or stereo, and writes its peaks.
 * @throws FILE_NOT_FOUND, NOT_AUDIO, AUDIO_UNSUPPORTED, AUDIO_ZERO_LENGTH, OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function surveySound({ audioPath, peaksPath }: SoundPaths, context: WorkContext): Promise<SoundFacts> {
  const file = await WavFile.open(audioPath)
  try {
    const { sampleRate, channels } = file.layout
    if (channels > 2) throw new AppError('AUDIO_UNSUPPORTED', `${audioPath} has ${channels} channels; the library holds mono and stereo.`)
    if (file.frames === 0) throw new AppError('AUDIO_ZERO_LENGTH', `${audioPath} holds no sound. Make it again.`)
    const survey = new SoundSurvey(sampleRate, channels)
    while (survey.frames < file.frames) {
      survey.add(await file.read(survey.frames, framesAtOnce))
      report('surveying', survey.frames / sampleRate, file.frames / sampleRate, context)
      await checkpointCancel(context)
    }
    return await survey.finish(peaksPath)
  } finally {
    await file.close()
  }
}

const framesAtOnce = 65536

/** All that one look at a sound gives. */
class SoundSurvey {
  frames = 0
  private readonly peaks: PeakCollector
  private readonly fingerprint = new SoundFingerprint()

  constructor(
    private readonly sampleRate: number,
    private readonly channels: number,
  ) {
    this.peaks = new PeakCollector(sampleRate, channels)
  }

  add(block: readonly Float32Array[]): void {
    this.frames += block[0]!.length
    this.peaks.add(block)
    this.fingerprint.add(block)
  }

  async finish(peaksPath: string): Promise<SoundFacts> {
    const { sampleRate, channels, frames } = this
    await writeFile(peaksPath, encodePeaks(this.peaks.finish())).catch((error: unknown) => {
      throw outputError(peaksPath, error)
    })
    return { id: this.fingerprint.finish(sampleRate), sampleRate, channels, frames }
  }
}

/** An estimated total is corrected by what is there. */
function report(stage: string, completed: number, total: number, context: WorkContext): void {
  context.onProgress({ stage, completed, total: Math.max(total, completed), unit: 'seconds' })
}
