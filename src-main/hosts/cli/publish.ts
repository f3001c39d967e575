import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openEngine } from '#main/engine/select'
import { requireSelfTest, selfTestMask } from '#main/models/selfTest'
import { appRoot } from '#main/node/appRoot'
import { loadModel, saveModel } from '#main/node/modelFiles'
import { findReferenceSongs, openReferenceSong } from '#main/node/referenceSongs'
import { evaluateSong, type SongScores } from '#main/separation/evaluation'
import { createSeparator, separateVocals, type Separator } from '#main/separation/separator'
import { toAppError } from '#shared/errors'
import { summarizeSdr } from '#shared/metrics/sdr'
import { randomStream } from '#shared/random'

const usage = `Puts a trained model into resources/models with a card that says how it was measured.

  npm run publish-model -- RUN/model --id ID --name NAME --summary TEXT --songs DIR --only NAMES [--credit TEXT ...]

It is measured on the songs NAMES (comma-separated) below DIR, none of which it may have been trained on.
`

const quiet = { signal: new AbortController().signal, onProgress: () => {}, yieldTurn: () => new Promise<void>((done) => setImmediate(done)) }

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { id: { type: 'string' }, name: { type: 'string' }, summary: { type: 'string' }, songs: { type: 'string' }, only: { type: 'string' }, credit: { type: 'string', multiple: true, default: [] } },
  })
  const { id, name, summary, songs: folder, only } = values
  if (positionals.length !== 1 || !id || !name || !summary || !folder || !only) {
    process.stderr.write(usage)
    return 2
  }
  const here = process.env['INIT_CWD'] ?? process.cwd()
  const wanted = only.split(',')
  const songs = (await findReferenceSongs(resolve(here, folder))).filter((song) => wanted.includes(song.name))
  const { card, parameters } = await loadModel(resolve(here, positionals[0]!))
  const engine = await openEngine()
  await requireSelfTest(card.selfTest, card.config, parameters, engine)
  const separator = await createSeparator(card.config, parameters, engine)
  const results: SongScores[] = []
  for (const song of songs) results.push(await evaluateSong(await openReferenceSong(song), separator, 'fast', quiet))
  const speed = await realTimeFactor(separator)
  const measuredOn = songs.map((song) => song.name).join(', ')
  const score = (label: string, value: number | undefined) => (value === undefined ? [] : [{ name: label, value: Math.round(value * 100) / 100, unit: 'dB', measuredOn }])
  const [vocals, music, mixture] = (['vocals', 'accompaniment', 'mixture'] as const).map((row) => summarizeSdr(results.map((result) => result[row])))
  await saveModel(
    join(appRoot, 'resources/models', id),
    {
      ...card,
      name,
      summary,
      attributions: [...new Set([...values.credit, ...card.attributions])],
      scores: [
        ...score('Vocals uSDR', vocals!.usdr),
        ...score('Vocals cSDR', vocals!.csdr),
        ...score('Vocals SI-SDR', vocals!.sisdr),
        ...score('Music uSDR', music!.usdr),
        ...score('Vocals uSDR of the mixture itself', mixture!.usdr),
        { name: 'Speed', value: Math.round(speed), unit: '× real time', measuredOn: `${engine.label}, ${cpus().length} threads, without reading and writing files` },
      ],
      selfTest: { seed: card.selfTest.seed, mask: await selfTestMask(card.config, parameters, engine, card.selfTest.seed) },
    },
    parameters,
  )
  process.stdout.write(`${id}: vocals ${vocals!.usdr.toFixed(2)} dB, music ${music!.usdr.toFixed(2)} dB on ${measuredOn} (the mixture itself: ${mixture!.usdr.toFixed(2)} dB)\n`)
  return 0
}

/** How much faster than it sounds a minute of noise is separated. */
async function realTimeFactor(separator: Separator): Promise<number> {
  const seconds = 60
  const random = randomStream(1)
  const channel = Float32Array.from({ length: seconds * 44100 }, () => 0.1 * random.normal())
  const blocks = (async function* () {
    yield [channel, channel]
  })()
  const started = performance.now()
  for await (const _ of separateVocals({ sampleRate: 44100, channels: 2, blocks }, separator, { quality: 'fast' }, quiet));
  return seconds / ((performance.now() - started) / 1000)
}

try {
  process.exit(await main(process.argv.slice(2)))
} catch (error) {
  const { code, message } = toAppError(error)
  process.stderr.write(`${code}: ${message}\n`)
  process.exit(3)
}
