/** Writes the protocol buffers wire format, as far as graphs need it. @see https://protobuf.dev/programming-guides/encoding */
export class MessageWriter {
  #parts: Uint8Array[] = []
  #length = 0

  /** A signed or unsigned integer within the exact range of numbers. */
  integer(field: number, value: number): this {
    return this.#append(varint(field * 8)).#append(varint(value))
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    return this.#append(varint(field * 8 + 5)).#append(bytes)
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#append(varint(field * 8 + 2)).#append(varint(value.length)).#append(value)
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }

  /** What `value` holds by now. Its parts are shared, so that large arrays are copied once, by `finish`. */
  message(field: number, value: MessageWriter): this {
    this.#append(varint(field * 8 + 2)).#append(varint(value.#length))
    for (const part of value.#parts) this.#append(part)
    return this
  }

  /** The bytes of all that was written. */
  finish(): Uint8Array {
    const whole = new Uint8Array(this.#length)
    let at = 0
    for (const part of this.#parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }

  #append(part: Uint8Array): this {
    this.#parts.push(part)
    this.#length += part.length
    return this
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
