/**
 * Reads a Python wheel (a zip file) with Node alone: entries are listed from the central directory and inflated as
 * streams, since the TensorFlow library inside is close to a gigabyte.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.7, 4.3.12, 4.3.14 and 4.3.16
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'

const endOfDirectory = 0x06054b50
const endOfDirectory64 = 0x06064b50
const directoryEntry = 0x02014b50
const longestTail = 65557 + 20 + 56

async function readAt(handle, position, length) {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await handle.read(buffer, 0, length, position)
  return buffer.subarray(0, bytesRead)
}

/** Where the record at the very end starts: its comment, which may hold anything, reaches exactly to the end. */
function endRecord(tail) {
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) === endOfDirectory && at + 22 + tail.readUInt16LE(at + 20) === tail.length) return at
  }
  return -1
}

async function directoryPlace(handle, size) {
  const tail = await readAt(handle, Math.max(0, size - longestTail), Math.min(size, longestTail))
  const end = endRecord(tail)
  if (end < 0) throw new Error('it is not a wheel (zip file).')
  const wide = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 6, 6]))
  if (tail.readUInt32LE(end + 16) === 0xffffffff && wide >= 0 && tail.readUInt32LE(wide) === endOfDirectory64) {
    return { offset: Number(tail.readBigUInt64LE(wide + 48)), length: Number(tail.readBigUInt64LE(wide + 40)) }
  }
  return { offset: tail.readUInt32LE(end + 16), length: tail.readUInt32LE(end + 12) }
}

/** Sizes that do not fit 32 bits are kept in the entry's extra field with id 1, in this order. */
function widen(entry, extra) {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    let next = at + 4
    for (const key of ['size', 'compressedSize', 'offset']) {
      if (entry[key] !== 0xffffffff) continue
      entry[key] = Number(extra.readBigUInt64LE(next))
      next += 8
    }
  }
  return entry
}

/**
 * Returns the files inside a wheel as `{ name, method, compressedSize, size, offset }`.
 * @throws Error when the file is not a zip file.
 */
export async function listWheel(file) {
  const handle = await open(file)
  try {
    const place = await directoryPlace(handle, (await handle.stat()).size)
    const directory = await readAt(handle, place.offset, place.length)
    const entries = []
    for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === directoryEntry; ) {
      const nameLength = directory.readUInt16LE(at + 28)
      const extraLength = directory.readUInt16LE(at + 30)
      const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)
      const entry = {
        name: directory.toString('utf8', at + 46, at + 46 + nameLength),
        method: directory.readUInt16LE(at + 10),
        compressedSize: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        offset: directory.readUInt32LE(at + 42),
      }
      entries.push(widen(entry, extra))
      at += 46 + nameLength + extraLength + directory.readUInt16LE(at + 32)
    }
    return entries
  } finally {
    await handle.close()
  }
}

/** Writes one entry of a wheel to `target`, making its folder. */
export async function extractEntry(file, entry, target) {
  await mkdir(dirname(target), { recursive: true })
  const handle = await open(file)
  const local = await readAt(handle, entry.offset, 30)
  await handle.close()
  const start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
  const output = createWriteStream(target)
  if (entry.size === 0) return void (await new Promise((done) => output.end(done)))
  const source = createReadStream(file, { start, end: start + entry.compressedSize - 1 })
  await (entry.method === 0 ? pipeline(source, output) : pipeline(source, createInflateRaw(), output))
}
