import { describe, expect, it } from 'vitest'
import { bestText, courseText, differencesFrom, sortedRuns } from '#renderer/features/train/runs/runRows'
import { madeUpHistory, madeUpRun } from '#test/trainingHistories'

const short = madeUpHistory({ epochs: 1 })
const runs = [
  madeUpRun('Run 10', madeUpHistory({ epochs: 30 }), { startedAt: '2026-03-01T10:00:00Z', size: 1 }),
  madeUpRun('Run 9', [], { startedAt: '2026-03-03T10:00:00Z', size: 3 }),
  madeUpRun('Run 2', madeUpHistory({ epochs: 5 }), { startedAt: '2026-03-02T10:00:00Z', size: 2, starred: true }),
  madeUpRun('Run 1', short, { startedAt: '2026-03-04T10:00:00Z', size: 0 }),
]
const names = (order: Parameters<typeof sortedRuns>[1]) => sortedRuns(runs, order).map(({ name }) => name)

describe('the list of runs', () => {
  it('is in the order that was asked for, stars first, runs without a score last', () => {
    expect(names('newest')).toEqual(['Run 2', 'Run 1', 'Run 9', 'Run 10'])
    expect(names('best')).toEqual(['Run 2', 'Run 10', 'Run 1', 'Run 9'])
    expect(names('name')).toEqual(['Run 2', 'Run 1', 'Run 9', 'Run 10'])
    expect(names('size')).toEqual(['Run 2', 'Run 9', 'Run 10', 'Run 1'])
  })

  it('says how runs differ from the selected one', () => {
    const other = madeUpRun('other', [], { config: { learningRate: 4e-3, loss: { freeBits: 0.2 } } })
    expect(differencesFrom(runs[0], other)).toBe('learning rate 0.004, not 0.002 · free bits 0.2, not 0.05')
    expect(differencesFrom(runs[0], runs[1]!)).toBe('same parameters and data')
    expect(differencesFrom(runs[0], runs[0]!)).toBe('')
    expect(differencesFrom(undefined, other)).toBe('')
  })

  it('says how far a run came, also one that has not begun', () => {
    expect([courseText(runs[3]!), courseText(runs[1]!)]).toEqual(['1 epoch, 1 min', 'not begun'])
    expect(bestText(runs[1]!)).toBe('–')
    expect(bestText(runs[0]!)).toMatch(/^\d\.\d\d dB$/)
  })
})
