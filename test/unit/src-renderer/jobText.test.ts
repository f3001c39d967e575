import { describe, expect, it } from 'vitest'
import { announcement, percentOf } from '#renderer/features/studio/jobText'
import { formatLength, formatRate, formatResidual, formatTime, formatTimeLeft, spokenTime } from '#renderer/ui/formatting'
import type { JobState } from '#shared/jobs/job'

const at = (stage: string, completed: number): JobState<unknown> => ({
  status: 'running',
  progress: { stage, completed, total: 100, unit: 'seconds' },
})

describe('what is said of a job', () => {
  it('counts per cent over all stages, so that the bar never goes back when the next stage begins', () => {
    const steps = [at('starting', 0), at('separating', 50), at('separating', 100), at('writing', 0), at('writing', 100), at('checking', 100), at('finishing', 100)]
    const percents = steps.map((state) => percentOf(state)!)
    expect(percents).toEqual([...percents].sort((a, b) => a - b))
    expect(percents.at(-1)).toBe(100)
  })

  it('is announced once a quarter, and not at every step between', () => {
    const said = (before: JobState<unknown> | undefined, after: JobState<unknown>) => announcement('Song', before, after)
    expect(said(at('separating', 10), at('separating', 20))).toBeUndefined()
    expect(said(at('separating', 20), at('separating', 30))).toBe('Song: 25 per cent.')
    expect(said(at('separating', 30), at('separating', 40))).toBeUndefined()
    expect(said(at('separating', 20), at('separating', 90))).toBe('Song: 75 per cent.')
    expect(said(at('checking', 100), { status: 'succeeded', result: undefined })).toMatch(/100 per cent/)
    expect(said({ status: 'cancelled' }, { status: 'cancelled' })).toBeUndefined()
  })
})

describe('numbers as people read them', () => {
  it('keeps to minutes and seconds', () => {
    expect([59.9, 60, 3599, 3600, 3725].map(formatTime)).toEqual(['0:59', '1:00', '59:59', '1:00:00', '1:02:05'])
    expect([0, 1, 61, 120].map(spokenTime)).toEqual(['0 seconds', '1 second', '1 minute 1 second', '2 minutes'])
    expect([3, 42, 200, 3600, 34_000].map(formatTimeLeft)).toEqual(['a few seconds left', 'about 45 s left', 'about 4 min left', 'about 60 min left', 'about 9.5 h left'])
    expect(formatLength(undefined)).toBe('unknown')
    expect([44100, 48000, 11025].map(formatRate)).toEqual(['44.1 kHz', '48 kHz', '11.025 kHz'])
    expect([-200, -138.46].map(formatResidual)).toEqual(['exact to the last bit', 'residual -138.5 dBFS'])
  })
})
