/** A picture of bytes, row after row from the top, `channels` values a pixel: grey, or red, green and blue. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly pixels: Uint8Array
}

/** Pictures in rows; each row holds what went in, what should come out and what came out, or whatever `columns` says. */
export interface PictureGrid {
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  /** By row, then by column; all of one size and of as many channels. */
  readonly cells: readonly (readonly Picture[])[]
}

/** Pixels between pictures, and the grey that they have: neither black nor white, so that a picture's edge is seen. */
const gap = 2
const gapGrey = 64
/** Smaller pictures are drawn larger, each pixel as a square, so that nobody has to look at digits of 28 pixels. */
const leastSide = 56

/** Returns all pictures of a grid as one, with gaps between them; small ones are enlarged by a whole factor. */
export function pictureOfGrid({ cells }: PictureGrid): Picture {
  const first = cells[0]?.[0]
  if (!first) return { width: 0, height: 0, channels: 1, pixels: new Uint8Array(0) }
  const scale = Math.max(1, Math.ceil(leastSide / Math.max(first.width, first.height)))
  const [cellWidth, cellHeight] = [first.width * scale, first.height * scale]
  const columns = Math.max(...cells.map((row) => row.length))
  const width = columns * (cellWidth + gap) - gap
  const height = cells.length * (cellHeight + gap) - gap
  const { channels } = first
  const pixels = new Uint8Array(width * height * channels).fill(gapGrey)
  for (const [row, pictures] of cells.entries()) {
    for (const [column, picture] of pictures.entries()) {
      const corner = row * (cellHeight + gap) * width + column * (cellWidth + gap)
      drawEnlarged(picture, scale, pixels, corner * channels, width * channels)
    }
  }
  return { width, height, channels, pixels }
}

function drawEnlarged({ width, height, channels, pixels }: Picture, scale: number, out: Uint8Array, corner: number, stride: number): void {
  for (let y = 0; y < height * scale; y++) {
    const from = Math.floor(y / scale) * width * channels
    const to = corner + y * stride
    for (let x = 0; x < width * scale; x++) {
      const pixel = from + Math.floor(x / scale) * channels
      for (let c = 0; c < channels; c++) out[to + x * channels + c] = pixels[pixel + c]!
    }
  }
}
