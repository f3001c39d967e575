import { describe, expect, it } from 'vitest'
import { findEvents } from '#shared/detection/findEvents'

const at = (start: number, score: number, length = 0.5) => ({ start, end: start + length, score })

describe('events among candidates', () => {
  it('finds what reaches the threshold, and nothing else that stands alone', () => {
    expect(findEvents([at(0, 0.49), at(2, 0.5), at(4, 0.1)], { threshold: 0.5 })).toEqual([at(2, 0.5)])
  })

  it('goes on with what is nearly as good and follows at once, or comes shortly before', () => {
    // Without hysteresis a sound that swells and falls would be cut to its middle.
    const candidates = [at(0, 0.45), at(0.5, 0.9), at(1, 0.42), at(1.5, 0.3)]
    expect(findEvents(candidates, { threshold: 0.5 })).toEqual([{ start: 0, end: 1.5, score: 0.9 }])
  })

  it('does not make a find of several that are only nearly as good', () => {
    expect(findEvents([at(0, 0.45), at(0.5, 0.49)], { threshold: 0.5 })).toEqual([])
  })

  it('joins finds that are nearer than the gap, keeps others apart, and takes the higher score', () => {
    const candidates = [at(0, 0.6), at(0.7, 0.8), at(3, 0.7)]
    expect(findEvents(candidates, { threshold: 0.5, gap: 0.3 })).toEqual([{ start: 0, end: 1.2, score: 0.8 }, at(3, 0.7)])
    expect(findEvents(candidates, { threshold: 0.5, gap: 0.1 })).toHaveLength(3)
  })

  it('keeps the end of a long one that a shorter one lies in', () => {
    expect(findEvents([at(0, 0.9, 3), at(1, 0.9)], { threshold: 0.5 })).toEqual([at(0, 0.9, 3)])
  })
})
