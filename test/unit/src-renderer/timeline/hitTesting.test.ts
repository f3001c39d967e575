import { describe, expect, it } from 'vitest'
import { clipHandles, hitLane, hitRuler } from '#renderer/timeline/hitTesting'
import { laneLayout } from '#renderer/timeline/laneLayout'
import type { Clip, Track } from '#shared/project/project'

const clip = (id: string, start: number, length: number, more: Partial<Clip> = {}): Clip => ({
  id, sourceId: 's', start, offset: 0, length, gain: 0, fadeIn: 0, fadeOut: 0, ...more,
})
const track = (...clips: Clip[]): Track => ({ id: 't', name: 'T', role: 'vocals', gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform', clips })
/** 100 frames a pixel: clip a from x 100 to 300, b from 300 to 400, c from 500 to 510. */
const viewport = { framesPerPixel: 100, scrollFrame: 0, width: 1000 }
const lane = track(clip('a', 10_000, 20_000, { fadeIn: 5000 }), clip('b', 30_000, 10_000), clip('c', 50_000, 1000))
const layout = laneLayout(100, 'waveform')
const at = (x: number, y: number) => {
  const hit = hitLane(lane, viewport, layout, x, y)
  return hit && `${hit.clip.id} ${hit.part}`
}

describe('what is under the pointer', () => {
  it.each([
    [200, 8, 'a title'],
    [180, 60, 'a body'],
    [102, 60, 'a trimStart'],
    [97, 60, 'a trimStart'],
    [393, 60, 'b body'],
    [397, 60, 'b trimEnd'],
    [403, 60, 'b trimEnd'],
    [450, 60, undefined],
    [150, 24, 'a fadeIn'],
    [287, 24, 'a fadeOut'],
    [200, 24, 'a gain'],
    [505, 60, 'c body'],
    [501, 60, 'c body'],
    [200, 99, undefined],
  ])('at %i, %i is %s', (x, y, expected) => {
    expect(at(x, y)).toBe(expected)
  })

  it('is the edge of the clip that the pointer is in where two touch', () => {
    expect(at(299, 60)).toBe('a trimEnd')
    expect(at(301, 60)).toBe('b trimStart')
  })

  it('keeps the gain handle in sight when the clip is larger than the window', () => {
    const handles = clipHandles(clip('x', 0, 10_000_000), { framesPerPixel: 100, scrollFrame: 5_000_000, width: 1000 })
    expect(handles?.gain).toBe(500)
  })

  it('gives narrow clips no handles that would cover one another', () => {
    expect(clipHandles(clip('x', 0, 6000), viewport)).toBeUndefined()
  })
})

describe('what is under the pointer on the ruler', () => {
  const contents = { markers: [{ id: 'm', at: 20_000 }], loop: { start: 40_000, end: 60_000 } }
  it.each([
    [205, 5, { kind: 'marker', markerId: 'm' }],
    [205, 30, { kind: 'time' }],
    [402, 5, { kind: 'loopStart' }],
    [598, 5, { kind: 'loopEnd' }],
    [500, 5, { kind: 'loop' }],
    [700, 5, { kind: 'band' }],
  ])('at %i, %i is %o', (x, y, expected) => {
    expect(hitRuler(contents, viewport, x, y)).toEqual(expected)
  })
})

describe('the layout of a lane', () => {
  it.each(['waveform', 'spectrogram', 'both'] as const)('fills the body with %s, in whole pixels at any ratio', (view) => {
    for (const ratio of [1, 1.5, 2]) {
      const { body, waveform, spectrogram, title, height } = laneLayout(109, view, ratio)
      const strips = [waveform, spectrogram].filter((strip) => strip !== undefined)
      expect(strips.reduce((sum, strip) => sum + strip.height, 0)).toBe(body.height)
      expect(strips[0]!.top).toBe(title.top + title.height)
      expect(body.top + body.height).toBeLessThan(height)
      for (const { top, height } of strips) expect([top % 1, height % 1]).toEqual([0, 0])
    }
  })
})
