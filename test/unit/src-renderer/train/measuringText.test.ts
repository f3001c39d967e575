import { describe, expect, it } from 'vitest'
import { measuringText } from '#renderer/features/train/teach/measuringText'
import type { JobState } from '#shared/jobs/job'

const running = (stage: string, completed: number, total: number): JobState<unknown> => ({ status: 'running', progress: { stage, completed, total, unit: 'files' } })

describe('the measuring of a lesson', () => {
  // A bar that runs twice, or stands still for minutes, looks like a fault.
  it('goes forward over all its stages, and says which song it is at', () => {
    const states = [undefined, { status: 'queued' } as const, running('starting', 0, 0), running('reading', 0, 2), running('reading', 1, 2), running('measuring', 0, 4), running('measuring', 3, 4)]
    const percents = states.map((state) => measuringText(state).percent)
    expect(percents).toEqual([0, 0, 0, 0, 10, 20, 80])
    expect(measuringText(running('measuring', 3, 4)).text).toBe('Measuring before and after, 4 of 4')
    expect(measuringText({ status: 'queued' }).text).toContain('when what is computed now is done')
  })
})
