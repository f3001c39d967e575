import { bytesOfBase64 } from '#renderer/playback/pcmText'
import { colourMap, type ColourMapName } from '#renderer/timeline/colourMaps'
import { type FrequencyScale, frequencyAxis, hertzOfShare } from '#renderer/timeline/frequencyAxis'
import { shownDecibels } from '#renderer/timeline/spectrogramColours'
import type { SoundPicture } from '#shared/contract/generating'

/** How spectrograms are shown; the user's choice for the Studio. */
export interface PictureLook {
  readonly scale: FrequencyScale
  readonly colourMap: ColourMapName
}

/** Rows of a picture, whatever its number of bins. */
export const pictureRows = 128

/**
 * Returns a spectrogram as pixels, four bytes each, row after row from the top, `frames` × `pictureRows`: what is as loud as its peak
 * has the brightest colour, and the darkest what is so much quieter as in the Studio.
 */
export function pixelsOf({ frames, bins, binHertz, values, floor, peak }: SoundPicture, look: PictureLook): Uint8ClampedArray<ArrayBuffer> {
  const bytes = bytesOfBase64(values)
  const map = colourMap(look.colourMap)
  const axis = frequencyAxis(look.scale, 2 * binHertz * bins)
  const pixels = new Uint8ClampedArray(4 * frames * pictureRows)
  for (let row = 0; row < pictureRows; row++) {
    const [low, high] = [pictureRows - 1 - row, pictureRows - row].map((edge) => hertzOfShare(axis, edge / pictureRows) / binHertz) as [number, number]
    // A row shows the loudest of the bins that it covers, as tiles of the Studio do.
    const first = Math.min(bins - 1, Math.floor(low))
    const last = Math.max(first, Math.min(bins, Math.ceil(high)) - 1)
    for (let frame = 0; frame < frames; frame++) {
      let byte = 0
      for (let bin = first; bin <= last; bin++) byte = Math.max(byte, bytes[frame * bins + bin] ?? 0)
      const below = (peak - floor) * (1 - byte / 255)
      const index = 4 * Math.round(255 * Math.max(0, 1 - below / shownDecibels.range))
      pixels.set(map.subarray(index, index + 4), 4 * (row * frames + frame))
    }
  }
  return pixels
}

/** Returns the lowest and highest sample of each of `columns` equal stretches, which meet: where a stretch has few samples, it is a line. */
export function envelopeOf(samples: Float32Array, columns: number): { readonly low: number; readonly high: number }[] {
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.max(0, Math.floor((column * samples.length) / columns) - 1)
    const to = Math.max(from + 1, Math.floor(((column + 1) * samples.length) / columns))
    let [low, high] = [Infinity, -Infinity]
    for (const sample of samples.subarray(from, to)) [low, high] = [Math.min(low, sample), Math.max(high, sample)]
    return low > high ? { low: 0, high: 0 } : { low, high }
  })
}
