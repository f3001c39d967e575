import { cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { comparisonFacts, readResultIndex, resultsFolder, type ResultIndex } from '#main/node/resultIndex'
import { readHistory } from '#main/node/runHistory'
import { makeStagingFolder, reporting } from '#main/node/stagingFolder'
import type { HeardFiles, ResultStore, StoredComparison, StoredResults } from '#main/services/resultPorts'
import { keptAsBest } from '#main/training/thinning'
import { AppError } from '#shared/errors'
import { bestLine } from '#shared/training/verdict'

/** Comparisons that a run keeps; one takes as much as a checkpoint. */
const mostComparisons = 6

/** Returns the store of the results of the runs in `folder`. */
export function createResultStore(folder: string): ResultStore {
  const runFolder = (runId: string) => join(folder, runId)
  const comparedFolder = (runId: string) => join(resultsFolder(runFolder(runId)), 'compared')
  const comparison = (runId: string, key: string) => readComparison(join(comparedFolder(runId), key))
  return {
    runFolder,
    async read(runId) {
      const [index, lines] = await Promise.all([readResultIndex(runFolder(runId)), readHistory(runFolder(runId))])
      // Also where that epoch has nothing to be heard: another one must not be called the best in its place.
      const bestEpoch = bestLine(lines)?.epoch ?? keptAsBest(index.checkpoints)?.epoch
      return { ...filesOf(index, resultsFolder(runFolder(runId))), bestEpoch }
    },
    async modelOf(runId) {
      const directory = join(runFolder(runId), 'model')
      try {
        const { sha256, data } = JSON.parse(await readFile(join(directory, 'card.json'), 'utf8')) as { sha256?: string; data?: string }
        if (typeof sha256 === 'string') return { directory, sha256, ...(typeof data === 'string' && { data }) }
      } catch {
        // Said below: a card that is not there and one that is half there are the same to whoever asks.
      }
      throw new AppError('MODEL_NOT_FOUND', 'That run has no model yet, so nothing was compared. Try again after its first epoch.')
    },
    comparison,
    stageComparison: (runId, key) =>
      reporting(comparedFolder(runId), async () => {
        const parent = comparedFolder(runId)
        const staged = await makeStagingFolder(parent)
        const output = join(staged, 'comparison')
        await mkdir(output)
        return {
          folder: output,
          copyModel: (directory) => copyModel(directory, join(staged, 'model')),
          publish: () =>
            reporting(parent, async () => {
              await rm(join(parent, key), { recursive: true, force: true })
              await rename(output, join(parent, key))
              await removeOldest(parent)
              return (await comparison(runId, key))!
            }),
          discard: () => rm(staged, { recursive: true, force: true }),
        }
      }),
  }
}

function heardFiles(folder: string, name: string): HeardFiles {
  return { audio: join(folder, `${name}.wav`), picture: join(folder, `${name}.png`) }
}

function partFiles(folder: string, parts: Readonly<Record<string, string>>): Record<string, HeardFiles> {
  return Object.fromEntries(Object.entries(parts).map(([part, name]) => [part, heardFiles(folder, name)]))
}

function filesOf({ clips = [], checkpoints, scores }: ResultIndex, folder: string): Omit<StoredResults, 'bestEpoch'> {
  const of = (checkpoint: { folder: string }) => join(folder, 'checkpoints', checkpoint.folder)
  return {
    clips: clips.map(({ id, name, split, span, sampleRate, input, targets }) => ({
      id,
      name,
      split,
      seconds: (span.end - span.start) / sampleRate,
      input: heardFiles(join(folder, 'clips', id), input),
      targets: partFiles(join(folder, 'clips', id), targets),
      outputs: checkpoints.flatMap((checkpoint) => {
        const { epoch, step, clips: heard } = checkpoint
        return heard[id] ? [{ epoch, step, parts: partFiles(of(checkpoint), heard[id].parts), sdr: heard[id].sdr }] : []
      }),
      scores: scores.flatMap(({ epoch, step, clips: measured }) => (measured[id] ? [{ epoch, step, sdr: measured[id] }] : [])),
    })),
    galleries: checkpoints.flatMap((checkpoint) => {
      const { epoch, step, gallery } = checkpoint
      return gallery ? [{ epoch, step, ...gallery, path: join(of(checkpoint), 'gallery.png') }] : []
    }),
  }
}

async function readComparison(folder: string): Promise<StoredComparison | undefined> {
  try {
    const { name, clips } = comparisonFacts.parse(JSON.parse(await readFile(join(folder, 'comparison.json'), 'utf8')))
    const entries = Object.entries(clips).map(([id, { parts, sdr }]) => [id, { parts: partFiles(folder, parts), sdr }] as const)
    return { name, clips: Object.fromEntries(entries) }
  } catch {
    return undefined
  }
}

/** The model of a run is replaced whenever it has got better, so that it is copied before it is read. */
async function copyModel(directory: string, to: string): Promise<string> {
  await cp(directory, to, { recursive: true }).catch((cause: unknown) => {
    throw new AppError('MODEL_NOT_FOUND', `There is no complete model in ${directory}, so nothing was compared. Choose another one.`, { cause })
  })
  return to
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'))
  const dated = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })))
  for (const { name } of dated.toSorted((a, b) => b.at - a.at).slice(mostComparisons)) await rm(join(folder, name), { recursive: true, force: true })
}
