import type { Track } from '#shared/project/project'

/** A horizontal strip of a lane, in pixels from its top. */
export interface Strip {
  readonly top: number
  readonly height: number
}

/** Where things lie in a lane. */
export interface LaneLayout {
  readonly height: number
  /** The bar of a clip that carries its name and is dragged; of height 0 in very low lanes. */
  readonly title: Strip
  readonly body: Strip
  readonly waveform: Strip | undefined
  readonly spectrogram: Strip | undefined
}

export const titleHeight = 16
const lowestWithTitle = 44
/** Free pixels above and below clips. */
const margin = 2
const waveformShare = 0.36

/** Returns the layout of a lane `height` CSS pixels high in device pixels; with a ratio of 1 in CSS pixels. */
export function laneLayout(height: number, view: Track['view'], pixelRatio = 1): LaneLayout {
  const px = (value: number) => Math.round(value * pixelRatio)
  const title = { top: px(margin), height: height >= lowestWithTitle ? px(titleHeight) : 0 }
  const top = title.top + title.height
  const body = { top, height: Math.max(1, px(height - margin) - top) }
  if (view === 'waveform') return { height: px(height), title, body, waveform: body, spectrogram: undefined }
  if (view === 'spectrogram') return { height: px(height), title, body, waveform: undefined, spectrogram: body }
  const upper = Math.round(body.height * waveformShare)
  return {
    height: px(height),
    title,
    body,
    waveform: { top, height: upper },
    spectrogram: { top: top + upper, height: body.height - upper },
  }
}

/** Height in CSS pixels of lanes that nobody has resized; the mixture is thin. */
export function defaultLaneHeight({ role, view }: Pick<Track, 'role' | 'view'>): number {
  if (view !== 'waveform') return role === 'mixture' ? 132 : 172
  return role === 'mixture' ? 72 : 108
}
