import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openEngine } from '#main/engine/select'
import { createProgressBar } from '#main/hosts/cli/progressBar'
import { formatTable } from '#main/hosts/cli/table'
import { appRoot } from '#main/node/appRoot'
import { openReferenceSong, findReferenceSongs } from '#main/node/referenceSongs'
import { loadModel } from '#main/node/modelFiles'
import { evaluateSong, type SongScores } from '#main/separation/evaluation'
import { createSeparator } from '#main/separation/separator'
import { isCancellation, toAppError } from '#shared/errors'
import { summarizeSdr, type SdrScores } from '#shared/metrics/sdr'

const usage = `Measures how well a model separates songs whose stems are known.

  npm run evaluate -- DIR [--model ID|FOLDER] [--quality fast|best] [--json]

DIR holds songs as <song>/vocals.* with <song>/accompaniment.*; the mixture is their sum.
`

const exitStatus = { done: 0, usage: 2, failed: 3, cancelled: 130 }
const rows = ['vocals', 'accompaniment', 'mixture', 'oracle'] as const

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      model: { type: 'string', default: 'duovae' },
      quality: { type: 'string', default: 'fast' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const { quality } = values
  if (values.help || positionals.length !== 1 || (quality !== 'fast' && quality !== 'best')) {
    process.stderr.write(usage)
    return values.help ? exitStatus.done : exitStatus.usage
  }
  const here = process.env['INIT_CWD'] ?? process.cwd()
  const directory = /[\\/]/.test(values.model) ? resolve(here, values.model) : join(appRoot, 'resources/models', values.model)
  const stop = new AbortController()
  process.on('SIGINT', () => stop.abort())
  const songs = await findReferenceSongs(resolve(here, positionals[0]!))
  const { card, parameters } = await loadModel(directory)
  const engine = await openEngine()
  const separator = await createSeparator(card.config, parameters, engine)
  const results: ({ song: string } & SongScores)[] = []
  for (const song of songs) {
    const bar = createProgressBar(process.stderr, song.name, () => performance.now())
    const context = { signal: stop.signal, onProgress: (progress: unknown) => bar.show(progress as never), yieldTurn: () => new Promise<void>((done) => setImmediate(done)) }
    results.push({ song: song.name, ...(await evaluateSong(await openReferenceSong(song), separator, quality, context)) })
    bar.clear()
  }
  const mean = Object.fromEntries(rows.map((row) => [row, summarizeSdr(results.map((result) => result[row]))])) as Record<(typeof rows)[number], SdrScores>
  const report = { songs: results, mean, model: values.model, engine: engine.label }
  process.stdout.write(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : `${table(results, mean)}\n${card.name} on ${engine.label}\n`)
  return exitStatus.done
}

function table(songs: readonly ({ song: string } & SongScores)[], mean: Omit<SongScores, never>): string {
  const lines = [...songs, { song: 'mean', ...mean }].flatMap((song) =>
    rows.map((row) => [row === 'vocals' ? song.song : '', row, ...[song[row].usdr, song[row].csdr, song[row].sisdr].map((value) => value?.toFixed(2) ?? '-')]),
  )
  return formatTable([['song', '', 'uSDR', 'cSDR', 'SI-SDR'], ...lines])
}

try {
  process.exit(await main(process.argv.slice(2)))
} catch (error) {
  if (isCancellation(error)) process.exit(exitStatus.cancelled)
  const { code, message } = toAppError(error)
  process.stderr.write(`${code}: ${message}\n`)
  process.exit(exitStatus.failed)
}
