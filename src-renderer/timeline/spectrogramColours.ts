import { colourMap, type ColourMapName } from '#renderer/timeline/colourMaps'

/** Decibels between the darkest and the brightest colour, and where the brightest is reached. */
export const shownDecibels = { range: 80, top: -10 }

/**
 * Returns the colours of a tile's 256 bytes, four bytes each.
 * @param floor what byte 0 stands for, in decibels below full scale
 */
export function spectrogramColours(name: ColourMapName, floor: number): Uint8Array {
  const map = colourMap(name)
  const colours = new Uint8Array(256 * 4)
  for (let value = 0; value < 256; value++) {
    const share = (decibelsOfByte(value, floor) - shownDecibels.top + shownDecibels.range) / shownDecibels.range
    const index = 4 * Math.round(255 * Math.min(1, Math.max(0, share)))
    colours.set(map.subarray(index, index + 4), 4 * value)
  }
  return colours
}

/** Returns what a byte of a tile stands for, in dBFS. */
export function decibelsOfByte(value: number, floor: number): number {
  return -Math.abs(floor) * (1 - value / 255)
}

/** Returns colours as pixels of a canvas. */
export function coloursAsPixels(colours: Uint8Array): Uint32Array {
  return new Uint32Array(colours.slice().buffer)
}
