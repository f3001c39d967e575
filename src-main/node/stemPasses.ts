import { isOnGrid } from '#shared/audio/quantize'
import { splitStems, type StemFacts, type StemPlan } from '#shared/audio/stemSum'
import { AppError } from '#shared/errors'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'
import { openAudio, type AudioReader } from '#main/node/audioReader'
import type { AudioWriter } from '#main/node/audioWriter'
import { BlockQueue } from '#main/node/blockQueue'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import type { SampleStore } from '#main/node/sampleStore'
import type { StemPreview } from '#main/node/stemPreview'

/** The part of a song that stems are made of. */
export interface StemSource {
  readonly reader: AudioReader
  readonly start: number | undefined
  readonly length: number | undefined
  /** Channels of the stems. */
  readonly channels: number
}

export interface StemWriters {
  readonly vocals: AudioWriter
  readonly music: AudioWriter
}

function openMixture({ reader, start, length }: StemSource, context: WorkContext): BlockQueue {
  return new BlockQueue(mixtureBlocks(reader, { start: start ?? 0, length: length ?? Infinity, signal: context.signal }))
}

/**
 * Pulls all vocals into `store` beside the song, and returns what a plan for writing them needs.
 * @throws INTERNAL when vocals differ from the song in length or channels, or are not finite; AUDIO_SILENT
 */
export async function surveyStems(
  source: StemSource,
  vocals: AsyncIterable<Float32Array[]>,
  { store, preview }: { store: SampleStore; preview?: StemPreview | undefined },
  context: WorkContext,
): Promise<StemFacts & { frames: number }> {
  const mixture = openMixture(source, context)
  const survey = new Survey()
  try {
    for await (const voice of vocals) {
      if (voice.length !== source.channels) throw defect(`${voice.length} channels instead of ${source.channels}`)
      const whole = await mixture.take(voice[0]!.length)
      if ((whole[0]?.length ?? 0) < voice[0]!.length) throw defect('more frames than the song')
      survey.add(whole, voice)
      await store.append(voice)
      await preview?.follow(whole, voice)
      await checkpointCancel(context)
    }
    if ((await mixture.next()) !== undefined) throw defect(`only ${survey.frames} frames, fewer than the song`)
  } finally {
    await mixture.close()
  }
  const { info } = source.reader
  return survey.facts(info.float || info.channels > 2 ? undefined : info.bitDepth)
}

function defect(what: string): AppError {
  return new AppError('INTERNAL', `The model gave vocals with ${what}. Nothing was written; please report this.`)
}

class Survey {
  frames = 0
  private mixture = 0
  private vocals = 0
  private music = 0
  private mixtureOn16 = true
  private vocalsOn16 = true

  add(mixture: readonly Float32Array[], vocals: readonly Float32Array[]): void {
    for (const [channel, whole] of mixture.entries()) {
      const voice = vocals[channel]!
      for (let i = 0; i < whole.length; i++) {
        this.mixture = Math.max(this.mixture, Math.abs(whole[i]!))
        this.vocals = Math.max(this.vocals, Math.abs(voice[i]!))
        this.music = Math.max(this.music, Math.abs(whole[i]! - voice[i]!))
      }
      this.mixtureOn16 &&= isOnGrid(whole, 16)
      this.vocalsOn16 &&= isOnGrid(voice, 16)
    }
    this.frames += mixture[0]!.length
    // Math.max hands NaN on, so one look a block finds it.
    if (!Number.isFinite(this.vocals)) throw defect('invalid samples')
  }

  facts(sourceBits: number | undefined): StemFacts & { frames: number } {
    if (this.frames === 0) {
      throw new AppError('INVALID_INPUT', 'The sound ends before the part that was asked for begins. Choose an earlier start.')
    }
    if (this.mixture === 0) {
      throw new AppError('AUDIO_SILENT', 'There is only digital silence in the sound, so there is nothing to separate. Check that the right track was exported.')
    }
    const peaks = { mixture: this.mixture, vocals: this.vocals, music: this.music }
    return { frames: this.frames, peaks, sourceBits, mixtureOn16: this.mixtureOn16, vocalsOn16: this.vocalsOn16 }
  }
}

/** Reads the song again and writes both stems in step; seals both files. */
export async function writeStems(
  source: StemSource,
  plan: StemPlan,
  store: SampleStore,
  writers: StemWriters,
  seed: number,
  frames: number,
  context: WorkContext,
): Promise<void> {
  const stream = randomStream(seed)
  const dither = { mixture: stream.fork('mixture'), vocals: stream.fork('vocals') }
  const mixture = openMixture(source, context)
  let done = 0
  try {
    for await (const voice of store.blocks()) {
      const whole = await mixture.take(voice[0]!.length)
      const stems = splitStems(plan, whole, voice, dither)
      await put(writers.vocals, stems.vocals)
      await put(writers.music, stems.music)
      done += voice[0]!.length
      await report('writing', source, done, frames, context)
    }
  } finally {
    await mixture.close()
  }
  await writers.vocals.seal()
  await writers.music.seal()
}

function put(writer: AudioWriter, block: Int32Array[] | Float32Array[]): Promise<void> {
  return isIntegers(block) ? writer.writeIntegers(block) : writer.write(block)
}

function isIntegers(block: Int32Array[] | Float32Array[]): block is Int32Array[] {
  return block[0] instanceof Int32Array
}

/**
 * Reads both written files back and returns the largest magnitude of gain × song - (vocals + music).
 * @throws INTERNAL when a file is not as long as the song
 */
export async function measureResidual(
  source: StemSource,
  plan: StemPlan,
  writers: StemWriters,
  frames: number,
  context: WorkContext,
): Promise<number> {
  const vocals = await openWritten(writers.vocals)
  const music = await openWritten(writers.music)
  const mixture = openMixture(source, context)
  let residual = 0
  let done = 0
  try {
    for (let whole = await mixture.next(); whole !== undefined; whole = await mixture.next()) {
      const length = whole[0]!.length
      residual = Math.max(residual, largestDifference(whole, await vocals.take(length), await music.take(length), plan.gain))
      done += length
      await report('checking', source, done, frames, context)
    }
    if (Number.isNaN(residual) || (await vocals.next()) !== undefined || (await music.next()) !== undefined) {
      throw new AppError('INTERNAL', 'A stem read back is not as long as the song, so both were removed. Try another format.')
    }
    return residual
  } finally {
    for (const queue of [mixture, vocals, music]) await queue.close()
  }
}

async function openWritten(writer: AudioWriter): Promise<BlockQueue> {
  const reader = await openAudio(writer.temporaryPath, { minimumSeconds: 0 })
  return new BlockQueue(reader.blocks())
}

/** NaN when a stem is too short. */
function largestDifference(mixture: Float32Array[], vocals: Float32Array[], music: Float32Array[], gain: number): number {
  let largest = 0
  for (const [channel, whole] of mixture.entries()) {
    const voice = vocals[channel]
    const rest = music[channel]
    if (voice?.length !== whole.length || rest?.length !== whole.length) return Number.NaN
    for (let i = 0; i < whole.length; i++) largest = Math.max(largest, Math.abs(whole[i]! * gain - (voice[i]! + rest[i]!)))
  }
  return largest
}

async function report(stage: string, { reader }: StemSource, done: number, frames: number, context: WorkContext): Promise<void> {
  const rate = reader.info.sampleRate
  context.onProgress({ stage, completed: done / rate, total: frames / rate, unit: 'seconds' })
  await checkpointCancel(context)
}
