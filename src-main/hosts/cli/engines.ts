import { parseArgs } from 'node:util'
import { engineIds } from '#main/engine/engine'
import type { RungReport } from '#main/engine/rungs'
import { bestRung, examineEngines } from '#main/engine/select'
import { formatTable } from '#main/hosts/cli/table'

const usage = `npm run engines -- [--again] [--json]
Tries every engine that can compute the models and says which are used, how fast they are, and why the others are not.
  --again  forget what was found before
  --json   one JSON document on standard output`

function table(reports: readonly RungReport[]): string {
  const rate = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(value < 10 ? 1 : 0))
  const uses = (report: RungReport) =>
    (['inference', 'training'] as const).filter((purpose) => bestRung(reports, purpose)?.id === report.id).join(', ')
  return formatTable([
    ['engine', 'computes on', 'inference', 'training', 'used for'],
    ...reports.map((report) => [
      report.id,
      report.label,
      rate(report.speed?.inference),
      rate(report.speed?.training),
      report.refusal ? 'refused' : uses(report) || '-',
    ]),
  ])
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { again: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  process.stderr.write('Trying the engines; the first time this takes about ten seconds.\n')
  const reports = await examineEngines(engineIds, { again: values.again ?? false })
  if (values.json) process.stdout.write(`${JSON.stringify({ engines: reports }, undefined, 2)}\n`)
  else {
    process.stdout.write(`${table(reports)}\n`)
    process.stdout.write('Speeds are patches of 128×256×8 a second through a small test network.\n')
    for (const { id, refusal } of reports) if (refusal) process.stdout.write(`\n${id}: ${refusal}\n`)
  }
  return reports.some((report) => report.speed) ? 0 : 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const isBadUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  if (!isBadUsage) throw error
  process.stderr.write(`${error.message}\n\n${usage}\n`)
  process.exitCode = 2
}
