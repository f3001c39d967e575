import { parseArgs } from 'node:util'
import { engineIds } from '#main/engine/engine'
import type { RungReport } from '#main/engine/rungs'
import { bestRung, examineEngines } from '#main/engine/select'
import { exitStatus, runCommand } from '#main/hosts/cli/command'
import { formatTable } from '#main/hosts/cli/table'

const usage = `npm run engines -- [--again] [--json]
Tries every engine that can compute the models and says which are used, how fast they are, and why the others are not.
  --again  forget what was found before
  --json   one JSON document on standard output
`

/** What the shell is told where nothing can be computed on this machine. */
const noEngine = 1

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

await runCommand(usage, async (args) => {
  const { values } = parseArgs({
    args,
    options: { again: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    process.stdout.write(usage)
    return exitStatus.done
  }
  process.stderr.write('Trying the engines; the first time this takes about ten seconds.\n')
  const reports = await examineEngines(engineIds, { again: values.again ?? false })
  if (values.json) process.stdout.write(`${JSON.stringify({ engines: reports }, undefined, 2)}\n`)
  else {
    process.stdout.write(`${table(reports)}\n`)
    process.stdout.write('Speeds are patches of 128×256×8 a second through a small test network.\n')
    for (const { id, refusal } of reports) if (refusal) process.stdout.write(`\n${id}: ${refusal}\n`)
  }
  return reports.some((report) => report.speed) ? exitStatus.done : noEngine
})
