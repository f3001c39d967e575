import { describe, expect, it } from 'vitest'
import { pictureSide, pictureSize } from '#shared/images/mixing'
import { digitNames, drawDigit } from '#shared/images/shapes/digits'
import { drawGarment, garmentNames } from '#shared/images/shapes/garments'
import { drawLine, penRadius, pictureMargin } from '#shared/images/shapes/pen'

const kinds = [
  { what: 'digits', count: digitNames.length, draw: drawDigit },
  { what: 'garments', count: garmentNames.length, draw: drawGarment },
]
const seeds = [0, 1, 2, 77, 4_294_967_295]
const distance = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + (value - b[at]!) ** 2, 0) / pictureSize
const edge = (at: number) => Math.min(at % pictureSide, Math.floor(at / pictureSide), pictureSide - 1 - (at % pictureSide), pictureSide - 1 - Math.floor(at / pictureSide))

describe.each(kinds)('$what that the app draws', ({ count, draw }) => {
  // Would catch: shapes that touch the frame, values that no network has seen, an empty class.
  it('are pictures like those of the datasets: grey values in the middle of black, neither empty nor full', () => {
    for (const seed of seeds) {
      for (let label = 0; label < count; label++) {
        const picture = draw(label, seed)
        expect(picture).toHaveLength(pictureSize)
        expect(picture.every((value, at) => value >= 0 && value <= 1 && (edge(at) >= 1 || value === 0))).toBe(true)
        const mean = picture.reduce((sum, value) => sum + value, 0) / pictureSize
        expect(mean).toBeGreaterThan(0.02)
        expect(mean).toBeLessThan(0.5)
      }
    }
  })

  it('look the same for the same seed, different for another, and different from every other class', () => {
    for (let label = 0; label < count; label++) {
      expect(draw(label, 5)).toEqual(draw(label, 5))
      expect(distance(draw(label, 5), draw(label, 6))).toBeGreaterThan(1e-4)
      for (let other = 0; other < label; other++) expect(distance(draw(label, 5), draw(other, 5))).toBeGreaterThan(2e-3)
    }
  })
})

describe('the pen', () => {
  const blank = new Float32Array(pictureSize)

  it('draws a line as wide as it is, without taking away what is there, and erases it again', () => {
    const line = drawLine(blank, [8, 16.5], [24, 16.5], penRadius)
    const column = Array.from({ length: pictureSide }, (_, row) => line[row * pictureSide + 16]!)
    expect(column.reduce((sum, value) => sum + value, 0)).toBeCloseTo(2 * penRadius, 1)
    const cross = drawLine(line, [16.5, 8], [16.5, 24], penRadius)
    expect(cross.every((value, at) => value >= line[at]!)).toBe(true)
    const erased = drawLine(line, [8, 16.5], [24, 16.5], 3, true)
    expect(Math.max(...erased)).toBe(0)
    expect(Math.max(...blank)).toBe(0)
  })

  // Would catch: drawings that reach where no picture of a dataset has anything.
  it('leaves the margin black', () => {
    const line = drawLine(blank, [-4, -4], [36, 36], 4)
    expect(line.every((value, at) => edge(at) >= pictureMargin || value === 0)).toBe(true)
    expect(Math.max(...line)).toBe(1)
  })
})
