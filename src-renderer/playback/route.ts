/** Where playing goes: to the end, or round a loop that lies ahead. Frames of the timeline. */
export interface Route {
  readonly end: number
  readonly loop?: { readonly start: number; readonly end: number } | undefined
}

/** A piece of the timeline that is played in one go. */
export interface Stretch {
  readonly from: number
  readonly frames: number
}

/** What is played next, and where it goes on after that; `next` is missing where the end is reached. */
export interface Course {
  readonly stretches: readonly Stretch[]
  readonly next: number | undefined
}

/**
 * Returns `frames` of the route from `from` on, fewer at its end. A loop is cut to the frame, as often as it fits: its end is
 * followed by its start within one piece, so that no boundary of a buffer lies between them. Whoever begins behind a loop is
 * not drawn into it.
 */
export function follow(route: Route, from: number, frames: number): Course {
  const stretches: Stretch[] = []
  let place: number | undefined = from
  let wanted = frames
  while (place !== undefined && wanted > 0) {
    const loop: Route['loop'] = route.loop && place < route.loop.end ? route.loop : undefined
    const boundary: number = loop ? loop.end : route.end
    const count: number = Math.min(wanted, boundary - place)
    if (count > 0) stretches.push({ from: place, frames: count })
    wanted -= Math.max(0, count)
    place = place + count < boundary ? place + count : loop?.start
  }
  return { stretches, next: place }
}
