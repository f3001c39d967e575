import { describe, expect, it } from 'vitest'
import { follow } from '#renderer/playback/route'

describe('a route', () => {
  it('ends at the end, also when more was asked for', () => {
    expect(follow({ end: 1000 }, 900, 50)).toEqual({ stretches: [{ from: 900, frames: 50 }], next: 950 })
    expect(follow({ end: 1000 }, 900, 100)).toEqual({ stretches: [{ from: 900, frames: 100 }], next: undefined })
    expect(follow({ end: 1000 }, 900, 500)).toEqual({ stretches: [{ from: 900, frames: 100 }], next: undefined })
    expect(follow({ end: 1000 }, 1000, 500)).toEqual({ stretches: [], next: undefined })
  })

  it('goes round a loop as often as it fits, and on at its start when it ends with the piece', () => {
    const route = { end: 1000, loop: { start: 100, end: 103 } }
    expect(follow(route, 98, 10).stretches).toEqual([{ from: 98, frames: 5 }, { from: 100, frames: 3 }, { from: 100, frames: 2 }])
    expect(follow(route, 98, 10).next).toBe(102)
    expect(follow(route, 98, 5)).toEqual({ stretches: [{ from: 98, frames: 5 }], next: 100 })
  })

  it('is not drawn into a loop from behind it, and loops over what lies behind the last clip', () => {
    expect(follow({ end: 1000, loop: { start: 100, end: 200 } }, 200, 10)).toEqual({ stretches: [{ from: 200, frames: 10 }], next: 210 })
    expect(follow({ end: 150, loop: { start: 100, end: 200 } }, 190, 20).stretches).toEqual([{ from: 190, frames: 10 }, { from: 100, frames: 10 }])
  })
})
