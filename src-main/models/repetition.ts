import type { RowPowers } from '#main/models/spectralFeatures'

/** How far, in frames, music is searched for its own repetitions, and how near is too near to be one. */
export interface RepetitionConfig {
  readonly reach: number
  readonly nearest: number
}

/** Frames that each frame is compared with in the end. */
const neighbours = 9
/** Numbers that describe a frame's colour when repetitions are looked for. */
const descriptorSize = 64

/**
 * How much of each row of each frame comes back elsewhere: the median of the frames that sound most alike, as a share of
 * the frame itself. What repeats is mostly accompaniment; a voice seldom sings the same twice. A network with a view of
 * three seconds cannot see this by itself.
 * @see Rafii and Pardo, "Music/voice separation using the similarity matrix", ISMIR 2012 (REPET-SIM).
 */
export class Repetition {
  /** Amplitudes `[frame, row]` and descriptors `[frame, descriptorSize]` of the frames from `origin` on. */
  private amplitudes = new Float32Array(0)
  private descriptors = new Float32Array(0)
  private origin = 0
  private end = 0

  constructor(
    private readonly config: RepetitionConfig,
    private readonly rows: number,
  ) {}

  /** Takes the powers of the next frames. */
  push(powers: RowPowers): void {
    const frames = powers.left.length / this.rows
    this.makeRoom(frames)
    for (let f = 0; f < frames; f++) this.addFrame(powers, f)
    this.end += frames
  }

  /** Says that frames before this one will not be asked for, nor needed by those that are. */
  forget(before: number): void {
    const keepFrom = Math.min(this.end, Math.max(this.origin, before - this.config.reach))
    const drop = keepFrom - this.origin
    if (drop < 256) return
    this.amplitudes.copyWithin(0, drop * this.rows)
    this.descriptors.copyWithin(0, drop * descriptorSize)
    this.origin = keepFrom
  }

  /**
   * The repeated share of `frames` frames from `first` on, `[frame, row]` from 0 to 1; 0 where there is nothing to compare
   * with. Looks at frames at most `reach` away, of those that were pushed.
   */
  share(first: number, frames: number): Float32Array {
    const out = new Float32Array(frames * this.rows)
    const found = new Int32Array(neighbours)
    for (let f = Math.max(0, this.origin - first); f < frames && first + f < this.end; f++) {
      if (this.mostSimilar(first + f, found) === neighbours) this.writeShare(first + f, found, out, f * this.rows)
    }
    return out
  }

  private addFrame({ left, right }: RowPowers, frame: number): void {
    const row = (this.end - this.origin + frame) * this.rows
    const start = (this.end - this.origin + frame) * descriptorSize
    const perValue = this.rows / descriptorSize
    let norm = 0
    for (let d = 0; d < descriptorSize; d++) {
      let sum = 0
      for (let r = Math.floor(d * perValue); r < (d + 1) * perValue; r++) {
        const amplitude = Math.sqrt((left[frame * this.rows + r]! + right[frame * this.rows + r]!) / 2)
        this.amplitudes[row + r] = amplitude
        sum += Math.sqrt(amplitude)
      }
      this.descriptors[start + d] = sum
      norm += sum * sum
    }
    const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0
    for (let d = 0; d < descriptorSize; d++) this.descriptors[start + d]! *= scale
  }

  /** Finds the frames most like `frame`, at most one in each neighbourhood; returns how many there are. */
  private mostSimilar(frame: number, found: Int32Array): number {
    const { reach, nearest } = this.config
    const from = Math.max(this.origin, frame - reach)
    const to = Math.min(this.end, frame + reach + 1)
    const similarity = new Float32Array(to - from)
    for (let other = from; other < to; other++) similarity[other - from] = this.similarity(frame, other)
    const best = new Float32Array(neighbours).fill(-1)
    let count = 0
    for (let i = 1; i + 1 < similarity.length; i++) {
      if (Math.abs(from + i - frame) < nearest) continue
      const value = similarity[i]!
      if (value < similarity[i - 1]! || value <= similarity[i + 1]!) continue
      if (count === neighbours && value <= best[neighbours - 1]!) continue
      if (count < neighbours) count++
      let at = count - 1
      for (; at > 0 && best[at - 1]! < value; at--) {
        best[at] = best[at - 1]!
        found[at] = found[at - 1]!
      }
      best[at] = value
      found[at] = from + i
    }
    return count
  }

  private similarity(a: number, b: number): number {
    const { descriptors } = this
    let i = (a - this.origin) * descriptorSize
    let k = (b - this.origin) * descriptorSize
    let s0 = 0
    let s1 = 0
    for (const end = i + descriptorSize; i < end; i += 2, k += 2) {
      s0 += descriptors[i]! * descriptors[k]!
      s1 += descriptors[i + 1]! * descriptors[k + 1]!
    }
    return s0 + s1
  }

  private writeShare(frame: number, found: Int32Array, out: Float32Array, to: number): void {
    const { amplitudes, rows } = this
    const values = new Float32Array(neighbours)
    const own = (frame - this.origin) * rows
    for (let row = 0; row < rows; row++) {
      for (let n = 0; n < neighbours; n++) values[n] = amplitudes[(found[n]! - this.origin) * rows + row]!
      const amplitude = amplitudes[own + row]!
      out[to + row] = amplitude > 0 ? Math.min(1, medianOfNine(values) / amplitude) : 0
    }
  }

  private makeRoom(frames: number): void {
    const used = this.end - this.origin
    if ((used + frames) * this.rows <= this.amplitudes.length) return
    const capacity = Math.max(2 * used, used + frames)
    const grown = (values: Float32Array, width: number) => {
      const out = new Float32Array(capacity * width)
      out.set(values.subarray(0, used * width))
      return out
    }
    this.amplitudes = grown(this.amplitudes, this.rows)
    this.descriptors = grown(this.descriptors, descriptorSize)
  }
}

/** @see Paeth, "Median finding on a 3×3 grid", Graphics Gems, 1990; only the exchanges that the median needs. */
function medianOfNine(v: Float32Array): number {
  // Local variables and min/max without branches: this is called for every row of every frame.
  const [a, b, c] = [v[0]!, v[1]!, v[2]!]
  const [d, e, f] = [v[3]!, v[4]!, v[5]!]
  const [g, h, i] = [v[6]!, v[7]!, v[8]!]
  const largestLow = Math.max(lowest(a, b, c), lowest(d, e, f), lowest(g, h, i))
  const smallestHigh = Math.min(highest(a, b, c), highest(d, e, f), highest(g, h, i))
  return middle(largestLow, middle(middle(a, b, c), middle(d, e, f), middle(g, h, i)), smallestHigh)
}

function lowest(a: number, b: number, c: number): number {
  return a < b ? (a < c ? a : c) : b < c ? b : c
}

function highest(a: number, b: number, c: number): number {
  return a > b ? (a > c ? a : c) : b > c ? b : c
}

function middle(a: number, b: number, c: number): number {
  return a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b
}
