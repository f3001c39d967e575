import { pictureSide } from '#shared/images/mixing'
import { type Point, stroke } from '#shared/images/shapes/paint'

/** Black around the 28 × 28 pixels that digits and garments have; nothing is drawn there. */
export const pictureMargin = 2

/** A pen as wide as that of most digits of MNIST, in pixels from its middle. */
export const penRadius = 1.25

/** Returns the picture with a line of a round pen from one place to another; where it erases, it takes away what is there. */
export function drawLine(picture: Float32Array, from: Point, to: Point, radius: number, erases = false): Float32Array {
  const { distance } = stroke([from, to], radius, 1)
  return picture.map((value, at) => {
    const [column, row] = [at % pictureSide, Math.floor(at / pictureSide)]
    if (Math.min(column, row) < pictureMargin || Math.max(column, row) >= pictureSide - pictureMargin) return value
    const share = Math.min(1, Math.max(0, 0.5 - distance(column + 0.5, row + 0.5)))
    return erases ? Math.min(value, 1 - share) : Math.max(value, share)
  })
}
