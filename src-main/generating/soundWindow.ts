/** Share of the loudest sample from which on a sound counts as begun. */
const begins = 0.02
/** Seconds that are kept of what lies before. */
const before = 0.01

/**
 * So many samples of a longer recording, from where the part with the most energy begins: somebody who records a word waits
 * before it.
 */
export function busiestWindow(samples: Float32Array, length: number, sampleRate: number): Float32Array {
  if (samples.length <= length) return samples
  let energy = 0
  for (let i = 0; i < length; i++) energy += samples[i]! ** 2
  let [most, from] = [energy, 0]
  for (let i = length; i < samples.length; i++) {
    energy += samples[i]! ** 2 - samples[i - length]! ** 2
    if (energy > most) [most, from] = [energy, i - length + 1]
  }
  const window = samples.subarray(from, from + length)
  const loudest = window.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  const onset = window.findIndex((value) => Math.abs(value) > begins * loudest)
  const start = Math.max(0, from + onset - Math.round(before * sampleRate))
  return samples.slice(start, start + length)
}
