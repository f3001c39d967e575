import { madeUpHistory, madeUpRun, type HistoryShape } from '../trainingHistories'
import type { Run } from '#shared/contract/training'
import type { TrainingConfigInput } from '#shared/training/config'
import type { HistoryLine } from '#shared/training/history'

export interface MadeUpRun {
  readonly run: Run
  readonly history: readonly HistoryLine[]
}

const whole: TrainingConfigInput = { totalSteps: 15_000, stepsPerEpoch: 250 }

/** Runs as a musician has them after a week: one that learns now, one that overfits, one that collapsed, one that was better. */
export function madeUpRuns(): MadeUpRun[] {
  return [
    made('live', 'Tuesday, all songs', { epochs: 38, seed: 3, pace: 11, ceiling: 6.1, collapsed: 7 }, whole, {
      status: 'running',
      startedAt: '2026-03-12T09:12:00.000Z',
      starred: true,
    }),
    made('overfit', 'Four songs only', { epochs: 52, seed: 5, pace: 6, ceiling: 4.9, turnsAt: 20, decay: 0.05, floor: 0.24, collapsed: 4 }, { ...whole, learningRate: 4e-3 }, {
      startedAt: '2026-03-11T18:40:00.000Z',
      datasetName: 'Four songs',
      dataHash: '91bb07ce55aa3d21',
    }),
    made('collapsed', 'Beta too high', { epochs: 33, seed: 8, pace: 8, ceiling: 4.2, floor: 0.41, collapsed: 40 }, { ...whole, beta: 1e-2 }, {
      startedAt: '2026-03-10T21:05:00.000Z',
      status: 'stopped',
    }),
    made('first', 'First try', { epochs: 24, seed: 2, pace: 7, ceiling: 3.6, noise: 0.14, waiting: 0.36 }, { ...whole, batchSize: 4 }, {
      startedAt: '2026-03-09T11:00:00.000Z',
      status: 'failed',
      error: { code: 'DISK_FULL', message: 'The disk is full. The run stopped at its last checkpoint; free some space and resume it.' },
    }),
  ]
}

function made(id: string, name: string, shape: HistoryShape, config: TrainingConfigInput, parts: Partial<Omit<Run, 'config'>>): MadeUpRun {
  const history = madeUpHistory({ ...shape, config })
  return { run: madeUpRun(id, history, { name, config, ...parts }), history }
}
