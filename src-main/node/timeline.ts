import { AppError } from '#shared/errors'
import type { AudioInfo } from '#main/node/audioInfo'
import type { AudioInput } from '#main/node/audioInput'
import type { Frame } from '#main/node/ffmpeg'

/** A stretch of sound; without a frame it is silence in the place of something that could not be decoded. */
export interface Stretch {
  readonly frame: Frame | undefined
  /** Number of frames. */
  readonly length: number
}

/** Containers that count in milliseconds are off by a little; anything longer than this is really missing. */
const toleranceSeconds = 0.01
/** FFmpeg's clock for Vorbis strays by half a block where block sizes change; what gets lost there is a page at least. */
const vorbisToleranceSeconds = 0.1
/** A longer jump is a recording that was paused or clocks that were reset, not damage. */
const longestGapSeconds = 30

/**
 * Decoded sound in its place in time: where the clock of the file runs ahead of what was decoded, silence takes the
 * place, so that damage in the middle does not shift the rest of a song.
 */
export class Timeline {
  /** Frame of the file at which the next stretch begins. */
  position = 0
  /** Number of places, and of frames, that had to be left silent. */
  gaps = 0
  silentFrames = 0
  private held: Frame | undefined
  /** What the file's clock showed at frame 0. */
  private origin: number | undefined

  constructor(
    private readonly input: AudioInput,
    private readonly info: AudioInfo,
    private readonly path: string,
  ) {}

  /** Goes near frame `start` where the file's clock counts frames; false when that can't be, and it must be opened anew. */
  seek(start: number): boolean {
    const { timeBase } = this.input.stream
    if (timeBase.num !== 1 || timeBase.den !== this.info.sampleRate) return false
    if (!this.input.seek(start)) return false
    this.held = this.input.next()
    this.position = Number(this.held?.pts ?? -1)
    this.origin = 0
    return this.position >= 0 && this.position <= start
  }

  /** Returns what comes next, valid until the next call, or undefined at the end. @throws AUDIO_UNSUPPORTED */
  next(): Stretch | undefined {
    const frame = this.held ?? this.input.next()
    this.held = undefined
    if (frame === undefined) return undefined
    this.requireConstantFormat(frame)
    const gap = this.gapBefore(frame)
    if (gap === 0) return { frame, length: frame.nbSamples }
    this.held = frame
    this.gaps++
    this.silentFrames += gap
    return { frame: undefined, length: gap }
  }

  private gapBefore(frame: Frame): number {
    const { num, den } = this.input.stream.timeBase
    const rate = this.info.sampleRate
    const clock = (Number(frame.pts) * num * rate) / den
    // Negative pts far below anything stand for "unknown".
    if (!(clock > -rate)) return 0
    this.origin ??= clock - this.position
    const gap = Math.round(clock - this.origin - this.position)
    const tolerance = this.info.codec === 'vorbis' ? vorbisToleranceSeconds : toleranceSeconds
    if (Math.abs(gap) <= tolerance * rate) return 0
    if (gap > 0 && gap <= longestGapSeconds * rate) return gap
    this.origin = clock - this.position
    return 0
  }

  private requireConstantFormat(frame: Frame): void {
    if (frame.channels === this.info.channels && frame.sampleRate === this.info.sampleRate) return
    throw new AppError(
      'AUDIO_UNSUPPORTED',
      `${this.path} changes its sample rate or its number of channels on the way, so it can't be read as one song. Convert it to WAV or FLAC first.`,
    )
  }
}
