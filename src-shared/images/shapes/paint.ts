import { pictureSide, pictureSize } from '#shared/images/mixing'

/** A place in a picture: pixels from its left and upper edge. */
export type Point = readonly [x: number, y: number]

/** Something that is painted over what lies below it. */
export interface Layer {
  /** Pixels from a place to its edge; negative inside. */
  distance(x: number, y: number): number
  /** Grey from 0 to 1, of the place where that differs. */
  readonly grey: number | ((x: number, y: number) => number)
}

/** Returns a layer with straight edges, the last point joined to the first. */
export function polygon(points: readonly Point[], grey: Layer['grey']): Layer {
  return {
    grey,
    distance(x, y) {
      let nearest = Infinity
      let inside = false
      points.forEach((to, at) => {
        const from = points.at(at - 1)!
        nearest = Math.min(nearest, distanceToLine(x, y, from, to))
        if (from[1] > y !== to[1] > y && x < from[0] + ((y - from[1]) / (to[1] - from[1])) * (to[0] - from[0])) inside = !inside
      })
      return inside ? -nearest : nearest
    },
  }
}

/** Returns a layer as of a round pen that goes from point to point. */
export function stroke(points: readonly Point[], radius: number, grey: Layer['grey']): Layer {
  return {
    grey,
    distance: (x, y) => points.reduce((nearest, to, at) => Math.min(nearest, distanceToLine(x, y, points[at - 1] ?? to, to)), Infinity) - radius,
  }
}

/** Returns the picture of all layers on black, with soft edges: `pictureSide` × `pictureSide`, row by row. */
export function paint(layers: readonly Layer[]): Float32Array {
  const picture = new Float32Array(pictureSize)
  for (const { distance, grey } of layers) {
    for (let at = 0; at < pictureSize; at++) {
      const x = (at % pictureSide) + 0.5
      const y = Math.floor(at / pictureSide) + 0.5
      const share = Math.min(1, Math.max(0, 0.5 - distance(x, y)))
      if (share > 0) picture[at]! += share * ((typeof grey === 'number' ? grey : grey(x, y)) - picture[at]!)
    }
  }
  return picture.map((value) => Math.min(1, Math.max(0, value)))
}

function distanceToLine(x: number, y: number, [fromX, fromY]: Point, [toX, toY]: Point): number {
  const alongX = toX - fromX
  const alongY = toY - fromY
  const length = alongX * alongX + alongY * alongY
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - fromX) * alongX + (y - fromY) * alongY) / length))
  return Math.hypot(x - fromX - share * alongX, y - fromY - share * alongY)
}
