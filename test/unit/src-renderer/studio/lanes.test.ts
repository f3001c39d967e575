import { describe, expect, it } from 'vitest'
import { focusedClip } from '#renderer/features/studio/focusedClip'
import { fillingHeights } from '#renderer/features/studio/lanes/laneHeights'
import { defaultLaneHeight } from '#renderer/timeline/laneLayout'
import { formatGain, formatPan, meterShare, spokenGain, spokenPan } from '#renderer/ui/levels'
import { addClip, addSource, addTrack } from '#shared/project/edits'
import { emptyProject, type Project } from '#shared/project/project'

/** Two lanes; the first with clips at 0 to 100 and 200 to 300, the second with one at 150 to 250. */
function twoLanes(): Project {
  const source = { id: 's', name: 'Song', soundId: 'sound', sampleRate: 44100, channels: 2, frames: 100 }
  let project = addSource(emptyProject('p', 'Test'), { source })
  project = addTrack(project, { track: { id: 'one', name: 'One', role: 'mixture' } })
  project = addTrack(project, { track: { id: 'two', name: 'Two', role: 'vocals' } })
  const places = [['one', 'a', 0], ['one', 'b', 200], ['two', 'c', 150]] as const
  for (const [trackId, id, start] of places) project = addClip(project, { trackId, clip: { id, sourceId: 's', start } })
  return project
}

describe('the clip that commands are about', () => {
  const project = twoLanes()
  const at = (trackId: string | undefined, clipId: string | undefined, frame: number) => focusedClip(project, trackId, clipId, frame)?.id

  it('is the one at the playhead on the focused lane, else the nearest there', () => {
    expect([at('one', undefined, 0), at('one', undefined, 99), at('one', undefined, 100)]).toEqual(['a', 'a', 'a'])
    expect([at('one', undefined, 190), at('one', undefined, 200), at('two', undefined, 0)]).toEqual(['b', 'b', 'c'])
  })

  it('is the picked one, but not when another lane was focused since', () => {
    expect(at('one', 'b', 0)).toBe('b')
    expect(at('two', 'b', 0)).toBe('c')
    expect(at('one', 'gone', 0)).toBe('a')
  })

  it('is of the first lane where none is focused, and none without lanes', () => {
    expect(at(undefined, undefined, 0)).toBe('a')
    expect(focusedClip(emptyProject('p', 'Empty'), undefined, undefined, 0)).toBeUndefined()
  })
})

describe('heights of lanes', () => {
  const { tracks } = twoLanes()
  const sum = (available: number) => [...fillingHeights(tracks, available).values()].reduce((all, height) => all + height, 0)

  it('fill what there is room for, and never more', () => {
    for (const available of [300, 320, 380]) expect(sum(available) + tracks.length).toBeLessThanOrEqual(available)
    expect(sum(320)).toBeGreaterThan(sum(300))
  })

  it('are never lower than usual, and do not grow without end', () => {
    expect([...fillingHeights(tracks, 10)]).toEqual(tracks.map((track) => [track.id, defaultLaneHeight(track)]))
    expect(sum(5000)).toBe(sum(9000))
  })
})

describe('levels in words', () => {
  it('have a sign, and end at silence', () => {
    expect([0, 1.5, -6, -0.02, -60, -Infinity].map(formatGain)).toEqual(['0.0', '+1.5', '−6.0', '0.0', '−∞', '−∞'])
    expect([0, 1.5, -6, -60].map(spokenGain)).toEqual(['0 decibels', 'plus 1.5 decibels', 'minus 6 decibels', 'silent'])
    expect([0, -0.3, 1].map(formatPan)).toEqual(['C', 'L 30', 'R 100'])
    expect([0, -0.3, 1].map(spokenPan)).toEqual(['centre', '30 per cent left', '100 per cent right'])
  })

  it('rise on a meter from -60 dBFS to full scale without a jump', () => {
    const shares = Array.from({ length: 601 }, (_, i) => meterShare(-60 + i / 10))
    expect([shares[0], shares[600], meterShare(NaN), meterShare(3)]).toEqual([0, 1, 0, 1])
    for (let i = 1; i < shares.length; i++) {
      expect(shares[i]! - shares[i - 1]!).toBeGreaterThan(0)
      expect(shares[i]! - shares[i - 1]!).toBeLessThan(0.01)
    }
  })
})
