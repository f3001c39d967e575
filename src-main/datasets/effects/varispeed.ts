/**
 * Plays a channel at `ratio` times its speed, so that pitch and formants move together; gives `length` samples,
 * silence past the end. Four-point Hermite interpolation: for training material, not for anything a user keeps.
 */
export function varispeed(samples: Float32Array, ratio: number, length: number, offset = 0): Float32Array {
  const out = new Float32Array(length)
  const last = samples.length - 1
  for (let i = 0; i < length; i++) {
    const position = offset + i * ratio
    const k = Math.floor(position)
    if (k >= last) break
    if (k < 0) continue
    const t = position - k
    const y0 = samples[Math.max(0, k - 1)]!
    const y1 = samples[k]!
    const y2 = samples[k + 1]!
    const y3 = samples[Math.min(last, k + 2)]!
    const c1 = (y2 - y0) / 2
    const c2 = y0 - 2.5 * y1 + 2 * y2 - y3 / 2
    const c3 = (y3 - y0) / 2 + 1.5 * (y1 - y2)
    out[i] = ((c3 * t + c2) * t + c1) * t + y1
  }
  return out
}
