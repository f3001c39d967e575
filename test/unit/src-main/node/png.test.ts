import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodePng } from '#main/node/png'
import type { Picture } from '#main/training/picture'
import { randomStream } from '#shared/random'

/** Chunks of a file by type, after their checksums were compared with a table-driven CRC-32 of another making. */
function chunksOf(file: Uint8Array): Map<string, Buffer> {
  const bytes = Buffer.from(file)
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const content = bytes.subarray(at + 4, at + 8 + length)
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc(content))
    chunks.set(content.toString('latin1', 0, 4), content.subarray(4))
    at += 12 + length
  }
  return chunks
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return (value ^ 0xffffffff) >>> 0
}

/** Undoes the filters as the specification words them. */
function pixelsOf(rows: Buffer, width: number, channels: number): number[] {
  const stride = width * channels
  const out: number[] = []
  const used = new Set<number>()
  for (let y = 0; y * (stride + 1) < rows.length; y++) {
    const filter = rows[y * (stride + 1)]!
    used.add(filter)
    for (let i = 0; i < stride; i++) {
      const raw = rows[y * (stride + 1) + 1 + i]!
      const a = i >= channels ? out[y * stride + i - channels]! : 0
      const b = y > 0 ? out[(y - 1) * stride + i]! : 0
      const c = i >= channels && y > 0 ? out[(y - 1) * stride + i - channels]! : 0
      const p = a + b - c
      const paeth = Math.abs(p - a) <= Math.abs(p - b) && Math.abs(p - a) <= Math.abs(p - c) ? a : Math.abs(p - b) <= Math.abs(p - c) ? b : c
      out.push((raw + [0, a, b, Math.floor((a + b) / 2), paeth][filter]!) & 255)
    }
  }
  expect(used.size).toBeGreaterThan(1)
  return out
}

function smooth(width: number, height: number, channels: 1 | 3): Picture {
  const random = randomStream(3)
  const pixels = Uint8Array.from({ length: width * height * channels }, (_, i) => ((i % (width * channels)) * 3 + Math.floor(i / width) + random.integer(9)) & 255)
  pixels.fill(0, 0, width * channels * 2)
  return { width, height, channels, pixels }
}

describe('PNG', () => {
  it.each([1, 3] as const)('gives every value of %i channels back by the rules of the specification', (channels) => {
    const picture = smooth(37, 23, channels)
    const file = encodePng(picture)
    expect([...file.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10])
    const chunks = chunksOf(file)
    expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND'])
    const header = chunks.get('IHDR')!
    expect([header.readUInt32BE(0), header.readUInt32BE(4), ...header.subarray(8)]).toEqual([37, 23, 8, channels === 1 ? 0 : 2, 0, 0, 0])
    expect(pixelsOf(inflateSync(chunks.get('IDAT')!), 37, channels)).toEqual([...picture.pixels])
  })
})
