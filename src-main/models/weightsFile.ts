import { sizeOf, type NamedArrays, type NamedShapes } from '#main/engine/engine'
import { AppError } from '#shared/errors'

interface TensorEntry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

/**
 * Arrays as one safetensors file: 8 bytes little-endian header length, JSON header, then the float32 values.
 * @param metadata Free strings kept in the header.
 * @see The safetensors format, huggingface/safetensors README, "Format".
 */
export function encodeWeights(arrays: NamedArrays, shapes: NamedShapes, metadata: Record<string, string> = {}): Uint8Array {
  const header: Record<string, TensorEntry | Record<string, string>> = { __metadata__: metadata }
  let offset = 0
  for (const [name, values] of Object.entries(arrays)) {
    header[name] = { dtype: 'F32', shape: [...(shapes[name] ?? [values.length])], data_offsets: [offset, offset + values.byteLength] }
    offset += values.byteLength
  }
  // Padded with spaces, as the format allows, so that the values are aligned to 8 bytes.
  const json = JSON.stringify(header)
  const text = new TextEncoder().encode(json + ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8))
  const file = new Uint8Array(8 + text.length + offset)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  let position = 8 + text.length
  for (const values of Object.values(arrays)) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), position)
    position += values.byteLength
  }
  return file
}

/**
 * The arrays of a safetensors file, copied out, with their shapes and metadata.
 * @throws AppError MODEL_CORRUPT when the file is not one, is cut short, or holds something else than float32.
 */
export function decodeWeights(file: Uint8Array): { arrays: NamedArrays; shapes: NamedShapes; metadata: Record<string, string> } {
  const advice = 'Nothing was loaded; install the model again or choose another one.'
  const corrupt = (what: string) => new AppError('MODEL_CORRUPT', `The weights file is damaged (${what}). ${advice}`)
  if (file.byteLength < 8) throw corrupt('it is too short')
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const headerLength = Number(view.getBigUint64(0, true))
  if (headerLength > file.byteLength - 8) throw corrupt('its header is cut short')
  let header: Record<string, TensorEntry>
  try {
    header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)))
  } catch {
    throw corrupt('its header is not JSON')
  }
  const arrays: NamedArrays = {}
  const shapes: Record<string, readonly number[]> = {}
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, TensorEntry> & { __metadata__?: Record<string, string> }
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries as Record<string, TensorEntry>)) {
    const [start, end] = data_offsets
    if (dtype !== 'F32') throw corrupt(`${name} is ${dtype}, not F32`)
    if (end - start !== 4 * sizeOf(shape)) throw corrupt(`${name} has the wrong size`)
    if (8 + headerLength + end > file.byteLength) throw corrupt('its values are cut short')
    const first = file.byteOffset + 8 + headerLength
    // Not file.slice: that of Node's Buffer copies nothing.
    arrays[name] = new Float32Array(file.buffer.slice(first + start, first + end) as ArrayBuffer)
    shapes[name] = shape
  }
  return { arrays, shapes, metadata }
}
