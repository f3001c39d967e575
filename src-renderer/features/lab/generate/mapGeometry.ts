/** A place on a map, both from about -1 to 1; y grows upwards. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** How a map lies on its canvas, in CSS pixels. */
export interface MapView {
  readonly width: number
  readonly height: number
}

/** Pixels that are kept free at each side, so that marks at the edge are whole. */
const margin = 14

const scaleOf = ({ width, height }: MapView) => Math.max(1, Math.min(width, height) / 2 - margin)

/** Returns where a place is on the canvas, from its upper left corner. */
export function pixelOf(view: MapView, { x, y }: Place): Place {
  const scale = scaleOf(view)
  return { x: view.width / 2 + x * scale, y: view.height / 2 - y * scale }
}

/** Returns the place of a pixel; what `pixelOf` undoes. */
export function placeOf(view: MapView, { x, y }: Place): Place {
  const scale = scaleOf(view)
  return { x: (x - view.width / 2) / scale, y: (view.height / 2 - y) / scale }
}

/** Returns the index of the point nearest to a place, if any is at most `reach` away. */
export function nearestPoint(points: readonly Place[], { x, y }: Place, reach: number): number | undefined {
  let best: number | undefined
  let least = reach * reach
  for (const [index, point] of points.entries()) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2
    if (distance > least) continue
    best = index
    least = distance
  }
  return best
}

export type Direction = 'left' | 'right' | 'up' | 'down'
const unit: Readonly<Record<Direction, Place>> = { left: { x: -1, y: 0 }, right: { x: 1, y: 0 }, up: { x: 0, y: 1 }, down: { x: 0, y: -1 } }

/**
 * Returns the next point in a direction from another one: near, and rather straight ahead than aside. Where none is within 45° of it,
 * any that lies on that side; undefined at the edge.
 */
export function neighbourOf(points: readonly Place[], from: number, direction: Direction): number | undefined {
  const { x, y } = unit[direction]
  const here = points[from]!
  let best: { index: number; cost: number } | undefined
  for (const [index, point] of points.entries()) {
    const ahead = (point.x - here.x) * x + (point.y - here.y) * y
    if (ahead <= 0 || index === from) continue
    const aside = Math.abs((point.x - here.x) * y - (point.y - here.y) * x)
    // What is too far aside comes after everything that is not, as nothing on the map is farther than 4 from anything else.
    const cost = ahead + 2 * aside + (aside > ahead ? 100 : 0)
    if (!best || cost < best.cost) best = { index, cost }
  }
  return best?.index
}

/** Returns the indices of the points that lie inside a closed line, by the even-odd rule. */
export function pointsInside(points: readonly Place[], line: readonly Place[]): number[] {
  return points.flatMap((point, index) => (isInside(point, line) ? [index] : []))
}

function isInside({ x, y }: Place, line: readonly Place[]): boolean {
  let inside = false
  for (const [index, a] of line.entries()) {
    const b = line[(index + 1) % line.length]!
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside
  }
  return inside
}
