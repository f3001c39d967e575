import { describe, expect, it } from 'vitest'
import { nearestFreeStart, trimmedRange } from '#renderer/timeline/clipPlacing'
import type { GestureContext, GesturePoint } from '#renderer/timeline/gestures'
import type { ClipPart } from '#renderer/timeline/hitTesting'
import { beginOnLane } from '#renderer/timeline/laneGestures'
import { beginOnRuler } from '#renderer/timeline/rulerGestures'
import { snapClip, snapFrame, snapPoints } from '#renderer/timeline/snapping'
import { regionsInSource, regionsRange, type SpectralSelection, type TimelineEdit, type TimeSelection } from '#renderer/timeline/timelineEvents'
import type { Clip, Project, Track } from '#shared/project/project'

const clip = (id: string, start: number, length: number, offset = 0): Clip => ({ id, sourceId: 's', start, offset, length, gain: 0, fadeIn: 0, fadeOut: 0 })
const track = (id: string, ...clips: Clip[]): Track => ({ id, name: id, role: 'other', gain: 0, pan: 0, muted: false, soloed: false, view: 'both', clips })
const a = clip('a', 10_000, 20_000, 5000)
const b = clip('b', 40_000, 10_000)
const project: Project = {
  version: 1, id: 'p', name: 'P', sampleRate: 44100,
  sources: [{ id: 's', name: 'S', soundId: 's', sampleRate: 44100, channels: 2, frames: 30_000 }],
  tracks: [track('one', a, b), track('two')],
  markers: [{ id: 'm', at: 33_000, name: 'M' }],
  loop: { start: 60_000, end: 70_000, enabled: true },
}
const viewport = { framesPerPixel: 100, scrollFrame: 0, width: 1000 }

function told(more: Partial<GestureContext> = {}) {
  const edits: TimelineEdit[] = []
  const state = { edits, selection: undefined as TimeSelection | undefined, spectral: undefined as SpectralSelection | undefined, sought: undefined as number | undefined }
  const context: GestureContext = {
    project, viewport, tool: 'select', snap: true, places: [], selection: undefined, spectral: undefined,
    brushRadius: () => [500, 100],
    seek: (frame) => (state.sought = frame),
    select: (selection) => (state.selection = selection),
    selectSpectral: (spectral) => (state.spectral = spectral),
    edit: (edit) => edits.push(edit),
    ...more,
  }
  return { state, context }
}

const point = (frame: number, more: Partial<GesturePoint> = {}): GesturePoint => ({
  x: frame / 100, y: 50, frame, trackId: 'one', hertz: 1000, shiftKey: false, altKey: false, ...more,
})
const on = (part: ClipPart, which = a) => ({ clip: which, part })

describe('snapping', () => {
  it('jumps to the nearest place within reach, and to none beyond', () => {
    expect(snapFrame(10_650, [10_000, 11_000], viewport)).toBe(11_000)
    expect(snapFrame(10_800, [10_000], viewport)).toBe(10_800)
    expect(snapFrame(-50, [], viewport)).toBe(0)
  })

  it('knows edges, markers and the loop, but not the edges of what is dragged', () => {
    expect(snapPoints(project, [7], 'a').toSorted((x, y) => x - y)).toEqual([0, 7, 33_000, 40_000, 50_000, 60_000, 70_000])
  })

  it('lets either edge of a clip snap, the nearer one first', () => {
    expect(snapClip(9500, 20_000, [10_000], viewport)).toBe(10_000)
    expect(snapClip(19_700, 20_000, [40_000], viewport)).toBe(20_000)
    expect(snapClip(19_800, 20_000, [19_300, 40_000], viewport)).toBe(20_000)
  })
})

describe('placing clips', () => {
  it('finds the nearest gap that is wide enough', () => {
    const lane = track('x', clip('1', 0, 100), clip('2', 150, 100), clip('3', 400, 100))
    expect(nearestFreeStart(lane, 90, 60, 'new')).toBe(250)
    expect(nearestFreeStart(lane, 90, 50, 'new')).toBe(100)
    expect(nearestFreeStart(lane, 480, 10, 'new')).toBe(500)
    expect(nearestFreeStart(lane, 160, 100, '2')).toBe(160)
  })

  it('trims within the source and the neighbours', () => {
    expect(trimmedRange(project.tracks[0]!, a, 'start', 0, 30_000)).toEqual({ start: 5000, end: 30_000 })
    expect(trimmedRange(project.tracks[0]!, a, 'end', 90_000, 30_000)).toEqual({ start: 10_000, end: 35_000 })
    expect(trimmedRange(project.tracks[0]!, a, 'end', 90_000, 99_000)).toEqual({ start: 10_000, end: 40_000 })
    expect(trimmedRange(project.tracks[0]!, a, 'end', 0, 30_000)).toEqual({ start: 10_000, end: 10_064 })
  })
})

describe('the select tool', () => {
  it('puts the playhead where it is clicked, and clears the selection', () => {
    const { state, context } = told()
    const gesture = beginOnLane(on('body'), point(20_000), context)!
    gesture.move(point(20_200))
    gesture.end?.(point(20_200))
    expect(state.sought).toBe(20_200)
    expect(state.selection).toBeUndefined()
  })

  it('selects over time and lanes, in either direction', () => {
    const { state, context } = told()
    const gesture = beginOnLane(undefined, point(24_000, { trackId: 'two' }), context)!
    gesture.move(point(15_000))
    expect(state.selection).toEqual({ start: 15_000, end: 24_000, trackIds: ['one', 'two'] })
  })

  it('with Shift moves the nearer edge of the selection', () => {
    const { state, context } = told({ selection: { start: 10_000, end: 20_000, trackIds: ['one'] } })
    beginOnLane(on('body'), point(25_000, { shiftKey: true, trackId: 'two' }), context)
    expect(state.selection).toEqual({ start: 10_000, end: 25_000, trackIds: ['one'] })
  })
})

describe('handles of a clip', () => {
  it('move it to another lane, beside what is there', () => {
    const { state, context } = told()
    const gesture = beginOnLane(on('title', b), point(45_000), context)!
    gesture.move(point(45_100))
    expect(state.edits).toEqual([])
    gesture.move(point(28_000))
    expect(state.edits.at(-1)).toEqual({ kind: 'moveClip', clipId: 'b', trackId: 'one', start: 30_000 })
    gesture.move(point(28_000, { trackId: 'two' }))
    expect(state.edits.at(-1)).toEqual({ kind: 'moveClip', clipId: 'b', trackId: 'two', start: 23_000 })
  })

  it('trim, snapping to a marker unless Alt is held', () => {
    const { state, context } = told()
    const gesture = beginOnLane(on('trimEnd'), point(30_000), context)!
    gesture.move(point(33_300))
    gesture.move(point(33_300, { altKey: true }))
    expect(state.edits).toEqual([
      { kind: 'trimClip', clipId: 'a', start: 10_000, end: 33_000 },
      { kind: 'trimClip', clipId: 'a', start: 10_000, end: 33_300 },
    ])
  })

  it('fade, up to the other fade', () => {
    const { state, context } = told()
    const faded = { ...a, fadeOut: 8000 }
    beginOnLane(on('fadeIn', faded), point(10_000), context)!.move(point(99_000))
    expect(state.edits).toEqual([{ kind: 'fadeClip', clipId: 'a', fadeIn: 12_000, fadeOut: 8000 }])
  })

  it('change the gain, finer with Shift, within its range', () => {
    const { state, context } = told()
    const gesture = beginOnLane(on('gain'), point(20_000), context)!
    gesture.move(point(20_000, { y: 38 }))
    gesture.move(point(20_000, { y: 10, shiftKey: true }))
    gesture.move(point(20_000, { y: -900 }))
    expect(state.edits.map((edit) => edit.kind === 'gainClip' && edit.gain)).toEqual([3, 1, 24])
  })

  it('split with the split tool, inside the clip only', () => {
    const { state, context } = told({ tool: 'split' })
    const gesture = beginOnLane(on('body'), point(20_000), context)!
    gesture.end?.(point(20_000))
    gesture.end?.(point(29_995, { x: 200 }))
    expect(state.edits).toEqual([{ kind: 'splitClip', clipId: 'a', at: 20_000 }, { kind: 'splitClip', clipId: 'a', at: 29_995 }])
  })
})

describe('spectral tools', () => {
  it('draw a box within the clip, whichever corner comes first', () => {
    const { state, context } = told({ tool: 'box' })
    beginOnLane(on('body'), point(25_000, { hertz: 300 }), context)!.move(point(90_000, { hertz: 2000 }))
    expect(state.spectral).toEqual({ trackId: 'one', clipId: 'a', regions: [{ kind: 'box', start: 25_000, end: 30_000, low: 300, high: 2000 }] })
  })

  it('draw a lasso, and add to it with Shift', () => {
    const { state, context } = told({ tool: 'lasso' })
    const draw = (shiftKey: boolean, spectral: SpectralSelection | undefined) => {
      const gesture = beginOnLane(on('body'), point(12_000, { shiftKey }), { ...context, spectral })!
      gesture.move(point(14_000, { hertz: 2000 }))
      gesture.move(point(16_000, { hertz: 500 }))
    }
    draw(false, undefined)
    expect(state.spectral?.regions).toEqual([{ kind: 'lasso', points: [[12_000, 1000], [14_000, 2000], [16_000, 500]] }])
    draw(true, state.spectral)
    expect(state.spectral?.regions).toHaveLength(2)
  })

  it('dab with the brush at a click', () => {
    const { state, context } = told({ tool: 'brush' })
    beginOnLane(on('body'), point(12_000), context)
    expect(state.spectral?.regions).toEqual([{ kind: 'brush', points: [[12_000, 1000]], radius: [500, 100] }])
  })

  it('select time where there is no spectrogram', () => {
    const { state, context } = told({ tool: 'box' })
    beginOnLane(on('body'), point(12_000, { hertz: undefined }), context)!.move(point(15_000, { hertz: undefined }))
    expect(state.selection).toEqual({ start: 12_000, end: 15_000, trackIds: ['one'] })
  })
})

describe('regions', () => {
  const region = { kind: 'box', start: 12_000.4, end: 14_000, low: 1, high: 2 } as const
  it('become those of the source, from its first frame', () => {
    expect(regionsInSource([region], a)).toEqual([{ ...region, start: 7000.4, end: 9000 }])
  })

  it('have a range that holds the width of the brush', () => {
    expect(regionsRange([region, { kind: 'brush', points: [[20_000, 1]], radius: [500, 9] }])).toEqual({ start: 12_000, end: 20_500 })
    expect(regionsRange([])).toBeUndefined()
  })
})

describe('the ruler', () => {
  it('scrubs, moves markers, and makes and moves the loop', () => {
    const { state, context } = told()
    beginOnRuler({ kind: 'time' }, point(21_000), context)
    expect(state.sought).toBe(21_000)
    beginOnRuler({ kind: 'marker', markerId: 'm' }, point(33_000), context).move(point(36_000))
    beginOnRuler({ kind: 'band' }, point(80_000), context).move(point(75_000))
    beginOnRuler({ kind: 'loop' }, point(65_000), context).move(point(75_000))
    beginOnRuler({ kind: 'loopEnd' }, point(70_000), context).move(point(65_000))
    expect(state.edits).toEqual([
      { kind: 'moveMarker', markerId: 'm', at: 36_000 },
      { kind: 'setLoop', loop: { start: 75_000, end: 80_000, enabled: true } },
      { kind: 'setLoop', loop: { start: 70_000, end: 80_000, enabled: true } },
      { kind: 'setLoop', loop: { start: 60_000, end: 65_000, enabled: true } },
    ])
  })

  it('switches the loop with a click', () => {
    const { state, context } = told()
    beginOnRuler({ kind: 'loop' }, point(65_000), context).end?.(point(65_000))
    expect(state.edits).toEqual([{ kind: 'setLoop', loop: { start: 60_000, end: 70_000, enabled: false } }])
  })
})
