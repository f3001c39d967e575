import { pictureSide } from '#shared/images/mixing'
import { paint, type Point, stroke } from '#shared/images/shapes/paint'
import { randomStream } from '#shared/random'

/** Classes of the digits that the app draws, as MNIST counts them. */
export const digitNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

/** What the pen does for each digit, in a box from 0 to 1; lines within a list are joined. */
const pens: readonly (readonly (readonly Point[])[])[] = [
  [arc(0.5, 0.5, 0.34, 0.5, -90, 270)],
  [[[0.36, 0.2], [0.56, 0], [0.56, 1]]],
  [[...arc(0.48, 0.28, 0.34, 0.28, -170, 40), [0.14, 1], [0.88, 1]]],
  [[...arc(0.45, 0.25, 0.34, 0.25, -160, 90), ...arc(0.45, 0.74, 0.38, 0.26, -90, 160)]],
  [[[0.62, 1], [0.62, 0], [0.1, 0.66], [0.9, 0.66]]],
  [[[0.82, 0], [0.24, 0], [0.18, 0.46], ...arc(0.45, 0.68, 0.37, 0.32, -90, 150)]],
  [[[0.68, 0], [0.3, 0.38], ...arc(0.5, 0.7, 0.32, 0.3, 190, 550)]],
  [[[0.12, 0], [0.88, 0], [0.4, 1]]],
  [arc(0.5, 0.24, 0.28, 0.24, 90, 450), arc(0.5, 0.74, 0.35, 0.26, -90, 270)],
  [[...arc(0.5, 0.3, 0.32, 0.3, 20, 380), [0.66, 1]]],
]

/** Returns a digit as a pen writes it, in the style of `seed`; bright on black, as high as those of MNIST. */
export function drawDigit(digit: number, seed: number): Float32Array {
  const random = randomStream(seed).fork(`digit ${digit}`)
  const height = random.between(18, 20)
  const width = height * random.between(0.62, 0.8)
  const slant = random.between(-0.04, 0.24)
  const radius = random.between(0.9, 1.5)
  const middle = pictureSide / 2
  const place = ([x, y]: Point): Point => [middle + (x - 0.5) * width - (y - 0.5) * height * slant, middle + (y - 0.5) * height]
  return paint(pens[digit]!.map((points) => stroke(points.map(place), radius, 1)))
}

/** Points on a part of an ellipse, by angles in degrees, clockwise from the right. */
function arc(centreX: number, centreY: number, radiusX: number, radiusY: number, from: number, to: number): readonly Point[] {
  const steps = Math.ceil(Math.abs(to - from) / 18)
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / steps) * Math.PI) / 180
    return [centreX + radiusX * Math.cos(angle), centreY + radiusY * Math.sin(angle)] as const
  })
}
