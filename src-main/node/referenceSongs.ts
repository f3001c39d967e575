import { readManifest, type ManifestSong, type RecordingPart } from '#main/datasets/manifest'
import { listFiles } from '#main/node/datasetFolder'
import { decodeStereo, openParts, partsBelow, type SummedSound } from '#main/node/summedSound'
import type { ReferenceSong } from '#main/separation/evaluation'
import type { ReferencePiece } from '#main/separation/validation'
import type { Stereo } from '#shared/audio/audioClip'
import { AppError } from '#shared/errors'

/** A song with both stems; paths are absolute. */
export interface ReferenceFiles {
  readonly name: string
  readonly vocals: readonly RecordingPart[]
  readonly accompaniment: readonly RecordingPart[]
}

/** The files of a dataset's song. */
export function referenceFiles(folder: string, { name, vocals, accompaniment }: ManifestSong): ReferenceFiles {
  return { name, vocals: partsBelow(folder, vocals), accompaniment: partsBelow(folder, accompaniment) }
}

/** Songs with both stems below a folder. @throws AppError DATASET_EMPTY, DATASET_INVALID */
export async function findReferenceSongs(folder: string): Promise<ReferenceFiles[]> {
  const files = await listFiles(folder).catch(() => [])
  const { songs } = readManifest(files, { validation: [], test: [], without: [] })
  if (songs.length === 0) {
    const advice = 'Nothing was done; put each song there as <song>/vocals.* with <song>/accompaniment.*.'
    throw new AppError('DATASET_EMPTY', `There are no songs in ${folder}. ${advice}`)
  }
  return songs.map((song) => referenceFiles(folder, song))
}

/** @throws the reader's errors; AppError DATASET_INVALID where the stems' rates or channels differ. */
export async function openReferenceSong({ name, vocals, accompaniment }: ReferenceFiles): Promise<ReferenceSong> {
  const [a, b] = await Promise.all([factsOf(vocals), factsOf(accompaniment)])
  if (a.sampleRate !== b.sampleRate || a.channels !== b.channels) {
    const what = `The stems of "${name}" differ in sample rate or channels`
    throw new AppError('DATASET_INVALID', `${what}. Nothing was measured; export both in one format.`)
  }
  const blocks = (parts: readonly RecordingPart[]) => ({
    async *[Symbol.asyncIterator]() {
      const sound = await openParts(parts)
      try {
        yield* sound.blocks()
      } finally {
        await sound.close()
      }
    },
  })
  return {
    sampleRate: a.sampleRate,
    channels: a.channels,
    frames: a.frames,
    vocals: () => blocks(vocals),
    accompaniment: () => blocks(accompaniment),
  }
}

async function factsOf(parts: readonly RecordingPart[]): Promise<Pick<SummedSound, 'sampleRate' | 'channels' | 'frames'>> {
  const sound = await openParts(parts)
  await sound.close()
  return sound
}

/** The stems of all songs below a folder in memory, at `sampleRate`. @throws the reader's errors; DATASET_EMPTY, DATASET_INVALID */
export async function loadPieces(folder: string, sampleRate: number): Promise<ReferencePiece[]> {
  return Promise.all((await findReferenceSongs(folder)).map((song) => loadPiece(song, sampleRate)))
}

/** A song's stems in memory, at `sampleRate` and of one length. @throws the reader's errors */
export async function loadPiece({ name, vocals, accompaniment }: ReferenceFiles, sampleRate: number): Promise<ReferencePiece> {
  const stems = [await decodeStereo(vocals, sampleRate), await decodeStereo(accompaniment, sampleRate)] as const
  const length = Math.max(...stems.map(([left]) => left.length))
  return { name, sampleRate, vocals: lasting(stems[0], length), accompaniment: lasting(stems[1], length) }
}

/** A sound with silence behind it. */
function lasting(sound: Stereo, length: number): Stereo {
  if (sound[0].length === length) return sound
  const [left, right] = [new Float32Array(length), new Float32Array(length)]
  left.set(sound[0])
  right.set(sound[1])
  return [left, right]
}
