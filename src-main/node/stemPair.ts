import { AppError } from '#shared/errors'
import { type AudioReader, openAudio } from '#main/node/audioReader'
import type { AudioFormat } from '#main/node/audioWriter'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import { BlockQueue } from '#main/node/blockQueue'
import type { WorkContext } from '#shared/jobs/work'

/** Two stem files of one song, opened; call `close` when done. */
export interface StemPair {
  readonly vocals: AudioReader
  readonly music: AudioReader
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
  readonly frames: number
  /** Bits of the integers that hold both; undefined where one of them holds floats. */
  readonly bits: 16 | 24 | undefined
  close(): Promise<void>
}

/** @throws the codes of openAudio; INVALID_INPUT where the files are no stems of one sound */
export async function openStemPair(paths: { vocals: string; accompaniment: string }): Promise<StemPair> {
  const vocals = await openAudio(paths.vocals, { minimumSeconds: 0 })
  try {
    const music = await openAudio(paths.accompaniment, { minimumSeconds: 0 })
    try {
      return pairOf(vocals, music)
    } catch (error) {
      await music.close()
      throw error
    }
  } catch (error) {
    await vocals.close()
    throw error
  }
}

function pairOf(vocals: AudioReader, music: AudioReader): StemPair {
  const { sampleRate, channels, frames } = vocals.info
  if (frames === undefined || (['sampleRate', 'channels', 'frames'] as const).some((fact) => music.info[fact] !== vocals.info[fact])) {
    throw new AppError(
      'INVALID_INPUT',
      'These two stems are not of one song: their rates, channels or lengths differ. Choose the vocals and the music of one separation.',
    )
  }
  return {
    vocals,
    music,
    sampleRate,
    channels,
    frames,
    bits: bitsOfBoth([vocals, music]),
    close: async () => {
      await vocals.close()
      await music.close()
    },
  }
}

/** Returns the bits of integers that hold all of some files as they are; undefined where only floats do. */
export function bitsOfBoth(readers: readonly AudioReader[]): 16 | 24 | undefined {
  if (readers.some(({ info }) => info.float || (info.bitDepth ?? 32) > 24)) return undefined
  return readers.every(({ info }) => info.bitDepth! <= 16) ? 16 : 24
}

/** Returns the WAV format of such samples. */
export function wavFormat(bits: 16 | 24 | undefined): AudioFormat {
  return bits === undefined ? 'wav32f' : `wav${bits}`
}

/** Returns the largest magnitude of mixture - (vocals + music), files as they are read back. */
export async function pairResidual(
  mixture: { path: string; offset: number },
  paths: { vocals: string; accompaniment: string },
  context: WorkContext,
): Promise<number> {
  const pair = await openStemPair(paths)
  try {
    return await residualOf(pair, mixture, context)
  } finally {
    await pair.close()
  }
}

async function residualOf(pair: StemPair, mixture: { path: string; offset: number }, context: WorkContext): Promise<number> {
  const song = await openAudio(mixture.path, { minimumSeconds: 0 })
  const options = { signal: context.signal }
  const [voice, rest] = [pair.vocals, pair.music].map((reader) => new BlockQueue(reader.blocks(options))) as [BlockQueue, BlockQueue]
  try {
    let residual = 0
    let frames = 0
    for await (const whole of mixtureBlocks(song, { start: mixture.offset, length: pair.frames, ...options })) {
      const length = whole[0]!.length
      residual = Math.max(residual, largestDifference(whole, await voice.take(length), await rest.take(length)))
      frames += length
    }
    if (frames < pair.frames || Number.isNaN(residual)) throw notOfThisSong()
    return residual
  } finally {
    await voice.close()
    await rest.close()
    await song.close()
  }
}

function notOfThisSong(): AppError {
  return new AppError(
    'INVALID_INPUT',
    'The stems do not lie within the song that they are said to come from. Choose the song that they were separated from.',
  )
}

/** NaN where channels or lengths differ. */
function largestDifference(mixture: Float32Array[], vocals: Float32Array[], music: Float32Array[]): number {
  let largest = 0
  for (const [channel, whole] of mixture.entries()) {
    const voice = vocals[channel]
    const rest = music[channel]
    if (mixture.length !== vocals.length || voice?.length !== whole.length || rest?.length !== whole.length) return Number.NaN
    for (let i = 0; i < whole.length; i++) largest = Math.max(largest, Math.abs(whole[i]! - (voice[i]! + rest[i]!)))
  }
  return largest
}
