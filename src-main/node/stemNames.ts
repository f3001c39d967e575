import { dirname, extname, join, basename } from 'node:path'
import { alreadyThere, exists } from '#main/node/temporaryFile'
import { AppError } from '#shared/errors'
import type { AudioWriter } from '#main/node/audioWriter'

export interface StemPaths {
  readonly vocalsPath: string
  readonly musicPath: string
}

const mostNumbers = 10_000

/** Returns the same names with ' (n)' before the extension; as they are for n = 1. */
export function numbered(paths: StemPaths, n: number): StemPaths {
  if (n === 1) return paths
  const number = (path: string) => join(dirname(path), `${basename(path, extname(path))} (${n})${extname(path)}`)
  return { vocalsPath: number(paths.vocalsPath), musicPath: number(paths.musicPath) }
}

/**
 * Gives two files their names, both or neither, and returns them. Without `overwrite` both get the lowest number that is
 * free for both.
 * @throws OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function publishPair(
  writers: { vocals: AudioWriter; music: AudioWriter },
  wanted: StemPaths,
  overwrite: boolean,
  remove: (path: string) => Promise<void>,
): Promise<StemPaths> {
  // What takes time comes first: a program that is ended now must not leave one stem without the other.
  await writers.vocals.seal()
  await writers.music.seal()
  for (let n = 1; n < mostNumbers; n++) {
    const paths = numbered(wanted, n)
    if (!overwrite && ((await exists(paths.vocalsPath)) || (await exists(paths.musicPath)))) continue
    try {
      await writers.vocals.finish(paths.vocalsPath)
    } catch (error) {
      // Somebody else took the name since we looked.
      if (isTaken(error)) continue
      throw error
    }
    try {
      await writers.music.finish(paths.musicPath)
    } catch (error) {
      await remove(paths.vocalsPath)
      throw error
    }
    return paths
  }
  throw alreadyThere(wanted.vocalsPath)
}

function isTaken(error: unknown): boolean {
  return error instanceof AppError && error.code === 'OUTPUT_EXISTS'
}
