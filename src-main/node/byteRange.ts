import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Readable } from 'node:stream'

/** What to answer to a request for a file or a part of it, whichever server it came to. */
export interface FileAnswer {
  status: 200 | 206 | 404 | 416
  headers: Record<string, string>
  /** Opens the bytes; missing where the answer has none. */
  open?: () => Readable
}

const contentTypes: Record<string, string> = {
  '.aif': 'audio/aiff',
  '.aiff': 'audio/aiff',
  '.css': 'text/css; charset=utf-8',
  '.flac': 'audio/flac',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.m4a': 'audio/mp4',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wav': 'audio/wav',
  '.woff2': 'font/woff2',
}

/** Returns the answer to a request for the file at `path` with the header `Range: range`. */
export async function answerFile(path: string, range: string | undefined): Promise<FileAnswer> {
  const size = await sizeOf(path)
  if (size === undefined) return { status: 404, headers: {} }
  const headers = { 'Content-Type': contentTypes[extname(path).toLowerCase()] ?? 'application/octet-stream', 'Accept-Ranges': 'bytes' }
  const part = parseByteRange(range, size)
  if (part === 'unsatisfiable') return { status: 416, headers: { 'Content-Range': `bytes */${size}` } }
  if (!part) return { status: 200, headers: { ...headers, 'Content-Length': String(size) }, open: () => createReadStream(path) }
  const { first, last } = part
  return {
    status: 206,
    headers: { ...headers, 'Content-Length': String(last - first + 1), 'Content-Range': `bytes ${first}-${last}/${size}` },
    open: () => createReadStream(path, { start: first, end: last }),
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path)
    return found.isFile() ? found.size : undefined
  } catch {
    return undefined
  }
}

/**
 * Reads a Range header for a file of `size` bytes. Undefined means the whole file: no header, or one that a server may
 * ignore, such as several ranges. Both ends are included.
 * @see RFC 9110, section 14.1.2
 */
export function parseByteRange(
  header: string | undefined,
  size: number,
): { first: number; last: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  const [, from, to] = match ?? []
  if (!match || (from === '' && to === '')) return undefined
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined
  return first > last ? 'unsatisfiable' : { first, last }
}
