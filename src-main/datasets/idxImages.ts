import { AppError } from '#shared/errors'

/** Bytes or pictures of an IDX file. */
export interface IdxArray {
  /** Sizes, slowest first: `[image, row, column]` for pictures, `[image]` for labels. */
  readonly shape: readonly number[]
  /** Grey from 0 to 255, or labels. */
  readonly values: Uint8Array
}

const unsignedByte = 8

/** How many things of which size a file of unsigned bytes says it holds. @throws AppError DATASET_INVALID */
export function readIdxHeader(bytes: Uint8Array, dimensions: number): { count: number; shape: number[]; start: number } {
  if (bytes.length === 0) throw new AppError('DATASET_INVALID', 'It is empty: it has 0 bytes. Download or copy it again.')
  const start = 4 + 4 * dimensions
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fits = bytes.length >= start && view.getUint16(0) === 0 && bytes[2] === unsignedByte && bytes[3] === dimensions
  if (!fits) {
    throw new AppError('DATASET_INVALID', `It is not an IDX file of bytes in ${dimensions} dimensions. Download or copy it again.`)
  }
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i))
  return { count: shape[0]!, shape, start }
}

/** All of an IDX file of unsigned bytes, unpacked. @throws AppError DATASET_INVALID, also where it was cut off */
export function readIdx(bytes: Uint8Array, dimensions: number): IdxArray {
  const { shape, start } = readIdxHeader(bytes, dimensions)
  const length = shape.reduce((product, size) => product * size, 1)
  if (bytes.length !== start + length) {
    const there = `It holds ${bytes.length - start} bytes where its header promises ${length}`
    throw new AppError('DATASET_INVALID', `${there}. Download or copy it again.`)
  }
  return { shape, values: bytes.subarray(start) }
}
