import { basename, dirname, extname, join } from 'node:path'
import { rm } from 'node:fs/promises'
import { alreadyThere, exists } from '#main/node/temporaryFile'
import { AppError } from '#shared/errors'
import type { AudioWriter } from '#main/node/audioWriter'

/** A file that waits for its name. */
export interface WaitingFile {
  readonly writer: Pick<AudioWriter, 'seal' | 'finish'>
  /** The name it should get. */
  readonly path: string
}

const mostNumbers = 10_000

/** Returns the same path with ' (n)' before the extension; as it is for n = 1. */
export function numbered(path: string, n: number): string {
  return n === 1 ? path : join(dirname(path), `${basename(path, extname(path))} (${n})${extname(path)}`)
}

/**
 * Gives files their names, all or none, and returns these. Without `overwrite` all get the lowest number that is free for
 * all of them.
 * @param remove takes a file away again when a later one could not be named
 * @throws OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function publishTogether<Files extends readonly WaitingFile[]>(
  files: Files,
  overwrite: boolean,
  remove = removeFile,
): Promise<{ -readonly [Index in keyof Files]: string }> {
  // What takes time comes first: a program that is ended now must not leave one file without the others.
  for (const { writer } of files) await writer.seal()
  for (let n = 1; n < mostNumbers; n++) {
    const paths = files.map(({ path }) => numbered(path, n))
    if (!overwrite && (await anyExists(paths))) continue
    const done: string[] = []
    try {
      for (const [i, { writer }] of files.entries()) {
        await writer.finish(paths[i]!)
        done.push(paths[i]!)
      }
      return paths as { -readonly [Index in keyof Files]: string }
    } catch (error) {
      // Somebody else took the first name since we looked: nothing has happened yet.
      if (done.length === 0 && isTaken(error)) continue
      for (const path of done) await remove(path)
      throw error
    }
  }
  throw alreadyThere(files[0]?.path ?? '')
}

async function anyExists(paths: readonly string[]): Promise<boolean> {
  for (const path of paths) if (await exists(path)) return true
  return false
}

function removeFile(path: string): Promise<void> {
  return rm(path, { force: true })
}

function isTaken(error: unknown): boolean {
  return error instanceof AppError && error.code === 'OUTPUT_EXISTS'
}
