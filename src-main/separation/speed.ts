import type { SongSeparator } from '#main/separation/separator'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

/** Seconds of noise that are separated at least, and milliseconds that this may take before no more follow. */
const shortest = 10
const longest = 60
const enoughMs = 8000

const sampleRate = 44100

/**
 * Measures how much faster than it sounds noise is separated, reading and writing left out. What is only done once, before
 * the first segment, is not counted.
 * @param now a clock in milliseconds
 */
export async function realTimeFactor(separator: SongSeparator, now: () => number, context: WorkContext): Promise<number> {
  await separateNoise(separator, 1, context)
  const started = now()
  let seconds = 0
  while (seconds < longest && (seconds === 0 || now() - started < enoughMs)) {
    await separateNoise(separator, shortest, context)
    seconds += shortest
    context.onProgress({ stage: 'measuring', completed: seconds, total: longest, unit: 'seconds' })
    await checkpointCancel(context)
  }
  return seconds / ((now() - started) / 1000)
}

async function separateNoise(separator: SongSeparator, seconds: number, context: WorkContext): Promise<void> {
  const random = randomStream(1)
  const channel = Float32Array.from({ length: seconds * sampleRate }, () => 0.1 * random.normal())
  const blocks = (async function* () {
    yield [channel, channel]
  })()
  const silent = { ...context, onProgress: () => {} }
  for await (const _ of separator.vocals({ sampleRate, channels: 2, blocks }, { quality: 'fast' }, silent));
}
