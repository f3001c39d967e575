import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outputError } from '#main/node/outputError'
import { exists } from '#main/node/temporaryFile'
import { writeWhole } from '#main/node/wholeFile'
import type { HistoryLine } from '#shared/training/history'

/** Adds an epoch to a run's history.jsonl, and to history.csv for spreadsheets. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
export async function appendHistory(folder: string, line: HistoryLine): Promise<void> {
  const columns = columnsOf(line)
  const table = join(folder, 'history.csv')
  try {
    if (!(await readFile(table, 'utf8').catch(() => ''))) await writeWhole(table, `${Object.keys(columns).join(',')}\n`)
    await appendFile(table, `${Object.values(columns).join(',')}\n`)
    await appendFile(join(folder, 'history.jsonl'), `${JSON.stringify(line)}\n`)
  } catch (error) {
    throw outputError(folder, error)
  }
}

/** The epochs of a run so far; a last line that was cut off by a crash is left out. */
export async function readHistory(folder: string): Promise<HistoryLine[]> {
  const text = await readFile(join(folder, 'history.jsonl'), 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as HistoryLine] : []
    } catch {
      return []
    }
  })
}

/** Takes back what a crash left of epochs after `step`, where the run goes on. */
export async function rewindHistory(folder: string, step: number): Promise<void> {
  if (!(await exists(join(folder, 'history.jsonl')))) return
  const lines = await readHistory(folder)
  const kept = lines.filter((line) => line.step <= step)
  await writeWhole(join(folder, 'history.jsonl'), kept.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const rows = kept.flatMap((line, i) => [...(i === 0 ? [Object.keys(columnsOf(line))] : []), Object.values(columnsOf(line))])
  await writeWhole(join(folder, 'history.csv'), rows.map((cells) => `${cells.join(',')}\n`).join(''))
}

function columnsOf({ epoch, step, seconds, learningRate, beta, score, best, waiting, ...line }: HistoryLine): Record<string, number | boolean> {
  const facts = { epoch, step, seconds, learningRate, beta, score, best, waiting, stepsPerSecond: line.stepsPerSecond ?? 0 }
  return { ...facts, ...prefixed('train', line.train), ...prefixed('validation', line.validation) }
}

function prefixed(prefix: string, values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]))
}
