import { join } from 'node:path'
import { readManifest } from '#main/datasets/manifest'
import { openAudio } from '#main/node/audioReader'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import { listFiles } from '#main/node/recordingCache'
import type { ReferenceSong } from '#main/separation/evaluation'
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
    throw new AppError('DATASET_EMPTY', `There are no songs in ${folder}. Nothing was measured; put each song there as <song>/vocals.* with <song>/accompaniment.*.`)
  }
  return songs.map(({ name, vocals, accompaniment }) => ({ name, vocals: join(folder, vocals), accompaniment: join(folder, accompaniment) }))
}

/** @throws the reader's errors; AppError DATASET_INVALID where the stems' rates or channels differ. */
export async function openReferenceSong({ name, vocals, accompaniment }: ReferenceFiles): Promise<ReferenceSong> {
  const [a, b] = await Promise.all([vocals, accompaniment].map(async (path) => {
    const reader = await openAudio(path)
    await reader.close()
    return reader.info
  }))
  if (a!.sampleRate !== b!.sampleRate || a!.channels !== b!.channels) {
    throw new AppError('DATASET_INVALID', `The stems of "${name}" differ in sample rate or channels. Nothing was measured; export both in one format.`)
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
    sampleRate: a!.sampleRate,
    channels: Math.min(2, a!.channels),
    frames: a!.frames,
    vocals: () => blocks(vocals),
    accompaniment: () => blocks(accompaniment),
  }
}
