import type { SpectralRegion } from '#shared/contract/repair'

/** From a lower to an upper frequency, in hertz. */
export type Band = readonly [low: number, high: number]

/** A region in order: what it covers in time, and the bands that it covers at one moment. */
export interface RegionShape {
  /** Samples, the first and the one after the last; may lie outside of the sound. */
  readonly start: number
  readonly end: number
  /** Bands at sample `time`, in no order, where they may overlap. */
  bandsAt(time: number): Band[]
}

/**
 * Returns the shape of a region, with its corners put in order; undefined for one that covers nothing (no width, no height,
 * or numbers that are none).
 */
export function regionShape(region: SpectralRegion): RegionShape | undefined {
  const shape = region.kind === 'box' ? boxShape(region) : region.kind === 'lasso' ? lassoShape(region) : brushShape(region)
  return shape !== undefined && Number.isFinite(shape.start) && Number.isFinite(shape.end) && shape.end > shape.start ? shape : undefined
}

type Region<Kind extends SpectralRegion['kind']> = Extract<SpectralRegion, { kind: Kind }>
type Point = readonly [time: number, frequency: number]

function boxShape({ start, end, low, high }: Region<'box'>): RegionShape | undefined {
  const band: Band = [Math.min(low, high), Math.max(low, high)]
  if (!(band[1] > band[0])) return undefined
  const [first, last] = [Math.min(start, end), Math.max(start, end)]
  return { start: first, end: last, bandsAt: (time) => (time >= first && time < last ? [band] : []) }
}

function lassoShape({ points }: Region<'lasso'>): RegionShape | undefined {
  if (onOneLine(points)) return undefined
  const times = points.map(([time]) => time)
  return { start: Math.min(...times), end: Math.max(...times), bandsAt: (time) => inside(points, time) }
}

function onOneLine(points: readonly Point[]): boolean {
  const [time, frequency] = points[0]!
  const away = points.map(([t, f]): Point => [t - time, f - frequency])
  const other = away.find(([t, f]) => t !== 0 || f !== 0)
  return other === undefined || !away.some(([t, f]) => Math.abs(other[0] * f - other[1] * t) > 0)
}

/** Bands inside of a closed line at `time`, by the even-odd rule. */
function inside(points: readonly Point[], time: number): Band[] {
  const crossings: number[] = []
  points.forEach(([fromTime, fromFrequency], i) => {
    const [toTime, toFrequency] = points[(i + 1) % points.length]!
    // Half-open, so that a corner counts once.
    if (fromTime <= time === toTime <= time) return
    crossings.push(fromFrequency + ((toFrequency - fromFrequency) * (time - fromTime)) / (toTime - fromTime))
  })
  crossings.sort((a, b) => a - b)
  return Array.from({ length: crossings.length / 2 }, (_, k) => [crossings[2 * k]!, crossings[2 * k + 1]!])
}

function brushShape({ points, radius }: Region<'brush'>): RegionShape | undefined {
  const [width, height] = [Math.abs(radius[0]), Math.abs(radius[1])]
  if (!(width > 0 && height > 0)) return undefined
  // In units of the radius every stroke is a chain of capsules of radius 1.
  const scaled = points.map(([time, frequency]): Point => [time / width, frequency / height])
  const strokes = scaled.length === 1 ? [[scaled[0]!, scaled[0]!] as const] : scaled.slice(1).map((point, i) => [scaled[i]!, point] as const)
  const times = points.map(([time]) => time)
  return {
    start: Math.min(...times) - width,
    end: Math.max(...times) + width,
    bandsAt(time) {
      const at = time / width
      const bands: Band[] = []
      for (const [from, to] of strokes) {
        // A long scribble has thousands of strokes, of which few are here.
        if (at < Math.min(from[0], to[0]) - 1 || at > Math.max(from[0], to[0]) + 1) continue
        const band = capsule(from, to, at)
        if (band !== undefined) bands.push([band[0] * height, band[1] * height])
      }
      return bands
    },
  }
}

/** What a disc of radius 1 that is drawn from `from` to `to` covers at `time`. It is convex, so that it is one band. */
function capsule(from: Point, to: Point, time: number): Band | undefined {
  const edges = [...disc(from, time), ...disc(to, time), ...sides(from, to, time)]
  return edges.length === 0 ? undefined : [Math.min(...edges), Math.max(...edges)]
}

function disc([centre, frequency]: Point, time: number): number[] {
  const distance = time - centre
  if (Math.abs(distance) > 1) return []
  const half = Math.sqrt(1 - distance * distance)
  return [frequency - half, frequency + half]
}

/** The two straight edges between the discs, where they pass `time`. */
function sides(from: Point, to: Point, time: number): number[] {
  const [x, y] = [to[0] - from[0], to[1] - from[1]]
  const length = Math.sqrt(x * x + y * y)
  if (x === 0) return []
  return [1, -1].flatMap((side) => {
    const [alongTime, alongFrequency] = [(-side * y) / length, (side * x) / length]
    const share = (time - from[0] - alongTime) / x
    return share >= 0 && share <= 1 ? [from[1] + alongFrequency + share * y] : []
  })
}
