/** `grey` for pictures; `difference` for what is too dark (violet) or too bright (orange). */
export type PicturePalette = 'grey' | 'difference'

type Rgb = readonly [red: number, green: number, blue: number]
/** Told apart with every kind of colour vision; black where nothing differs, as pictures are black where nothing is. */
export const tooDark: Rgb = [139, 124, 255]
export const tooBright: Rgb = [255, 147, 61]

/** Writes the colours of `pixels` into `data`, four bytes each; a difference of `span` has the brightest. */
export function pictureColours(data: Uint8ClampedArray, pixels: ArrayLike<number>, palette: PicturePalette, span: number): void {
  for (let at = 0; at < pixels.length; at++) {
    const value = pixels[at]!
    const share = palette === 'grey' ? Math.min(1, Math.max(0, value)) : Math.min(1, Math.abs(value) / span)
    const colour = palette === 'grey' ? white : value < 0 ? tooDark : tooBright
    for (let channel = 0; channel < 3; channel++) data[4 * at + channel] = Math.round(share * colour[channel]!)
    data[4 * at + 3] = 255
  }
}

const white: Rgb = [255, 255, 255]
