import { join } from 'node:path'
import type { ComputeInput, StemOutput } from '#main/compute/protocol'
import type { AudioReader } from '#main/node/audioReader'
import { writeStemFiles } from '#main/node/stemFiles'
import type { StemPreviewRequest } from '#main/node/stemPreview'
import type { WorkContext } from '#shared/jobs/work'

/** Part of a song, in frames. */
export interface FrameRange {
  readonly start: number
  /** To the end without it. */
  readonly length: number | undefined
}

/** Returns seconds as frames. */
export function frameRange({ start, length }: { start?: number; length?: number }, sampleRate: number): FrameRange {
  return {
    start: Math.round((start ?? 0) * sampleRate),
    length: length === undefined ? undefined : Math.max(1, Math.round(length * sampleRate)),
  }
}

/** The dither is the same for every song: the same input gives the same files. */
const ditherSeed = 1

interface StemsToSave {
  readonly song: AudioReader
  readonly path: string
  readonly range: FrameRange
  readonly vocals: AsyncIterable<Float32Array[]>
  readonly output: StemOutput
  readonly preview?: StemPreviewRequest | undefined
}

/** Writes vocals and what they leave of the song, with the song's own tags. */
export async function saveStems({ song, path, range, vocals, output, preview }: StemsToSave, context: WorkContext) {
  const { warnings, ...facts } = await writeStemFiles(
    {
      sourcePath: path,
      ...range,
      vocals,
      paths: { vocals: join(output.folder, output.names.vocals), accompaniment: join(output.folder, output.names.accompaniment) },
      format: output.format,
      overwrite: output.overwrite,
      tags: song.info.tags,
      seed: ditherSeed,
      preview,
    },
    context,
  )
  return { ...facts, warnings: [...warnings] }
}

/** What a separation that can be heard while it runs is made with. */
export interface AudibleWork {
  readonly preview: StemPreviewRequest | undefined
  /** Tells with the progress how much can be heard. */
  readonly context: WorkContext
}

/** Returns how to make stems of a part of a song that can be heard meanwhile, in the files `paths`; silently without. */
export function audibleWork(song: AudioReader, range: FrameRange, paths: ComputeInput<'separate'>['preview'], context: WorkContext): AudibleWork {
  if (!paths) return { preview: undefined, context }
  let readyFrames = 0
  return {
    preview: {
      paths,
      // A file that does not tell its length is promised to last a day, which nothing reads to the end.
      expectedFrames: expectedFrames(song, range) ?? 86_400 * song.info.sampleRate,
      onReady: (frames) => (readyFrames = frames),
    },
    context: { ...context, onProgress: (progress) => context.onProgress({ ...progress, readyFrames }) },
  }
}

/** Returns the length of a part of a song in frames, as far as the file tells. */
export function expectedFrames({ info }: AudioReader, { start, length = Infinity }: FrameRange): number | undefined {
  const all = info.frames ?? (info.durationSeconds === undefined ? undefined : Math.round(info.durationSeconds * info.sampleRate))
  return all === undefined ? undefined : Math.max(0, Math.min(length, all - start))
}
