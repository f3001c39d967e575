import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openEngine } from '#main/engine/select'
import { callersFolder, exitStatus, interruptSignal, runCommand, UsageError } from '#main/hosts/cli/command'
import { credited } from '#main/hosts/cli/credited'
import { publishLab } from '#main/hosts/cli/publishLab'
import { publishUnmixer } from '#main/hosts/cli/publishUnmixer'
import { joinMembers } from '#main/models/members'
import type { SeparatorFileCard } from '#main/models/modelCard'
import { requireSelfTest, selfTestMask } from '#main/models/selfTest'
import { viewCounts, type ViewCount } from '#main/models/unmixerViews'
import { appRoot } from '#main/node/appRoot'
import { loadOwnSeparator, saveModel } from '#main/node/modelFiles'
import { findReferenceSongs, openReferenceSong, type ReferenceFiles } from '#main/node/referenceSongs'
import { unwatchedContext } from '#main/node/workContext'
import { evaluateSong, summarizeScores, type SongScores } from '#main/separation/evaluation'
import { createSeparator, type Separator, songSeparator } from '#main/separation/separator'
import { realTimeFactor } from '#main/separation/speed'
import { averageParameters } from '#main/training/averaging'

const usage = `Puts a trained model into resources/models with a card that says how it was measured.

  npm run publish-model -- RUN/model[+RUN/model ...] [...] --id ID --name NAME --summary TEXT --songs DIR --only NAMES
                           [--lean LOGITS] [--credit TEXT ...]
  npm run publish-model -- RUN/model[+RUN/model ...] --playground --id ID --name NAME --summary TEXT [--data DIR]
                           [--views 5] [--credit TEXT ...]
  npm run publish-model -- RUN/model --lab --id ID --name NAME --summary TEXT [--data DIR] [--credit TEXT ...]

Several models become one whose masks are the mean of theirs; models joined by + were trained on from one start and become one
network first, the mean of their weights. --lean moves masks towards vocals where somebody sings: networks that meet voices unlike
those of their training give too little. The result is measured on the songs NAMES (comma-separated) below DIR, none of which it may
have been trained on. With --playground it is one that takes pictures apart, and it is measured with the test pictures below DIR; with
--views 5 its mask is the mean over the mixture as it is and moved by a pixel each way, which takes five times as long. With --lab it is one of the Lab's, measured as by
evaluate --lab.
`

/** Where the lean that is asked for does not hold, and from which share of a moment's power on it does; see docs/experiments.md. */
const leanElsewhere = { unsung: -0.5, presence: 0.2 }

await runCommand(usage, async (args) => {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      id: { type: 'string' },
      name: { type: 'string' },
      summary: { type: 'string' },
      songs: { type: 'string' },
      only: { type: 'string' },
      lean: { type: 'string', default: '0' },
      playground: { type: 'boolean', default: false },
      lab: { type: 'boolean', default: false },
      data: { type: 'string' },
      views: { type: 'string' },
      credit: { type: 'string', multiple: true, default: [] },
    },
  })
  const { id, name, summary, songs: folder, only } = values
  const here = callersFolder('publish-model')
  if (values.playground) {
    if (positionals.length !== 1 || !id || !name || !summary) throw new UsageError('One model must be named, or some joined by +, with --id, --name and --summary.')
    const folders = positionals[0]!.split('+').map((each) => resolve(here, each))
    const data = values.data === undefined ? undefined : resolve(here, values.data)
    const publication = { id, name, summary, credits: values.credit, data, views: viewsOption(values.views) }
    process.stdout.write(`${await publishUnmixer(folders, publication, await openEngine(), interruptSignal())}\n`)
    return exitStatus.done
  }
  if (values.lab) {
    if (positionals.length !== 1 || !id || !name || !summary) throw new UsageError('One model must be named, with --id, --name and --summary.')
    const publication = { id, name, summary, credits: values.credit, data: values.data }
    process.stdout.write(`${await publishLab(resolve(here, positionals[0]!), publication, here, await openEngine(), interruptSignal())}\n`)
    return exitStatus.done
  }
  if (positionals.length === 0 || !id || !name || !summary || !folder || !only) {
    throw new UsageError('At least one model must be named, and every option but --credit.')
  }
  const songs = await songsCalled(only.split(','), resolve(here, folder))
  const lean = Number(values.lean)
  if (!Number.isFinite(lean)) throw new UsageError(`--lean is a number, not "${values.lean}".`)
  const engine = await openEngine()
  const folders = positionals.map((joined) => joined.split('+').map((folder) => resolve(here, folder)))
  const groups = await Promise.all(folders.map((group) => Promise.all(group.map(loadOwnSeparator))))
  const models = groups.flat()
  for (const { card, parameters } of models) await requireSelfTest(card.selfTest, card.config, parameters, engine)
  const joined = models.find(({ card }) => (card.config.members ?? 1) > 1)
  if (joined) throw new UsageError(`"${joined.card.name}" is made of several networks already; name the runs that they come from.`)
  const networks = groups.map((group) => averageParameters(group.map((model) => model.parameters)))
  const parameters = joinMembers(networks)
  const config = { ...models[0]!.card.config, members: networks.length, ...(lean !== 0 && { lean: { sung: lean, ...leanElsewhere } }) }
  const card = { ...models[0]!.card, config }
  const separator = await createSeparator(card.config, parameters, engine)
  const { scores, line } = await measure(songs, separator)
  const { seed } = card.selfTest
  const published = {
    ...card,
    ...credited({ name, summary }, values.credit, models),
    scores,
    selfTest: { seed, mask: await selfTestMask(card.config, parameters, engine, seed) },
  }
  await saveModel(join(appRoot, 'resources/models', id), published, parameters)
  process.stdout.write(`${id}: ${line}\n`)
  return exitStatus.done
})

/** @throws UsageError */
function viewsOption(given: string | undefined): ViewCount | undefined {
  if (given === undefined) return undefined
  const views = viewCounts.find((count) => String(count) === given)
  if (views === undefined) throw new UsageError(`--views is ${viewCounts.join(' or ')}, not "${given}".`)
  return views
}

/** @throws UsageError for a name that no song has: a card must not promise what was not measured. */
async function songsCalled(names: readonly string[], folder: string): Promise<ReferenceFiles[]> {
  const songs = await findReferenceSongs(folder)
  return names.map((name) => {
    const song = songs.find((candidate) => candidate.name === name)
    if (!song) throw new UsageError(`There is no song called "${name}" in ${folder}.`)
    return song
  })
}

interface Measured {
  readonly scores: SeparatorFileCard['scores']
  /** The same in one line. */
  readonly line: string
}

async function measure(songs: readonly ReferenceFiles[], separator: Separator): Promise<Measured> {
  const results: SongScores[] = []
  for (const song of songs) {
    results.push(await evaluateSong(await openReferenceSong(song), separator, 'fast', unwatchedContext()))
  }
  const { vocals, accompaniment, mixture } = summarizeScores(results)
  const measuredOn = songs.map((song) => song.name).join(', ')
  const score = (name: string, value: number | undefined) =>
    value === undefined ? [] : [{ name, value: Math.round(value * 100) / 100, unit: 'dB', measuredOn }]
  const speed = Math.round(await realTimeFactor(songSeparator(separator), () => performance.now(), unwatchedContext()))
  const where = `${separator.engine.label}, ${cpus().length} threads, without reading and writing files`
  const decibels = (value: number) => `${value.toFixed(2)} dB`
  return {
    scores: [
      ...score('Vocals uSDR', vocals.usdr),
      ...score('Vocals cSDR', vocals.csdr),
      ...score('Vocals SI-SDR', vocals.sisdr),
      ...score('Music uSDR', accompaniment.usdr),
      ...score('Vocals uSDR of the mixture itself', mixture.usdr),
      { name: 'Speed', value: speed, unit: '× real time', measuredOn: where },
    ],
    line:
      `vocals ${decibels(vocals.usdr)}, music ${decibels(accompaniment.usdr)} on ${measuredOn} ` +
      `(the mixture itself: ${decibels(mixture.usdr)})`,
  }
}
