import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Piece } from '#renderer/playback/piece'
import { follow, type Route } from '#renderer/playback/route'
import { Scheduler } from '#renderer/playback/scheduler'

const sampleRate = 1000

/** A clock that is set by hand, and what would be heard at each of its frames: the frame of the timeline. */
function setUp(route: Route = { end: 10_000 }) {
  const heard: (number | undefined)[] = []
  const state = { now: 0, route, delay: 0, failing: false, cuts: 0, whole: true }
  const ended = vi.fn<() => void>()
  const failed = vi.fn<(error: unknown) => void>()
  const put = (piece: Piece, at: number, skip: number) => {
    // What is late in the past is heard by nobody.
    const frames = piece.stretches.flatMap(({ from, frames: count }) => Array.from({ length: count }, (_, i) => from + i))
    frames.slice(skip).forEach((frame, i) => (heard[at + i] = frame))
  }
  const scheduler = new Scheduler({
    sampleRate,
    output: {
      now: () => state.now,
      replace(piece, at, skip) {
        expect(at).toBeGreaterThan(state.now)
        heard.length = Math.min(heard.length, at)
        put(piece, at, skip)
      },
      add(piece, at) {
        expect(at).toBeGreaterThan(state.now)
        put(piece, at, 0)
      },
    },
    async cut(from, frames) {
      state.cuts++
      const course = follow(state.route, from, frames)
      if (state.delay > 0) await new Promise((resolve) => setTimeout(resolve, state.delay))
      if (state.failing) throw new Error('gone')
      const count = course.stretches.reduce((sum, stretch) => sum + stretch.frames, 0)
      return { programme: [], frames: count, lanes: [], nulls: [{ at: 0, peak: from / 1e6 }], whole: state.whole, ...course }
    },
    onEnd: ended,
    onError: failed,
  })
  const advance = async (milliseconds: number) => {
    for (let i = 0; i < milliseconds; i += 10) {
      state.now += 10
      await vi.advanceTimersByTimeAsync(10)
    }
  }
  /** Consecutive frames of the timeline that were heard from frame `from` of the clock on. */
  const runs = (from = 0) => {
    const found: { from: number; frames: number }[] = []
    for (let at = from; at < heard.length; at++) {
      const frame = heard[at]
      const last = found.at(-1)
      if (frame !== undefined && last && frame === last.from + last.frames && heard[at - 1] !== undefined) last.frames++
      else if (frame !== undefined) found.push({ from: frame, frames: 1 })
    }
    return found
  }
  return { scheduler, state, heard, advance, runs, ended, failed }
}

describe('the scheduler', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('plays every frame once without a gap, ends, and says where it is all the time', async () => {
    const { scheduler, state, heard, advance, runs, ended } = setUp()
    scheduler.start(123)
    for (let i = 0; i < 900; i++) {
      await advance(10)
      if (heard[state.now] !== undefined) expect(scheduler.placeAt(state.now)).toBe(heard[state.now])
    }
    expect(ended).not.toHaveBeenCalled()
    await advance(1100)
    expect(runs()).toEqual([{ from: 123, frames: 10_000 - 123 }])
    expect(ended).toHaveBeenCalledOnce()
    expect([scheduler.active, scheduler.gaps]).toEqual([false, 0])
  })

  it('stays two seconds ahead, so that a page that is busy for that long leaves no gap, and not much more', async () => {
    const { scheduler, state, heard, advance, runs } = setUp({ end: 1e9 })
    scheduler.start(0)
    await advance(500)
    expect(heard.length - state.now).toBeGreaterThan(2000)
    expect(heard.length - state.now).toBeLessThan(3000)
    state.now += 1800
    await advance(500)
    expect(runs().length).toBe(1)
    expect(scheduler.gaps).toBe(0)
  })

  it('counts a gap where samples came too late, and goes on in step after it', async () => {
    const { scheduler, state, heard, advance, runs } = setUp({ end: 1e9 })
    scheduler.start(0)
    await advance(500)
    const next = heard.length
    state.delay = 4000
    await advance(6000)
    state.delay = 0
    await advance(5000)
    expect(scheduler.gaps).toBeGreaterThan(0)
    expect(runs().map(({ from }) => from).slice(0, 2)).toEqual([0, runs()[0]!.frames])
    expect(runs()[0]!.frames).toBeGreaterThanOrEqual(next - 100)
    expect(scheduler.placeAt(state.now)).toBe(heard[state.now])
  })

  it('seeks to the frame; what plays goes on until the new place is read', async () => {
    const { scheduler, state, heard, advance, runs } = setUp()
    scheduler.start(0)
    await advance(1000)
    state.delay = 200
    scheduler.start(7000)
    expect(scheduler.pending).toBe(7000)
    await advance(100)
    expect(heard[state.now]).toBeLessThan(2000)
    await advance(400)
    expect(scheduler.pending).toBeUndefined()
    expect(runs().length).toBe(2)
    expect(runs()[1]!.from).toBe(7000)
    expect(scheduler.placeAt(state.now)).toBe(heard[state.now])
  })

  it('takes on an edit in step, also when reading it took longer than expected', async () => {
    for (const delay of [0, 40, 150, 400]) {
      const { scheduler, state, heard, advance, runs } = setUp({ end: 1e9 })
      scheduler.start(0)
      await advance(1000)
      // The edit: a loop that the position is in already.
      state.route = { end: 1e9, loop: { start: 500, end: 2200 } }
      state.delay = delay
      scheduler.refresh()
      await advance(600)
      state.delay = 0
      await advance(2000)
      expect(runs().slice(0, 2)).toMatchObject([{ from: 0, frames: 2200 }, { from: 500 }])
      expect(heard.filter((frame) => frame === 1900).length).toBeGreaterThan(0)
      expect(scheduler.gaps).toBe(0)
    }
  })

  it('hears the last of many edits that come faster than they can be read, and does not starve meanwhile', async () => {
    const { scheduler, state, advance, runs } = setUp({ end: 1e9 })
    scheduler.start(0)
    await advance(500)
    state.delay = 60
    const before = state.cuts
    for (let i = 0; i < 50; i++) {
      scheduler.refresh()
      await advance(20)
    }
    expect(state.cuts - before).toBeGreaterThan(5)
    state.route = { end: 1700 }
    scheduler.refresh()
    await advance(2000)
    expect(runs()).toEqual([{ from: 0, frames: 1700 }])
  })

  it('ends where an edit leaves nothing behind the position', async () => {
    for (const delay of [0, 100]) {
      const { scheduler, state, heard, advance, ended } = setUp({ end: 1e9 })
      scheduler.start(0)
      await advance(1000)
      state.route = { end: 500 }
      state.delay = delay
      scheduler.refresh()
      await advance(500)
      expect(ended).toHaveBeenCalledOnce()
      expect(heard.length).toBeLessThan(state.now)
    }
  })

  it('gives nothing more after it was stopped while it read, and starts anew', async () => {
    const { scheduler, state, heard, advance, runs } = setUp()
    state.delay = 50
    scheduler.start(0)
    scheduler.stop()
    await advance(500)
    expect(heard).toEqual([])
    scheduler.start(40)
    scheduler.stop()
    scheduler.start(70)
    await advance(500)
    expect(runs()[0]!.from).toBe(70)
  })

  it('stops and tells when something cannot be read', async () => {
    const { scheduler, state, advance, failed } = setUp()
    scheduler.start(0)
    await advance(300)
    state.failing = true
    await advance(3000)
    expect(failed).toHaveBeenCalledOnce()
    expect(scheduler.active).toBe(false)
  })

  it('reads again when a sound that had not all been there has grown, and only then', async () => {
    const { scheduler, state, advance } = setUp({ end: 1e9 })
    scheduler.start(0)
    await advance(300)
    let before = state.cuts
    scheduler.grew()
    await advance(10)
    expect(state.cuts).toBe(before)
    state.whole = false
    await advance(1000)
    state.whole = true
    before = state.cuts
    scheduler.grew()
    await advance(10)
    expect(state.cuts).toBeGreaterThan(before)
  })

  it('tells the null of what is heard, not of what is scheduled', async () => {
    const { scheduler, state, advance } = setUp()
    scheduler.start(1000)
    await advance(700)
    // The first piece began at 1000, the second at 1250.
    expect(scheduler.nullPeak(state.now - 900, state.now - 500)).toBe(1000 / 1e6)
    expect(scheduler.nullPeak(state.now - 500, state.now)).toBe(1250 / 1e6)
  })
})
