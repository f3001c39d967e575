import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NamedArrays } from '#main/engine/engine'
import { readPinned, writeHeard, writePinned } from '#main/node/clipFiles'
import { makeFolder } from '#main/node/makeFolder'
import { outputError } from '#main/node/outputError'
import { encodePng } from '#main/node/png'
import {
  readResultIndex,
  resultsFolder,
  writeResultIndex,
  type CheckpointFacts,
  type PinnedFacts,
  type ResultIndex,
} from '#main/node/resultIndex'
import { makeStagingFolder } from '#main/node/stagingFolder'
import { pictureOfGrid } from '#main/training/picture'
import type { ClipSource, GallerySource, PinnedClip, ResultSource } from '#main/training/resultSource'
import { thinned, type ResultBudget } from '#main/training/thinning'
import type { WorkContext } from '#shared/jobs/work'
import type { HistoryLine } from '#shared/training/history'

/**
 * What the results of a run may take. A checkpoint of three clips of six seconds with two parts takes 9.8 MB, so that 27 of them are
 * kept; pictures take some 50 kB.
 */
const resultBudget: ResultBudget = { bytes: 256 << 20, count: 200 }

export interface ResultRequest {
  readonly runFolder: string
  readonly family: { readonly results?: ResultSource | undefined }
  /** Those that a model of this checkpoint would have. */
  readonly parameters: NamedArrays
  readonly line: Pick<HistoryLine, 'epoch' | 'step' | 'score'> & Partial<Pick<HistoryLine, 'best'>>
  /** They are made only because no epoch was better so far, and go with the next that is. */
  readonly onlyAsBest?: boolean | undefined
  readonly budget?: ResultBudget
}

/**
 * Makes what a checkpoint has to be heard and seen, below `results` of the run's folder. Results appear whole or not at all;
 * those of later steps, which a crash or going back has left, are taken out, and old ones are thinned out, never those of the
 * epoch that is kept as the best. Nothing that it does changes the training. Returns false for a family that shows nothing.
 * @throws AppError DISK_FULL, OUTPUT_NOT_WRITABLE; the engine's and the reader's errors; the signal's reason
 */
export async function writeResults(request: ResultRequest, context: WorkContext): Promise<boolean> {
  const { runFolder, family } = request
  if (!family.results) return false
  const folder = resultsFolder(runFolder)
  try {
    const staged = await makeStagingFolder(folder)
    try {
      return await writeCheckpoint(request, family.results, staged, context)
    } finally {
      await rm(staged, { recursive: true, force: true })
    }
  } catch (error) {
    throw outputError(folder, error)
  }
}

/** Takes the results of later steps than `step` out of a run, where it goes on from there. */
export async function rewindResults(runFolder: string, step: number): Promise<void> {
  const index = await readResultIndex(runFolder)
  if (!index.scores.some((score) => score.step > step)) return
  await keepIndex(runFolder, before(index, step + 1))
}

async function writeCheckpoint(request: ResultRequest, source: ResultSource, staged: string, context: WorkContext): Promise<boolean> {
  const { runFolder, line, onlyAsBest, budget = resultBudget } = request
  const known = before(await readResultIndex(runFolder), line.step)
  const clips = source.kind === 'clips' ? (known.clips ?? (await pin(runFolder, source, staged, context))) : undefined
  const content = join(staged, 'checkpoint')
  await makeFolder(content)
  const { heard, gallery, bytes } =
    source.kind === 'clips' ? await hear(request, source, clips!, content, context) : await see(request, source, content, context)
  const name = String(known.written + 1)
  const { epoch, step, score, best } = line
  const marks = { ...(best && { best }), ...(onlyAsBest && { onlyAsBest }) }
  const checkpoint: CheckpointFacts = { epoch, step, score, bytes, ...marks, folder: name, clips: heard, ...(gallery && { gallery }) }
  await publish(content, join(resultsFolder(runFolder), 'checkpoints'), name)
  await keepIndex(runFolder, {
    ...known,
    clips,
    checkpoints: thinned([...known.checkpoints, checkpoint], budget),
    scores: [...known.scores, { epoch, step, clips: Object.fromEntries(Object.entries(heard).map(([id, { sdr }]) => [id, sdr])) }],
    written: known.written + 1,
  })
  return true
}

/** What was there before `step`. */
function before(index: ResultIndex, step: number): ResultIndex {
  const earlier = <Timed extends { step: number }>(all: readonly Timed[]) => all.filter((each) => each.step < step)
  return { ...index, checkpoints: earlier(index.checkpoints), scores: earlier(index.scores) }
}

/** Pins the clips of a run, once and for all. */
async function pin(runFolder: string, source: ClipSource, staged: string, context: WorkContext): Promise<PinnedFacts[]> {
  const facts: PinnedFacts[] = []
  for (const [index, clip] of (await source.pin(context)).entries()) {
    const id = String(index + 1)
    await makeFolder(join(staged, 'clips', id))
    facts.push(await writePinned(join(staged, 'clips', id), id, clip))
  }
  if (facts.length > 0) await publish(join(staged, 'clips'), resultsFolder(runFolder), 'clips')
  return facts
}

/** The clips of a run, read back from its folder. */
export async function pinnedClips(runFolder: string, facts: readonly PinnedFacts[]): Promise<PinnedClip[]> {
  return Promise.all(facts.map((each) => readPinned(join(resultsFolder(runFolder), 'clips', each.id), each)))
}

interface Written {
  readonly heard: CheckpointFacts['clips']
  readonly gallery?: CheckpointFacts['gallery']
  readonly bytes: number
}

async function hear(
  { runFolder, parameters }: ResultRequest,
  source: ClipSource,
  facts: readonly PinnedFacts[],
  folder: string,
  context: WorkContext,
): Promise<Written> {
  const heard: CheckpointFacts['clips'] = {}
  let bytes = 0
  if (facts.length === 0) return { heard, bytes }
  const results = await source.hear(parameters, await pinnedClips(runFolder, facts), context)
  for (const [i, result] of results.entries()) {
    const written = await writeHeard(folder, facts[i]!, result)
    heard[facts[i]!.id] = written.facts
    bytes += written.bytes
  }
  return { heard, bytes }
}

async function see({ parameters }: ResultRequest, source: GallerySource, folder: string, context: WorkContext): Promise<Written> {
  const grid = await source.see(parameters, context)
  const png = encodePng(pictureOfGrid(grid))
  await writeFile(join(folder, 'gallery.png'), png, { flush: true })
  return { heard: {}, gallery: { rows: [...grid.rows], columns: [...grid.columns] }, bytes: png.length }
}

/** Moves a folder to where it belongs; what a killed run left under its name goes. */
async function publish(from: string, parent: string, name: string): Promise<void> {
  await makeFolder(parent)
  await rm(join(parent, name), { recursive: true, force: true })
  await rename(from, join(parent, name))
}

/** Writes the index, then removes what it does not know. */
async function keepIndex(runFolder: string, index: ResultIndex): Promise<void> {
  await writeResultIndex(runFolder, index)
  const folder = join(resultsFolder(runFolder), 'checkpoints')
  const known = new Set(index.checkpoints.map((checkpoint) => checkpoint.folder))
  for (const name of await readdir(folder).catch(() => [])) {
    if (!known.has(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
}
