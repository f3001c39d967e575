import { pictureSide } from '#shared/images/mixing'
import { type Layer, paint, type Point, polygon, stroke } from '#shared/images/shapes/paint'
import { type RandomStream, randomStream } from '#shared/random'

/** Classes of the garments that the app draws, as Fashion-MNIST counts them. */
export const garmentNames = ['T-shirt', 'Trousers', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'] as const

const middle = pictureSide / 2

/** How one garment of its class differs from others. */
interface Look {
  readonly grey: number
  /** Wider or narrower, and longer or shorter. */
  readonly width: number
  readonly length: number
  readonly random: RandomStream
}

/** Returns a garment in the look of `seed`, on black. */
export function drawGarment(kind: number, seed: number): Float32Array {
  const random = randomStream(seed).fork(`garment ${kind}`)
  const look = { grey: random.between(0.5, 0.95), width: random.between(0.88, 1.06), length: random.between(0.92, 1.04), random }
  return paint(cuts[kind]!(look))
}

const cuts: readonly ((look: Look) => readonly Layer[])[] = [
  (look) => [body(look, [[0, 4.6], [3.2, 3], [7, 4.2], [12, 10], [9, 12.8], [6.8, 10.6], [6.8, 26.5], [0, 26.5]])],
  (look) => [body(look, [[0, 1.5], [5, 1.5], [6, 14], [5.6, 27.5], [1.7, 27.5], [0.5, 9], [0, 9]])],
  (look) => [sleeved(look), ...stripes(look)],
  (look) => [body(look, [[0, 5.4], [2.2, 1.6], [3.6, 1.6], [4.4, 7], [3.2, 12], [7.6, 26.4], [0, 27]])],
  (look) => [sleeved(look, 27.6), line(look, [[0, 6], [0, 27.4]], 0.5), line(look, [[-2.6, 3], [0, 9], [2.6, 3]], 0.5)],
  (look) => sandal(look),
  (look) => [sleeved(look, 25.6), line(look, [[-3, 2.6], [0, 5.6], [3, 2.6]], 0.6), ...buttons(look)],
  (look) => [side(look, [[2, 20], [2.6, 16.4], [9, 14.6], [14, 10], [19, 10.4], [21, 12], [26, 11], [26.6, 20]]), sole(look, 20)],
  (look) => [line(look, bow, 0.9, look.grey), body(look, [[0, 11.4], [10.4, 11.4], [11.6, 24.6], [0, 25]]), line(look, [[-10, 15], [10, 15]], 0.4)],
  (look) => [side(look, [[3, 22], [3.4, 18], [10, 15], [13, 5], [22.4, 4.2], [23, 12], [24.6, 22]]), sole(look, 22)],
]

const bow: readonly Point[] = [[-5.4, 11.4], [-5, 6.6], [-2.6, 4.4], [2.6, 4.4], [5, 6.6], [5.4, 11.4]]

/** What is the same on both sides, given by its right half from the middle; coordinates of 28 × 28. */
function body(look: Look, half: readonly Point[]): Layer {
  const points = [...half, ...half.toReversed().map(([x, y]): Point => [-x, y])]
  return polygon(points.map((point) => place(look, point)), cloth(look))
}

function sleeved(look: Look, hem = 26.4): Layer {
  return body(look, [[0, 4], [3, 2.6], [6.6, 3.8], [10, 10], [12, 23.6], [8.8, 24.4], [6.8, 13], [7, hem], [0, hem]])
}

/** What is seen from the side, the toe to the left. */
function side(look: Look, points: readonly Point[]): Layer {
  return polygon(points.map(([x, y]) => place(look, [x - 14, y])), cloth(look))
}

function sole(look: Look, y: number): Layer {
  return polygon([[-12, y], [12.6, y], [12.6, y + 2], [-12, y + 2]].map(([x, at]) => place(look, [x!, at!])), Math.min(1, look.grey + 0.2))
}

function sandal(look: Look): readonly Layer[] {
  const straps: readonly (readonly Point[])[] = [[[-9, 20], [-5, 15.4], [-2, 20]], [[2, 19.4], [8, 12], [10.4, 18]], [[-5, 15.4], [8, 12]]]
  return [...straps.map((points) => line(look, points, 0.8, look.grey)), line(look, [[-12, 20.6], [0, 20.4], [12, 18.6]], 1.3, Math.min(1, look.grey + 0.15))]
}

function stripes(look: Look): readonly Layer[] {
  const count = look.random.integer(4)
  return Array.from({ length: count }, (_, at) => line(look, [[-5.6, 10 + 4 * at], [5.6, 10 + 4 * at]], 0.7))
}

function buttons(look: Look): readonly Layer[] {
  return Array.from({ length: 5 }, (_, at) => line(look, [[0, 8 + 3.6 * at], [0, 8.4 + 3.6 * at]], 0.3))
}

/** A line over the cloth, darker than it where no grey is given. */
function line(look: Look, points: readonly Point[], radius: number, grey = look.grey * 0.55): Layer {
  return stroke(points.map((point) => place(look, point)), radius, grey)
}

/** Cloth is a little darker towards the sides, as if lit from the front. */
function cloth({ grey }: Look): (x: number) => number {
  return (x) => grey * (1 - 0.25 * (Math.abs(x - middle) / 14) ** 2)
}

function place({ width, length }: Look, [x, y]: Point): Point {
  return [middle + x * width, middle + (y - 14) * length]
}
