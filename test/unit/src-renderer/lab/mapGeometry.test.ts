import { describe, expect, it } from 'vitest'
import { distinctMarks, markOf } from '#renderer/features/lab/generate/classMarks'
import { nearestPoint, neighbourOf, pixelOf, placeOf, pointsInside } from '#renderer/features/lab/generate/mapGeometry'
import { randomStream } from '#shared/random'

const random = randomStream(7)
const cloud = Array.from({ length: 200 }, () => ({ x: random.between(-1, 1), y: random.between(-1, 1) }))

describe('a map on its canvas', () => {
  // Would catch: a click that makes the sound of another place than it points at, such as the mirrored one.
  it('has every place at one pixel, the same scale both ways, y upwards', () => {
    const view = { width: 400, height: 300 }
    for (const place of cloud.slice(0, 20)) {
      const back = placeOf(view, pixelOf(view, place))
      expect([back.x, back.y]).toEqual([expect.closeTo(place.x, 9), expect.closeTo(place.y, 9)])
    }
    expect(pixelOf(view, { x: 0, y: 1 }).y).toBeLessThan(pixelOf(view, { x: 0, y: -1 }).y)
    expect(pixelOf(view, { x: 1, y: 0 }).x - 200).toBeCloseTo(150 - pixelOf(view, { x: 0, y: 1 }).y, 9)
    expect(pixelOf(view, { x: 0, y: 1 }).y).toBeGreaterThan(8)
  })

  it('has the point that is nearest, and none where all are too far', () => {
    const here = { x: 0.11, y: -0.32 }
    const distances = cloud.map(({ x, y }) => Math.hypot(x - here.x, y - here.y))
    const least = Math.min(...distances)
    expect(nearestPoint(cloud, here, 2)).toBe(distances.indexOf(least))
    expect(nearestPoint(cloud, here, least * 0.99)).toBeUndefined()
  })
})

describe('arrow keys on a map', () => {
  it('go to what is near and ahead, rather than to what is nearer and aside', () => {
    const points = [{ x: 0, y: 0 }, { x: 0.5, y: 0.1 }, { x: 0.2, y: 0.9 }, { x: -0.4, y: 0 }, { x: 0, y: -0.3 }]
    expect(neighbourOf(points, 0, 'right')).toBe(1)
    expect(neighbourOf(points, 0, 'up')).toBe(2)
    expect(neighbourOf(points, 0, 'left')).toBe(3)
    expect(neighbourOf(points, 0, 'down')).toBe(4)
    expect(neighbourOf(points, 3, 'left')).toBeUndefined()
  })

  // Would catch: islands that no key leads to, so that their sounds are not there without a mouse.
  it('reach every point of a cloud', () => {
    const reached = new Set([0])
    const open = [0]
    while (open.length > 0) {
      const from = open.pop()!
      for (const direction of ['left', 'right', 'up', 'down'] as const) {
        const next = neighbourOf(cloud, from, direction)
        if (next === undefined || reached.has(next)) continue
        reached.add(next)
        open.push(next)
      }
    }
    expect(cloud.length - reached.size).toBe(0)
  })
})

describe('a line around points', () => {
  it('selects what is inside, of a shape with a bay too', () => {
    const bay = [{ x: -1, y: -1 }, { x: 1, y: -1 }, { x: 1, y: 1 }, { x: 0, y: -0.5 }, { x: -1, y: 1 }]
    expect(pointsInside([{ x: 0, y: -0.8 }, { x: 0, y: 0.5 }, { x: 0.8, y: 0.3 }, { x: -0.8, y: 0.3 }, { x: 2, y: 0 }], bay)).toEqual([0, 2, 3])
    expect(pointsInside(cloud, [{ x: 0, y: 0 }, { x: 1, y: 1 }])).toEqual([])
  })
})

it('classes look different from one another, by colour and shape', () => {
  expect(new Set(Array.from({ length: distinctMarks }, (_, index) => `${markOf(index).path} ${markOf(index).colour}`)).size).toBe(distinctMarks)
  expect(markOf(0).path).not.toBe(markOf(1).path)
  expect(markOf(0).colour).not.toBe(markOf(1).colour)
})
