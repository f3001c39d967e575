import { join } from 'node:path'
import { readManifest } from '#main/datasets/manifest'
import { openAudio, type AudioInfo } from '#main/node/audioReader'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import { decodeStereo, listFiles } from '#main/node/recordingCache'
import type { ReferenceSong } from '#main/separation/evaluation'
import type { ReferencePiece } from '#main/separation/validation'
import { separatedChannels } from '#shared/audio/mixdown'
import { AppError } from '#shared/errors'

export interface ReferenceFiles {
  readonly name: string
  readonly vocals: string
  readonly accompaniment: string
}

/** Songs with both stems below a folder. @throws AppError DATASET_EMPTY, DATASET_INVALID */
export async function findReferenceSongs(folder: string): Promise<ReferenceFiles[]> {
  const files = await listFiles(folder).catch(() => [])
  const { songs } = readManifest(files, { validation: [], test: [], without: [] })
  if (songs.length === 0) {
    const advice = 'Nothing was done; put each song there as <song>/vocals.* with <song>/accompaniment.*.'
    throw new AppError('DATASET_EMPTY', `There are no songs in ${folder}. ${advice}`)
  }
  const place = (path: string) => join(folder, path)
  return songs.map(({ name, vocals, accompaniment }) => ({ name, vocals: place(vocals), accompaniment: place(accompaniment) }))
}

/** @throws the reader's errors; AppError DATASET_INVALID where the stems' rates or channels differ. */
export async function openReferenceSong({ name, vocals, accompaniment }: ReferenceFiles): Promise<ReferenceSong> {
  const [a, b] = await Promise.all([factsOf(vocals), factsOf(accompaniment)])
  if (a.sampleRate !== b.sampleRate || a.channels !== b.channels) {
    const what = `The stems of "${name}" differ in sample rate or channels`
    throw new AppError('DATASET_INVALID', `${what}. Nothing was measured; export both in one format.`)
  }
  const blocks = (path: string) => ({
    async *[Symbol.asyncIterator]() {
      const reader = await openAudio(path)
      try {
        yield* mixtureBlocks(reader)
      } finally {
        await reader.close()
      }
    },
  })
  return {
    sampleRate: a.sampleRate,
    channels: separatedChannels(a.channels),
    frames: a.frames,
    vocals: () => blocks(vocals),
    accompaniment: () => blocks(accompaniment),
  }
}

async function factsOf(path: string): Promise<AudioInfo> {
  const reader = await openAudio(path)
  await reader.close()
  return reader.info
}

/** The stems of all songs below a folder in memory, at `sampleRate`. @throws the reader's errors; DATASET_EMPTY, DATASET_INVALID */
export async function loadPieces(folder: string, sampleRate: number): Promise<ReferencePiece[]> {
  return Promise.all((await findReferenceSongs(folder)).map((song) => loadPiece(song, sampleRate)))
}

/** A song's stems in memory, at `sampleRate`. @throws the reader's errors */
export async function loadPiece({ name, vocals, accompaniment }: ReferenceFiles, sampleRate: number): Promise<ReferencePiece> {
  return {
    name,
    sampleRate,
    vocals: await decodeStereo(vocals, sampleRate),
    accompaniment: await decodeStereo(accompaniment, sampleRate),
  }
}
