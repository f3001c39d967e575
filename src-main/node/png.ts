import { crc32, deflateSync } from 'node:zlib'
import type { Picture } from '#main/training/picture'

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10)
const colourTypes = { 1: 0, 3: 2 } as const

/**
 * Returns a picture as a PNG file of 8 bits a value, without loss. Each row is stored in the one of the format's five ways
 * whose differences are smallest, which is what compresses well.
 * @see "Portable Network Graphics (PNG) Specification (Second Edition)", W3C, 2003, sections 9 and 12.8
 */
export function encodePng({ width, height, channels, pixels }: Picture): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, colourTypes[channels]], 8)
  const stride = width * channels
  const rows = Buffer.alloc(height * (stride + 1))
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * stride, (y + 1) * stride)
    const above = y === 0 ? new Uint8Array(stride) : pixels.subarray((y - 1) * stride, y * stride)
    rows.set(filtered(row, above, channels), y * (stride + 1))
  }
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(content.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(content, 4)
  framed.writeUInt32BE(crc32(content) >>> 0, content.length + 4)
  return framed
}

/** What each of the five filters predicts a value from: the value to the left, above, and above left. */
const predictions: ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
]

/** The row behind the number of its filter. */
function filtered(row: Uint8Array, above: Uint8Array, channels: number): Uint8Array {
  let best = new Uint8Array(0)
  let least = Infinity
  for (const [filter, predict] of predictions.entries()) {
    const out = new Uint8Array(row.length + 1)
    out[0] = filter
    let sum = 0
    for (let i = 0; i < row.length; i++) {
      const [left, corner] = i < channels ? [0, 0] : [row[i - channels]!, above[i - channels]!]
      const difference = (row[i]! - predict(left, above[i]!, corner)) & 255
      out[i + 1] = difference
      sum += Math.min(difference, 256 - difference)
    }
    if (sum < least) [least, best] = [sum, out]
  }
  return best
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner
  const [toLeft, toAbove, toCorner] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)]
  if (toLeft <= toAbove && toLeft <= toCorner) return left
  return toAbove <= toCorner ? above : corner
}
