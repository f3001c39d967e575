import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useSessionStore } from '#renderer/stores/sessionStore'

beforeEach(() => setActivePinia(createPinia()))

function withSong() {
  const session = useSessionStore()
  session.setViewport({ ...session.viewport, width: 1000 })
  session.setContentFrames(1_000_000)
  return session
}

describe('what is looked at', () => {
  it('is all of the first song, and stays where it was when more is added', () => {
    const session = withSong()
    expect(session.viewport.framesPerPixel).toBe(1020)
    session.zoomBy(4)
    const before = session.viewport
    session.setContentFrames(2_000_000)
    expect(session.viewport).toEqual(before)
  })

  it('zooms about the playhead, to the selection, and back to all', () => {
    const session = withSong()
    session.position = 500_000
    session.zoomBy(8)
    const { scrollFrame, framesPerPixel } = session.viewport
    expect((500_000 - scrollFrame) / framesPerPixel).toBeCloseTo(500_000 / 1020, 6)
    session.selectTime(300_000, 200_000, ['t'])
    session.zoomToSelection()
    expect(session.viewport.scrollFrame).toBeLessThan(200_000)
    expect(session.viewport.framesPerPixel).toBeLessThan(110)
    session.zoomToFit()
    expect(session.viewport.framesPerPixel).toBe(1020)
  })

  it('turns pages and follows the playhead', () => {
    const session = withSong()
    session.zoomBy(10)
    session.scrollByPage(1)
    expect(session.viewport.scrollFrame).toBeCloseTo(102_000, 3)
    session.reveal(900_000)
    expect(session.viewport.scrollFrame).toBeGreaterThan(800_000)
  })
})

describe('the selection', () => {
  it('is in order, within the project, and never empty', () => {
    const session = withSong()
    session.selectTime(50_000, -5, ['t'])
    expect(session.selection).toEqual({ start: 0, end: 50_000, trackIds: ['t'] })
    session.selectTime(7, 7, ['t'])
    expect(session.selection).toBeUndefined()
    expect(session.hasSelection).toBe(false)
  })

  it('is made with keys alone, edge by edge, and never turned inside out', () => {
    const session = withSong()
    session.selectEdge('end', 102_000, ['t'])
    expect(session.selection).toEqual({ start: 0, end: 102_000, trackIds: ['t'] })
    session.selectEdge('start', 99_500, ['other'])
    expect(session.selection).toEqual({ start: 99_500, end: 102_000, trackIds: ['t'] })
    session.selectEdge('start', 103_000, ['t'])
    expect(session.selection).toEqual({ start: 103_000, end: session.contentFrames, trackIds: ['t'] })
    session.selectEdge('end', 5000, ['t'])
    expect(session.selection).toEqual({ start: 0, end: 5000, trackIds: ['t'] })
  })

  it('of lanes goes up and down and stays within them', () => {
    const session = withSong()
    const ids = ['a', 'b', 'c']
    session.focusLane(ids, 1)
    expect(session.focusedTrackId).toBe('a')
    session.focusLane(ids, 1)
    session.focusLane(ids, 5)
    expect(session.focusedTrackId).toBe('c')
    session.focusLane(ids, -1)
    expect(session.focusedTrackId).toBe('b')
  })
})
