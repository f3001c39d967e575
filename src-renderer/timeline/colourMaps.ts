export const colourMapNames = ['magma', 'viridis', 'grey'] as const
export type ColourMapName = (typeof colourMapNames)[number]

/** Colours at equal distances from quiet to loud; between them they are mixed linearly. */
const stops: Record<ColourMapName, readonly number[]> = {
  magma: [0x000004, 0x180f3d, 0x440f76, 0x721f81, 0x9e2f7f, 0xcd4071, 0xf1605d, 0xfd9668, 0xfeca8d, 0xfcfdbf],
  viridis: [0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725],
  grey: [0x000000, 0xffffff],
}

/** Returns 256 colours, quiet to loud, four bytes each: red, green, blue and 255. */
export function colourMap(name: ColourMapName): Uint8Array {
  const colours = stops[name]
  const table = new Uint8Array(256 * 4)
  for (let value = 0; value < 256; value++) {
    const place = (value / 255) * (colours.length - 1)
    const below = Math.min(colours.length - 2, Math.floor(place))
    for (let channel = 0; channel < 3; channel++) {
      const shift = 16 - 8 * channel
      const from = (colours[below]! >> shift) & 255
      const to = (colours[below + 1]! >> shift) & 255
      table[4 * value + channel] = Math.round(from + (to - from) * (place - below))
    }
    table[4 * value + 3] = 255
  }
  return table
}
