/** Mel powers `[frame, band]` of a sound, or of a stretch of it. */
export interface MelPowers {
  readonly powers: Float32Array
  readonly frames: number
  readonly bands: number
}

/** Frames that an event's features look at, before its loudest frame and from it on. */
export const framesBefore = 16
export const framesAfter = 48
/** Frames on either side in which an event is the loudest. */
export const eventReach = 16
/** Frames on either side whose loudest decides whether an event is loud enough to be one, and decibels below that. */
export const loudnessReach = 108
const loudEnough = 15
/** Power of a frame below which there is silence: a hundred thousandth of full scale. */
const silence = 1e-7

/** The power of each frame, over all bands, a mean of it and its neighbours. */
export function framePowers({ powers, frames, bands }: MelPowers): Float64Array {
  const sums = new Float64Array(frames)
  for (let frame = 0; frame < frames; frame++) {
    for (let band = 0; band < bands; band++) sums[frame]! += powers[frame * bands + band]!
  }
  return sums.map((value, frame) => ((sums[frame - 1] ?? value) + value + (sums[frame + 1] ?? value)) / 3)
}

/** The frames at which something may have happened: the loudest within reach, and not far below the loudest around. */
export function eventFrames(sound: MelPowers, loudness = framePowers(sound)): number[] {
  const within = slidingMaximum(loudness, eventReach)
  const around = slidingMaximum(loudness, loudnessReach)
  const least = 10 ** (-loudEnough / 10)
  const found: number[] = []
  for (const [frame, power] of loudness.entries()) {
    const isFirstOfEquals = frame - (found.at(-1) ?? -Infinity) > eventReach
    if (power >= silence && power === within[frame] && power >= least * around[frame]! && isFirstOfEquals) found.push(frame)
  }
  return found
}

/** The largest of each value and its neighbours within `reach`. */
function slidingMaximum(values: Float64Array, reach: number): Float64Array {
  const result = new Float64Array(values.length)
  // Places of values of which no later one within reach is larger, the largest first.
  const queue: number[] = []
  let head = 0
  for (let next = 0; next < values.length + reach; next++) {
    if (next < values.length) {
      while (queue.length > head && values[queue.at(-1)!]! <= values[next]!) queue.pop()
      queue.push(next)
    }
    const centre = next - reach
    if (centre < 0) continue
    while (queue[head]! < centre - reach) head++
    result[centre] = values[queue[head]!]!
  }
  return result
}

/**
 * First and last frame of an event: as long as it is no more than 20 dB below its loudest frame, and not beyond what its features see.
 * @param loudness power by frame, as `framePowers` gives it
 */
export function eventSpan(loudness: Float64Array, frame: number): { first: number; last: number } {
  const least = loudness[frame]! / 100
  let [first, last] = [frame, frame]
  while (first > Math.max(0, frame - framesBefore) && loudness[first - 1]! >= least) first--
  while (last < Math.min(loudness.length, frame + framesAfter) - 1 && loudness[last + 1]! >= least) last++
  return { first, last }
}
