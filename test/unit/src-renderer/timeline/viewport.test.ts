import { describe, expect, it } from 'vitest'
import {
  clampViewport, columnGrid, columnOf, fitViewport, frameAt, frameOfColumn, revealFrame, scrollBy, xOf, zoomAbout, zoomToRange,
} from '#renderer/timeline/viewport'

const content = 44100 * 600
const viewport = { framesPerPixel: 1000, scrollFrame: 5_000_000, width: 800 }

describe('the viewport', () => {
  it('keeps the frame under the pointer in its place while zooming in and out', () => {
    for (const factor of [1.37, 4, 0.8]) {
      const zoomed = zoomAbout(viewport, factor, 300, content)
      expect(frameAt(zoomed, 300)).toBeCloseTo(frameAt(viewport, 300), 3)
      expect(zoomed.framesPerPixel).toBeCloseTo(1000 / factor, 6)
    }
  })

  it('stops at 32 pixels a frame and at all of the project', () => {
    expect(zoomAbout(viewport, 1e9, 300, content).framesPerPixel).toBe(1 / 32)
    const all = zoomAbout(viewport, 1e-9, 300, content)
    expect(all).toEqual(fitViewport(viewport, content))
    expect(xOf(all, content)).toBeLessThan(800)
    expect(xOf(all, content)).toBeGreaterThan(770)
  })

  it('neither scrolls before the beginning nor so far that nothing is seen', () => {
    expect(scrollBy(viewport, -1e9, content).scrollFrame).toBe(0)
    const end = scrollBy(viewport, 1e9, content)
    expect(xOf(end, content)).toBeCloseTo(720, 6)
    expect(scrollBy({ ...viewport, framesPerPixel: content / 800 }, 1e9, content).scrollFrame).toBe(0)
  })

  it('shows a range with a little around it', () => {
    const shown = zoomToRange(viewport, { start: 1_000_000, end: 1_100_000 }, content)
    expect(xOf(shown, 1_000_000)).toBeGreaterThan(0)
    expect(xOf(shown, 1_100_000)).toBeLessThan(800)
    expect(xOf(shown, 1_100_000) - xOf(shown, 1_000_000)).toBeGreaterThan(750)
  })

  it('turns the page only where a frame is not seen', () => {
    expect(revealFrame(viewport, 5_400_000, content)).toBe(viewport)
    const page = revealFrame(viewport, 5_800_000, content)
    expect(xOf(page, 5_800_000)).toBeCloseTo(80, 6)
  })

  it('has a scale for an empty project', () => {
    expect(clampViewport(fitViewport(viewport, 0), 0).framesPerPixel).toBeGreaterThan(0)
  })
})

describe('the grid of columns', () => {
  it('moves by whole columns when scrolled, so that a waveform does not shimmer', () => {
    const before = columnGrid(viewport, 2)
    const after = columnGrid(scrollBy(viewport, 333, content), 2)
    expect(before.framesPerColumn).toBe(500)
    expect(before.count).toBe(1600)
    expect(after.first - before.first).toBe(1)
    expect(frameOfColumn(after, 9)).toBe(frameOfColumn(before, 10))
  })

  it('puts a frame into the column that its place rounds to', () => {
    const grid = columnGrid(viewport, 1)
    expect(columnOf(grid, 5_000_000)).toBe(0)
    expect(columnOf(grid, 5_010_400)).toBe(10)
    expect(columnOf(grid, 5_010_600)).toBe(11)
  })
})
