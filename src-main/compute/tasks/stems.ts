import { join } from 'node:path'
import type { StemOutput } from '#main/compute/protocol'
import type { AudioReader } from '#main/node/audioReader'
import { writeStemFiles } from '#main/node/stemFiles'
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
}

/** Writes vocals and what they leave of the song, with the song's own tags. */
export async function saveStems({ song, path, range, vocals, output }: StemsToSave, context: WorkContext) {
  const { vocalsPath, musicPath, warnings, ...facts } = await writeStemFiles(
    {
      sourcePath: path,
      ...range,
      vocals,
      vocalsPath: join(output.folder, output.names.vocals),
      musicPath: join(output.folder, output.names.accompaniment),
      format: output.format,
      overwrite: output.overwrite,
      tags: song.info.tags,
      seed: ditherSeed,
    },
    context,
  )
  return { ...facts, warnings: [...warnings], paths: { vocals: vocalsPath, accompaniment: musicPath } }
}
