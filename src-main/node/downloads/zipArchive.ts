import { createWriteStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { makeFolder } from '#main/node/makeFolder'
import { outputError } from '#main/node/outputError'
import { AppError } from '#shared/errors'

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly bytes: number
  /** Position of its own header in the archive. */
  readonly position: number
}

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const locator64Signature = 0x07064b50
const entrySignature = 0x02014b50
const headerSignature = 0x04034b50
const longestComment = 65535
const unknown32 = 0xffffffff
const stored = 0
const deflated = 8
const encrypted = 1

/** A ZIP archive on disk, also one above 4 GB. Call `close` when done. */
export class ZipArchive {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    readonly entries: readonly ZipEntry[],
  ) {}

  /** @throws AppError DOWNLOAD_FAILED for a file that is no such archive, or is cut off */
  static async open(path: string): Promise<ZipArchive> {
    const file = await open(path)
    try {
      return new ZipArchive(path, file, await readDirectory(file, path))
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /**
   * Writes a file of the archive below `folder` as `name`, and compares its checksum.
   * @throws AppError DOWNLOAD_FAILED for a damaged entry, or a name that leads out of the folder; OUTPUT_NOT_WRITABLE, DISK_FULL
   */
  async extract(entry: ZipEntry, folder: string, name: string): Promise<void> {
    if (!isInside(name)) throw damaged(this.path, `it holds a file that would be written outside of its folder ("${name}")`)
    const destination = join(folder, ...name.split('/').map((part) => part.replaceAll(/[<>:"|?*]/g, '_')))
    const header = await read(this.file, entry.position, 30, this.path)
    if (header.readUInt32LE(0) !== headerSignature) throw damaged(this.path, `"${entry.name}" is not where it should be`)
    const start = entry.position + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    let sum = 0
    const counted = new Transform({
      transform(chunk: Buffer, _, done) {
        sum = crc32(chunk, sum)
        done(undefined, chunk)
      },
    })
    try {
      await makeFolder(dirname(destination))
      const source = entry.packedBytes === 0 ? Readable.from([]) : this.file.createReadStream({ start, end: start + entry.packedBytes - 1, autoClose: false })
      const target = createWriteStream(destination)
      if (entry.method === deflated) await pipeline(source, createInflateRaw(), counted, target)
      else await pipeline(source, counted, target)
    } catch (error) {
      if (String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw damaged(this.path, `"${entry.name}" can't be unpacked`)
      throw outputError(destination, error)
    }
    if (sum !== entry.crc) throw damaged(this.path, `"${entry.name}" does not match its checksum`)
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}

/** True for a path with `/` that stays below its folder on every system. */
function isInside(name: string): boolean {
  return name !== '' && !/[\\\0]|^[A-Za-z]:/.test(name) && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function damaged(path: string, why: string): AppError {
  return new AppError('DOWNLOAD_FAILED', `The archive ${path} can't be used: ${why}. It was removed; try again, and the download begins anew.`)
}

async function read(file: FileHandle, position: number, length: number, path: string): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  if (bytesRead < length) throw damaged(path, 'it is cut off')
  return buffer
}

/** @see PKWARE, ".ZIP File Format Specification", version 6.3, sections 4.3.12 to 4.3.16 */
async function readDirectory(file: FileHandle, path: string): Promise<ZipEntry[]> {
  const { size } = await file.stat()
  const tailLength = Math.min(size, 22 + longestComment)
  const tail = await read(file, size - tailLength, tailLength, path)
  let at = tailLength - 22
  while (at >= 0 && tail.readUInt32LE(at) !== endSignature) at--
  if (at < 0) throw damaged(path, 'it has no list of its files, as when it is cut off')
  let [count, length, position] = [tail.readUInt16LE(at + 10), tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
  if (at >= 20 && tail.readUInt32LE(at - 20) === locator64Signature) {
    const end = await read(file, Number(tail.readBigUInt64LE(at - 12)), 56, path)
    if (end.readUInt32LE(0) !== end64Signature) throw damaged(path, 'its list of files is not where it should be')
    ;[count, length, position] = [32, 40, 48].map((offset) => Number(end.readBigUInt64LE(offset))) as [number, number, number]
  }
  if (position + length > size) throw damaged(path, 'its list of files is not where it should be')
  return parseEntries(await read(file, position, length, path), count, path)
}

function parseEntries(directory: Buffer, count: number, path: string): ZipEntry[] {
  const entries: ZipEntry[] = []
  for (let rest = directory, i = 0; i < count; i++) {
    if (rest.length < 46 || rest.readUInt32LE(0) !== entrySignature) throw damaged(path, 'its list of files is damaged')
    const nameEnd = 46 + rest.readUInt16LE(28)
    const extraEnd = nameEnd + rest.readUInt16LE(30)
    const name = rest.toString('utf8', 46, nameEnd)
    const method = rest.readUInt16LE(10)
    const isKnown = (rest.readUInt16LE(8) & encrypted) === 0 && (method === stored || method === deflated)
    const short = [rest.readUInt32LE(24), rest.readUInt32LE(20), rest.readUInt32LE(42)]
    const [bytes, packedBytes, position] = withLongSizes(short, rest.subarray(nameEnd, extraEnd)) as [number, number, number]
    const crc = rest.readUInt32LE(16)
    rest = rest.subarray(extraEnd + rest.readUInt16LE(32))
    if (name.endsWith('/')) continue
    if (!isKnown) throw damaged(path, `"${name}" is packed in a way that is not known here`)
    entries.push({ name, method, crc, bytes, packedBytes, position })
  }
  return entries
}

/** Sizes above 4 GB stand in an extra field, in their order, where the short ones are all ones. */
function withLongSizes(sizes: readonly number[], extra: Buffer): number[] {
  if (!sizes.includes(unknown32)) return [...sizes]
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    let next = at + 4
    return sizes.map((size) => {
      if (size !== unknown32) return size
      next += 8
      return Number(extra.readBigUInt64LE(next - 8))
    })
  }
  return [...sizes]
}
