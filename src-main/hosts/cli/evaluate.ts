import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openEngine } from '#main/engine/select'
import { callersFolder, exitStatus, interruptSignal, oneOf, runCommand, UsageError } from '#main/hosts/cli/command'
import { evaluateLab, labTables } from '#main/hosts/cli/evaluateLab'
import { evaluatePlayground, playgroundOptions, playgroundTable } from '#main/hosts/cli/evaluatePlayground'
import { createProgressBar } from '#main/hosts/cli/progressBar'
import { formatTable } from '#main/hosts/cli/table'
import { appRoot } from '#main/node/appRoot'
import { loadOwnSeparator } from '#main/node/modelFiles'
import { findReferenceSongs, openReferenceSong } from '#main/node/referenceSongs'
import { workContext } from '#main/node/workContext'
import { evaluateSong, scoreRows, summarizeScores, type SongScores } from '#main/separation/evaluation'
import { createSeparator } from '#main/separation/separator'
import { qualities, type Quality } from '#shared/contract/separation'

const usage = `Measures how well a model separates songs whose stems are known.

  npm run evaluate -- DIR [--model ID|FOLDER] [--quality fast|best] [--json]

DIR holds songs as <song>/vocals.* with <song>/accompaniment.*; the mixture is their sum.

  npm run evaluate -- --playground [--data DIR] [--model ID|FOLDER ...] [--runs 10] [--pairs 10000] [--seed 1]
                      [--rule average|sum|max|alpha [--level 0.5]] [--json]

Measures how well networks take random mixtures of two pictures apart that none of them has learned from: those of the app, and
those that are named. DIR holds IDX files in two folders, such as mnist and fashion-mnist.

  npm run evaluate -- --lab [--data DIR] [--model ID|FOLDER ...] [--json]

Measures the models of the Lab, those of the app or those that are named, on sounds that none has learned from, and holds each figure
against its card. DIR holds the folders fsdd and esc10, or the sounds themselves.
`

type NamedScores = { song: string } & SongScores

await runCommand(usage, async (args) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      model: { type: 'string', multiple: true, default: [] as string[] },
      playground: { type: 'boolean', default: false },
      lab: { type: 'boolean', default: false },
      data: { type: 'string' },
      runs: { type: 'string' },
      pairs: { type: 'string' },
      seed: { type: 'string' },
      rule: { type: 'string' },
      level: { type: 'string' },
      quality: { type: 'string', default: 'fast' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(usage)
    return exitStatus.done
  }
  const here = callersFolder('evaluate')
  if (values.playground) {
    if (positionals.length > 0) throw new UsageError('With --playground the folder of pictures is named with --data.')
    const { data, runs, pairs, seed, rule, level } = values
    const report = await evaluatePlayground(playgroundOptions({ data, runs, pairs, seed, rule, level }, values.model, here))
    process.stdout.write(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : playgroundTable(report))
    return exitStatus.done
  }
  if (values.lab) {
    if (positionals.length > 0) throw new UsageError('With --lab the folder of sounds is named with --data.')
    const report = await evaluateLab(values.model, values.data, here, await openEngine(), interruptSignal())
    process.stdout.write(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : labTables(report))
    return exitStatus.done
  }
  const [folder, ...rest] = positionals
  if (folder === undefined || rest.length > 0) throw new UsageError('One folder of songs must be named.')
  const quality = oneOf('quality', values.quality, qualities)
  const model = values.model.at(-1) ?? 'duovae'
  const { songs, label, name } = await evaluate(resolve(here, folder), modelFolder(model, here), quality)
  const report = { songs, mean: summarizeScores(songs), model, engine: label }
  if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  else process.stdout.write(`${table([...songs, { song: 'mean', ...report.mean }])}\n${name} on ${label}\n`)
  return exitStatus.done
})

/** A path, or the id of a shipped model. */
function modelFolder(model: string, here: string): string {
  return /[\\/]/.test(model) ? resolve(here, model) : join(appRoot, 'resources/models', model)
}

async function evaluate(folder: string, modelDirectory: string, quality: Quality) {
  const signal = interruptSignal()
  const files = await findReferenceSongs(folder)
  const { card, parameters } = await loadOwnSeparator(modelDirectory)
  const engine = await openEngine()
  const separator = await createSeparator(card.config, parameters, engine)
  const songs: NamedScores[] = []
  for (const song of files) {
    const bar = createProgressBar(process.stderr, song.name, () => performance.now())
    const scores = await evaluateSong(await openReferenceSong(song), separator, quality, workContext(signal, bar.show))
    songs.push({ song: song.name, ...scores })
    bar.clear()
  }
  return { songs, label: engine.label, name: card.name }
}

function table(songs: readonly NamedScores[]): string {
  const lines = songs.flatMap((song) =>
    scoreRows.map((row) => {
      const { usdr, csdr, sisdr } = song[row]
      const cells = [usdr, csdr, sisdr].map((value) => value?.toFixed(2) ?? '-')
      return [row === 'vocals' ? song.song : '', row, ...cells]
    }),
  )
  return formatTable([['song', '', 'uSDR', 'cSDR', 'SI-SDR'], ...lines])
}
