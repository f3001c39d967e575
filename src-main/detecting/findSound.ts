import { eventFeatures } from '#main/datasets/clips/eventFeatures'
import type { MelAnalysis } from '#main/datasets/clips/melClip'
import { eventFrames, eventSpan, framePowers, loudnessReach } from '#main/datasets/clips/soundEvents'
import { logOdds, probability, type LogisticModel } from '#main/models/detect/logisticRegression'
import type { MelClipConfig } from '#main/models/detect/melClipConfig'
import type { DetectedEvent } from '#shared/detection/findEvents'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** What tells a sound from others. */
export interface SoundFinder {
  readonly mel: MelAnalysis
  readonly clip: MelClipConfig
  readonly classifier: LogisticModel
}

export interface FoundSounds {
  /** All that may be it, in the order of time, however low their score. */
  readonly candidates: readonly DetectedEvent[]
  readonly seconds: number
}

/** Frames that are looked at together. */
const chunk = 1024
/** Frames on either side that what is found in them depends on. */
const margin = loudnessReach + 64
/** Frames on either side that a transform reaches into. */
const reach = 4
/** Lower scores are no candidates: of hours of sound, all would be a burden to everybody. */
const leastScore = 0.01

/**
 * Looks for a sound in a recording of one channel at the clip's rate, which comes in blocks and is forgotten as it goes: an hour takes no
 * more memory than a minute.
 * @param seconds how long it is, as far as that is known, for the progress
 */
export async function findSound(blocks: AsyncIterable<Float32Array>, finder: SoundFinder, seconds: number | undefined, context: WorkContext): Promise<FoundSounds> {
  const { sampleRate, hopLength } = finder.clip
  const candidates: DetectedEvent[] = []
  let kept = new Float32Array(0)
  /** Frame at which `kept` begins, and the first one that was not looked at. */
  let [origin, next, received] = [0, 0, 0]
  const look = (until: number) => {
    candidates.push(...candidatesIn(kept, origin, next, until, finder))
    next = until
    const first = Math.max(origin, next - margin - reach)
    kept = kept.slice((first - origin) * hopLength)
    origin = first
  }
  const isReady = () => received >= (next + chunk + margin + reach) * hopLength
  for await (const block of blocks) {
    kept = joined(kept, block)
    received += block.length
    while (isReady()) {
      look(next + chunk)
      context.onProgress({ stage: 'searching', completed: (next * hopLength) / sampleRate, total: Math.max(seconds ?? 0, received / sampleRate), unit: 'seconds' })
      await checkpointCancel(context)
    }
  }
  const frames = 1 + Math.floor(received / hopLength)
  if (frames > next) look(frames)
  return { candidates, seconds: received / sampleRate }
}

/** Candidates whose loudest frame lies within [from, until). */
function candidatesIn(samples: Float32Array, origin: number, from: number, until: number, { mel, clip, classifier }: SoundFinder): DetectedEvent[] {
  const first = Math.max(0, from - margin)
  const last = Math.min(until + margin, origin + 1 + Math.floor(samples.length / clip.hopLength))
  const sound = { powers: mel.powers(samples, first - origin, last - first), frames: last - first, bands: clip.bands }
  const loudness = framePowers(sound)
  const inSeconds = (frame: number) => ((first + frame) * clip.hopLength) / clip.sampleRate
  return eventFrames(sound, loudness)
    .filter((frame) => first + frame >= from && first + frame < until)
    .map((frame) => ({ span: eventSpan(loudness, frame), score: probability(logOdds(classifier, eventFeatures(sound, frame))) }))
    .filter(({ score }) => score >= leastScore)
    .map(({ span, score }) => ({ start: inSeconds(span.first), end: inSeconds(span.last + 1), score }))
}

function joined(a: Float32Array, b: Float32Array): Float32Array<ArrayBuffer> {
  const all = new Float32Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}
