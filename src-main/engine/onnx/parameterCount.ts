/** Fields of the messages on the way to a tensor's sizes. @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
const graphField = 7
const initializerField = 5
const dimsField = 1

/**
 * Returns how many numbers the constant tensors of an ONNX model hold, or undefined where that cannot be read. What the model
 * is otherwise worth is for the runtime to say.
 */
export function countParameters(model: Uint8Array): number | undefined {
  try {
    let count = 0
    for (const graph of messages(model, graphField)) {
      for (const tensor of messages(graph, initializerField)) count += dimsOf(tensor).reduce((product, size) => product * size, 1)
    }
    return Number.isSafeInteger(count) ? count : undefined
  } catch {
    return undefined
  }
}

interface Field {
  readonly field: number
  /** Of a field that is a number. */
  readonly number: number
  /** Of a field that is bytes; undefined for others. */
  readonly bytes: Uint8Array | undefined
}

function* messages(bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
  for (const { field, bytes: content } of fields(bytes)) if (field === wanted && content) yield content
}

function dimsOf(tensor: Uint8Array): number[] {
  return [...fields(tensor)].flatMap(({ field, number, bytes }) => {
    if (field !== dimsField) return []
    return bytes ? packed(bytes) : [number]
  })
}

function packed(bytes: Uint8Array): number[] {
  const numbers: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const [value, next] = varint(bytes, at)
    numbers.push(value)
    at = next
  }
  return numbers
}

function* fields(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length; ) {
    const [tag, start] = varint(bytes, at)
    const field = Math.floor(tag / 8)
    const [number, next] = tag % 8 === 0 || tag % 8 === 2 ? varint(bytes, start) : [0, start]
    if (tag % 8 === 2) {
      at = next + number
      if (at > bytes.length) throw new RangeError('A field reaches past the end.')
      yield { field, number: 0, bytes: bytes.subarray(next, at) }
    } else {
      at = tag % 8 === 0 ? next : start + fixedLength(tag % 8)
      yield { field, number, bytes: undefined }
    }
  }
}

function fixedLength(wireType: number): number {
  if (wireType === 1) return 8
  if (wireType === 5) return 4
  throw new RangeError('No such wire type.')
}

function varint(bytes: Uint8Array, start: number): [value: number, next: number] {
  let value = 0
  for (let at = start, factor = 1; at < bytes.length; at++, factor *= 128) {
    value += (bytes[at]! & 127) * factor
    if (bytes[at]! < 128) return [value, at + 1]
  }
  throw new RangeError('A number reaches past the end.')
}
