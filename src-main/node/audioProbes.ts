import { open, type FileHandle } from 'node:fs/promises'

/** Facts that FFmpeg does not tell and that decide what we can promise about a file. Each reads a few bytes. */

/** Sample entries of encrypted sound in MP4 files: FairPlay, common encryption, Audible. */
const protectedEntries = new Set(['drms', 'enca', 'aavd'])
const maximumMoovBytes = 256 * 2 ** 20

/** Returns the four-letter name of the encrypted sample entry of an MP4 file, or undefined when it has none. */
export async function findProtection(file: FileHandle, fileSize: number): Promise<string | undefined> {
  for await (const box of topLevelBoxes(file, fileSize)) {
    if (box.type !== 'moov') continue
    const length = Math.min(box.size - box.header, fileSize - box.offset - box.header, maximumMoovBytes)
    return protectedEntryIn(await read(file, box.offset + box.header, length))
  }
  return undefined
}

async function* topLevelBoxes(file: FileHandle, fileSize: number) {
  for (let offset = 0; offset + 8 <= fileSize; ) {
    const head = await read(file, offset, 16)
    if (head.length < 8) return
    const short = head.readUInt32BE(0)
    const long = short === 1 && head.length === 16
    const size = long ? Number(head.readBigUInt64BE(8)) : short === 0 ? fileSize - offset : short
    const header = long ? 16 : 8
    if (size < header) return
    yield { type: head.toString('latin1', 4, 8), offset, size, header }
    offset += size
  }
}

const containers = new Set(['trak', 'mdia', 'minf', 'stbl'])

function protectedEntryIn(boxes: Buffer): string | undefined {
  for (let at = 0; at + 8 <= boxes.length; ) {
    const size = boxes.readUInt32BE(at)
    const type = boxes.toString('latin1', at + 4, at + 8)
    if (size < 8) return undefined
    const body = boxes.subarray(at + 8, at + size)
    if (containers.has(type)) {
      const inner = protectedEntryIn(body)
      if (inner !== undefined) return inner
    }
    // stsd: version and flags, number of entries, then boxes whose type is the codec's name.
    if (type === 'stsd' && body.length >= 16) {
      const entry = body.toString('latin1', 12, 16)
      if (protectedEntries.has(entry)) return entry
    }
    at += size
  }
  return undefined
}

/**
 * Returns how many frames an MP3 file promises in its Xing/Info header once encoder delay and padding are cut, or
 * undefined when it has no such header. FFmpeg drops the number when the file is shorter than it should be, which is
 * when it is wanted.
 */
export async function promisedMp3Frames(file: FileHandle): Promise<number | undefined> {
  const id3 = await read(file, 0, 10)
  const tagged = id3.toString('latin1', 0, 3) === 'ID3' && id3.length === 10
  const start = tagged ? 10 + synchsafe(id3, 6) + ((id3[5]! & 0x10) !== 0 ? 10 : 0) : 0
  const frame = await read(file, start, 512)
  if (frame.length < 200 || frame[0] !== 0xff || (frame[1]! & 0xe0) !== 0xe0) return undefined
  const mpeg1 = (frame[1]! & 0x18) === 0x18
  const mono = (frame[3]! & 0xc0) === 0xc0
  const sideInfo = mpeg1 ? (mono ? 17 : 32) : mono ? 9 : 17
  const at = 4 + sideInfo
  const name = frame.toString('latin1', at, at + 4)
  if ((name !== 'Xing' && name !== 'Info') || (frame[at + 7]! & 1) === 0) return undefined
  const samples = frame.readUInt32BE(at + 8) * (mpeg1 ? 1152 : 576)
  const encoder = frame.toString('latin1', at + 120, at + 124)
  if (!/^(LAME|Lavf|Lavc)/.test(encoder)) return samples
  const trim = frame.readUIntBE(at + 141, 3)
  return Math.max(0, samples - (trim >> 12) - (trim & 0xfff))
}

/** Recorders that write to a pipe leave 0 or some number close to the limit in the header; it promises nothing. */
const placeholderBytes = 0x7fff0000

/**
 * Returns how many bytes of samples the header of a RIFF or RF64 file promises, or undefined when it makes no promise.
 * FFmpeg tells what is there instead when that is less.
 */
export async function promisedWavBytes(file: FileHandle, fileSize: number): Promise<number | undefined> {
  const head = await read(file, 0, 12)
  const name = head.toString('latin1', 0, 4)
  if (name !== 'RIFF' && name !== 'RF64' && name !== 'BW64') return undefined
  let long: number | undefined
  for (let offset = 12; offset + 8 <= fileSize; ) {
    const chunk = await read(file, offset, 24)
    const type = chunk.toString('latin1', 0, 4)
    const size = chunk.readUInt32LE(4)
    if (type === 'ds64' && chunk.length === 24) long = Number(chunk.readBigUInt64LE(16))
    if (type === 'data') return size === 0xffffffff && long !== undefined ? long : promise(size, fileSize)
    offset += 8 + size + (size % 2)
  }
  return undefined
}

function promise(size: number, fileSize: number): number | undefined {
  return size === 0 || (size >= placeholderBytes && size > fileSize) ? undefined : size
}

/** Returns whether an MP4 file lacks the index without which nothing in it can be found. */
export async function lacksMp4Index(file: FileHandle, fileSize: number): Promise<boolean> {
  const types: string[] = []
  for await (const box of topLevelBoxes(file, fileSize)) types.push(box.type)
  return types[0] === 'ftyp' && !types.includes('moov')
}

function synchsafe(bytes: Buffer, at: number): number {
  return (bytes[at]! << 21) | (bytes[at + 1]! << 14) | (bytes[at + 2]! << 7) | bytes[at + 3]!
}

/** Returns whether the last complete page in an Ogg file is marked as the end of its stream. */
export async function hasOggEnd(file: FileHandle, fileSize: number): Promise<boolean> {
  const length = Math.min(fileSize, 2 ** 17)
  const tail = await read(file, fileSize - length, length)
  for (let at = tail.lastIndexOf('OggS'); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf('OggS', at - 1)) {
    const segments = tail[at + 26]
    if (segments === undefined || at + 27 + segments > tail.length) continue
    let end = at + 27 + segments
    for (let i = 0; i < segments; i++) end += tail[at + 27 + i]!
    if (end <= tail.length) return (tail[at + 5]! & 4) !== 0
    return false
  }
  return false
}

/** Opens a file for reading while `use` runs. */
export async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r')
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, length))
  const { bytesRead } = await file.read(buffer, 0, buffer.length, position)
  return buffer.subarray(0, bytesRead)
}
