import {
  AV_SAMPLE_FMT_DBL,
  AV_SAMPLE_FMT_DBLP,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S16P,
  AV_SAMPLE_FMT_S32,
  AV_SAMPLE_FMT_S32P,
  AV_SAMPLE_FMT_U8,
  AV_SAMPLE_FMT_U8P,
  type AVSampleFormat,
} from '#main/node/ffmpeg'

/** How a decoder lays out its samples. */
export interface SampleLayout {
  readonly planar: boolean
  /** True for float32 and float64, whose values may be anything. */
  readonly float: boolean
  /** Reads a plane as numbers; `toUnit` of such a number is the sample at full scale ±1. */
  readonly view: (plane: Uint8Array) => ArrayLike<number>
  /** Subtracted from the number, then multiplied: both exact, so integers up to 24 bit arrive unchanged. */
  readonly zero: number
  readonly scale: number
}

const u8 = { float: false, view: (plane: Uint8Array) => plane, zero: 128, scale: 2 ** -7 }
const s16 = { float: false, view: viewOf(Int16Array), zero: 0, scale: 2 ** -15 }
const s32 = { float: false, view: viewOf(Int32Array), zero: 0, scale: 2 ** -31 }
const f32 = { float: true, view: viewOf(Float32Array), zero: 0, scale: 1 }
const f64 = { float: true, view: viewOf(Float64Array), zero: 0, scale: 1 }

const layouts = new Map<AVSampleFormat, SampleLayout>([
  [AV_SAMPLE_FMT_U8, { ...u8, planar: false }],
  [AV_SAMPLE_FMT_U8P, { ...u8, planar: true }],
  [AV_SAMPLE_FMT_S16, { ...s16, planar: false }],
  [AV_SAMPLE_FMT_S16P, { ...s16, planar: true }],
  [AV_SAMPLE_FMT_S32, { ...s32, planar: false }],
  [AV_SAMPLE_FMT_S32P, { ...s32, planar: true }],
  [AV_SAMPLE_FMT_FLT, { ...f32, planar: false }],
  [AV_SAMPLE_FMT_FLTP, { ...f32, planar: true }],
  [AV_SAMPLE_FMT_DBL, { ...f64, planar: false }],
  [AV_SAMPLE_FMT_DBLP, { ...f64, planar: true }],
])

/** Returns how samples of FFmpeg's `format` lie in memory, or undefined for one that no decoder of ours uses. */
export function sampleLayout(format: AVSampleFormat): SampleLayout | undefined {
  return layouts.get(format)
}

/**
 * Copies `count` frames from decoded planes, from frame `from` on, to `target` (one array a channel) at `at`.
 * 24-bit samples come left-justified in 32 bits. float32 holds integers up to 24 bit exactly; 32-bit integers and
 * float64 are rounded to the nearest float32.
 */
export function copySamples(
  layout: SampleLayout,
  planes: readonly Uint8Array[],
  from: number,
  count: number,
  target: readonly Float32Array[],
  at: number,
): void {
  const channels = target.length
  const interleaved = layout.planar ? undefined : layout.view(planes[0]!)
  for (let channel = 0; channel < channels; channel++) {
    const source = interleaved ?? layout.view(planes[channel]!)
    const out = target[channel]!
    const stride = layout.planar ? 1 : channels
    let index = layout.planar ? from : from * channels + channel
    for (let i = 0; i < count; i++, index += stride) out[at + i] = (source[index]! - layout.zero) * layout.scale
  }
}

type SampleArray = Int16Array | Int32Array | Float32Array | Float64Array

function viewOf<T extends SampleArray>(
  type: { new (buffer: ArrayBufferLike, offset: number, length: number): T; BYTES_PER_ELEMENT: number },
): (plane: Uint8Array) => T {
  const bytes = type.BYTES_PER_ELEMENT
  return (plane) => {
    // A plane may start anywhere in FFmpeg's buffer when encoder delay was cut off its front.
    const aligned = plane.byteOffset % bytes === 0 ? plane : plane.slice()
    return new type(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / bytes))
  }
}
