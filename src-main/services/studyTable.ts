import { outlineOf } from '#main/services/studyOutlines'
import type { StoredRow, StoredStudy } from '#main/services/studyPorts'
import type { Study, StudyRow } from '#shared/contract/studies'
import type { Run, RunStatus } from '#shared/contract/training'
import type { HistoryLine } from '#shared/training/history'

/** What a row is shown from. */
export interface RowFacts {
  readonly run: Run | undefined
  readonly history: readonly HistoryLine[]
  readonly isMeasuring: boolean
}

/** A study as it is now. */
export function studyOf(stored: StoredStudy, factsOf: (row: StoredRow) => RowFacts): Study {
  const outline = outlineOf(stored.outlineId)
  const { rows: storedRows, version: _, ...facts } = stored
  const rows = storedRows.map((row) => shownRow(row, factsOf(row)))
  const measured = storedRows.find((row) => row.measured)?.measured
  return {
    ...facts,
    title: outline?.title ?? stored.outlineId,
    question: outline?.question ?? '',
    status: statusOf(rows),
    factors: Object.keys(storedRows[0]?.factors ?? {}),
    measures: [...(outline?.measures ?? [])],
    ...(measured && { measuredOn: measured.measuredOn }),
    rows,
  }
}

function shownRow({ id, factors, seed, runId, error, measured }: StoredRow, facts: RowFacts): StudyRow {
  const { run, history, isMeasuring } = facts
  const best = history.findLast((line) => line.best)
  const last = history.at(-1)
  const failure = error ?? run?.error
  return {
    id,
    factors,
    seed,
    ...(runId !== undefined && { runId }),
    status: measured ? 'measured' : isMeasuring ? 'measuring' : error ? 'failed' : (run?.status ?? 'waiting'),
    ...(failure && { error: failure }),
    progress: run && run.progress.totalSteps > 0 ? run.progress.step / run.progress.totalSteps : 0,
    values: {
      ...(best?.validation.kl !== undefined && { kl: best.validation.kl }),
      ...(last && { seconds: last.seconds }),
      ...measured?.values,
    },
    ...(measured?.deviations && { deviations: measured.deviations }),
  }
}

/** States of a row in which something goes on by itself. */
const busy: ReadonlySet<StudyRow['status']> = new Set<StudyRow['status']>(['queued', 'preparing', 'running', 'yielding', 'measuring'])
const ended: ReadonlySet<StudyRow['status']> = new Set<StudyRow['status']>(['measured', 'failed'])

function statusOf(rows: readonly StudyRow[]): Study['status'] {
  if (rows.some(({ status }) => busy.has(status))) return 'running'
  return rows.every(({ status }) => ended.has(status)) ? 'finished' : 'paused'
}

/** True where a run has come to an end that can be measured. */
export function isMeasurable(status: RunStatus): boolean {
  return status === 'finished' || status === 'stopped'
}
