import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { outputError } from '#main/node/outputError'
import { AppError } from '#shared/errors'
import type { CancelSignal } from '#shared/jobs/work'

/** A file of the network. */
export interface RemoteFile {
  readonly url: string
  readonly name: string
  /** Its length; roughly where there is no checksum. */
  readonly bytes: number
  /** Checksum that its publisher gives; files of archives that are packed anew each time have none of their own. */
  readonly md5?: string | undefined
}

/** How patient a download is. */
export interface Patience {
  /** Times that it goes on by itself after the connection broke without a byte. */
  readonly attempts: number
  /** Milliseconds before the second attempt; each later one waits twice as long. */
  readonly pauseMs: number
  /** Milliseconds without a byte after which a connection counts as broken. */
  readonly stallMs: number
}

export const usualPatience: Patience = { attempts: 4, pauseMs: 1000, stallMs: 60_000 }

interface FetchContext {
  readonly signal: CancelSignal
  /** Is told how many bytes are there, of how many. */
  onBytes(present: number, total: number): void
}

/** Bytes of a file that are in `folder` already, whole or in part. */
export async function bytesPresent({ name }: RemoteFile, folder: string): Promise<number> {
  return (await sizeOf(join(folder, name))) || sizeOf(partOf(folder, name))
}

/**
 * Downloads a file into a folder that is there, going on with the part that is there, and compares its checksum. Where this
 * ends early, the part stays for the next time.
 * @returns its path
 * @throws AppError DOWNLOAD_FAILED, OUTPUT_NOT_WRITABLE, DISK_FULL; the signal's reason
 */
export async function fetchFile(file: RemoteFile, folder: string, context: FetchContext, patience = usualPatience): Promise<string> {
  const path = join(folder, file.name)
  if ((await sizeOf(path)) > 0) return path
  const part = partOf(folder, file.name)
  for (let failures = 0; ; ) {
    const before = await sizeOf(part)
    try {
      await receive(file, part, before, context, patience)
      break
    } catch (error) {
      context.signal.throwIfAborted()
      if (error instanceof AppError) throw error
      failures = (await sizeOf(part)) > before ? 1 : failures + 1
      if (failures >= patience.attempts) throw brokenOff(file, await sizeOf(part), error)
      await pause(patience.pauseMs * 2 ** (failures - 1))
      context.signal.throwIfAborted()
    }
  }
  await compare(file, part, context)
  await rename(part, path)
  return path
}

function partOf(folder: string, name: string): string {
  return join(folder, `${name}.part`)
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

/** One connection. @throws an error that is no AppError where it is worth another try */
async function receive(file: RemoteFile, part: string, start: number, context: FetchContext, patience: Patience): Promise<void> {
  const stop = new AbortController()
  const abort = () => stop.abort()
  context.signal.addEventListener('abort', abort, { once: true })
  let stall = setTimeout(abort, patience.stallMs)
  try {
    // Packed once more on the way, a file would no longer be the one that its checksum is of, nor could it be gone on with.
    const headers = { 'Accept-Encoding': 'identity', ...(start > 0 && { Range: `bytes=${start}-` }) }
    const response = await fetch(file.url, { headers, signal: stop.signal })
    const { from, total } = await placeOf(response, file, part, start)
    if (from === undefined) return
    const written = await append(response, part, from, context.signal, (present) => {
      clearTimeout(stall)
      stall = setTimeout(abort, patience.stallMs)
      context.onBytes(present, total ?? Math.max(present, file.bytes))
    })
    if (total !== undefined && written < total) throw new Error(`The connection ended after ${written} of ${total} bytes.`)
  } finally {
    clearTimeout(stall)
    context.signal.removeEventListener('abort', abort)
  }
}

/** Where the answer's bytes belong; no `from` where all of them are there. */
async function placeOf(response: Response, file: RemoteFile, part: string, start: number): Promise<{ from?: number; total?: number | undefined }> {
  const { status, headers } = response
  if (status === 206) {
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+)/.exec(headers.get('content-range') ?? '') ?? []
    if (Number(from) === start) return { from: start, total: Number(total) }
    await response.body?.cancel()
    await rm(part, { force: true })
    throw new Error('The server sent another stretch than was asked for.')
  }
  // Some servers know no ranges and send the whole: appended to the part, that would be a file of the wrong content.
  if (status === 200) return { from: 0, total: Number(headers.get('content-length')) || undefined }
  await response.body?.cancel()
  if (status === 416) {
    const [, total] = /^bytes \*\/(\d+)/.exec(headers.get('content-range') ?? '') ?? []
    if (Number(total) === start) return {}
    await rm(part, { force: true })
    throw new Error('The file on the server is another than the part that is here.')
  }
  if (status === 429 || status >= 500) throw new Error(`The server answered ${status}.`)
  throw new AppError('DOWNLOAD_FAILED', `${file.url} can't be downloaded: the server answered ${status}. The file may have moved; get it by hand and add its folder.`)
}

/** Writes what arrives at `from` on. @returns the length of the file */
async function append(response: Response, part: string, from: number, signal: CancelSignal, onPresent: (present: number) => void): Promise<number> {
  let handle: FileHandle | undefined
  try {
    handle = await open(part, from === 0 ? 'w' : 'r+')
    let position = from
    for await (const chunk of response.body ?? []) {
      signal.throwIfAborted()
      await handle.write(chunk as Uint8Array, 0, (chunk as Uint8Array).length, position)
      position += (chunk as Uint8Array).length
      onPresent(position)
    }
    return position
  } catch (error) {
    throw (error as { syscall?: string }).syscall === 'write' || (error as { syscall?: string }).syscall === 'open' ? outputError(part, error) : error
  } finally {
    await handle?.close()
  }
}

/** A part that is not what it should be is removed: going on with it would never end well. */
async function compare({ url, md5 }: RemoteFile, part: string, { signal }: FetchContext): Promise<void> {
  if (md5 === undefined) return
  const hash = createHash('md5')
  for await (const chunk of createReadStream(part, { highWaterMark: 1 << 20 })) {
    signal.throwIfAborted()
    hash.update(chunk as Uint8Array)
  }
  const found = hash.digest('hex')
  if (found === md5) return
  await rm(part, { force: true })
  throw new AppError(
    'DOWNLOAD_FAILED',
    `What came from ${url} is not the file that was published (checksum ${found} instead of ${md5}), so it was removed. Try again: the download begins anew.`,
  )
}

function brokenOff({ url }: RemoteFile, present: number, cause: unknown): AppError {
  const advice = present > 0 ? `${(present / 1e6).toFixed(1)} MB are kept, and it goes on from there when you try again.` : 'Check the network and try again.'
  return new AppError('DOWNLOAD_FAILED', `${url} can't be reached, or the connection broke off again and again. ${advice}`, { cause })
}
