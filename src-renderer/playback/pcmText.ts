/** Returns the bytes of base64. */
export function bytesOfBase64(text: string): Uint8Array {
  const characters = atob(text)
  const bytes = new Uint8Array(characters.length)
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at)
  return bytes
}

/** Returns samples from -1 to 1 of 16-bit ones, little endian, as base64. */
export function samplesOfPcm(text: string): Float32Array {
  const bytes = bytesOfBase64(text)
  const view = new DataView(bytes.buffer)
  return Float32Array.from({ length: bytes.length >> 1 }, (_, at) => view.getInt16(2 * at, true) / 32_768)
}

/** Returns samples as 16-bit ones, little endian, as base64; what is beyond full scale is cut off there. */
export function pcmOfSamples(samples: Float32Array): string {
  const view = new DataView(new ArrayBuffer(2 * samples.length))
  for (const [at, sample] of samples.entries()) view.setInt16(2 * at, Math.round(Math.min(32_767, Math.max(-32_768, sample * 32_768))), true)
  return textOf(new Uint8Array(view.buffer))
}

/** So many bytes at once fit into the arguments of a call. */
const portion = 0x8000

function textOf(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += portion) parts.push(String.fromCharCode(...bytes.subarray(at, at + portion)))
  return btoa(parts.join(''))
}
