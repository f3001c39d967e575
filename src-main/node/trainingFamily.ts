import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { attributionLines, readAttributions, weightsLicence } from '#main/datasets/attribution'
import type { ManifestClip, ManifestEntry } from '#main/datasets/manifest'
import type { Differentiable, LossProgram, NamedArrays } from '#main/engine/engine'
import type { ParameterSpecs } from '#main/models/layers'
import type { PatchLoader } from '#main/node/patchLoader'
import { cacheRecordings, type CachedRecording } from '#main/node/recordingCache'
import type { BaseModel, TrainingRun } from '#main/node/trainingRun'
import type { ResultSource } from '#main/training/resultSource'
import type { TrainerPorts } from '#main/training/trainer'
import type { WorkContext } from '#shared/jobs/work'
import type { HistoryLine } from '#shared/training/history'

/** What differs from one model family to another when it is trained. */
export interface TrainingFamily {
  /** Everything that is learned, also what only training needs. */
  readonly specs: ParameterSpecs
  readonly program: LossProgram
  /** @throws AppError DATASET_EMPTY, INVALID_INPUT; the reader's errors */
  openBatches(context: WorkContext): Promise<PatchLoader>
  /**
   * What of a fresh run's parameters its data say, such as codebooks, named as the next values of running state. Called once, before
   * the first step, with batches open.
   */
  begin?(parameters: NamedArrays, context: WorkContext): Promise<NamedArrays>
  /** Prepares what `validate` uses. */
  openValidation(differentiable: Differentiable): Promise<TrainerPorts['validate']>
  /** Writes a model that can be used. */
  save(directory: string, parameters: NamedArrays, line: HistoryLine): Promise<void>
  /** What a checkpoint has to be heard or seen; see `writeResults`. Parameters are those that a model of it would have. */
  readonly results?: ResultSource | undefined
}

/** The recordings of a run that are `wanted`, decoded. @throws the reader's errors; the signal's reason */
export function runRecordings(
  { data, manifest, cacheFolder }: TrainingRun,
  wanted: (entry: ManifestEntry) => boolean,
  sampleRate: number,
  context: WorkContext,
): Promise<CachedRecording[]> {
  return cacheRecordings(data.folder, manifest.entries.filter(wanted), cacheFolder, sampleRate, context)
}

/** What a card says of the short sounds that a run learned from. */
export async function describeClips({ runFolder, data }: TrainingRun, used: readonly ManifestClip[], base: BaseModel | undefined) {
  const labels = [...new Set(used.map(({ label }) => label))]
  const kinds = labels.length > 1 ? ` of ${labels.length} kinds` : ` of "${labels[0] ?? ''}"`
  return { ...(await described(runFolder, data.folder, used.map(({ path }) => path), base)), data: `${used.length.toLocaleString('en')} short sounds${kinds}${trainedOn(base)}` }
}

/**
 * What a card says of a run's data. Attributions come from an ATTRIBUTION.tsv in the dataset's folder, if there is one, and
 * from the model that the run started from, whose licence its weights carry on.
 */
export async function describeRun({ runFolder, manifest, data }: TrainingRun, base: BaseModel | undefined) {
  const used = manifest.entries.filter(({ split }) => split === 'train')
  const songs = manifest.songs.filter(({ split }) => split === 'train').map(({ name }) => name)
  const count = (kind: ManifestEntry['kind']) => used.filter((entry) => entry.kind === kind).length
  const loose = ([['loose voices', count('voice')], ['instrumentals', count('music')]] as const).filter(([, many]) => many > 0)
  const parts = [`${songs.length} songs (${songs.join(', ')})`, ...loose.map(([what, many]) => `${many} ${what}`)]
  const facts = await described(runFolder, data.folder, used.flatMap(({ parts }) => parts.map(({ path }) => path)), base)
  return { ...facts, data: `${parts.join(', ')}, remixed at random${trainedOn(base)}` }
}

async function described(runFolder: string, dataFolder: string, paths: readonly string[], base: BaseModel | undefined) {
  const table = await readFile(join(dataFolder, 'ATTRIBUTION.tsv'), 'utf8').catch(() => '')
  const own = attributionLines(readAttributions(table), paths)
  const attributions = [...new Set([...(base?.attributions ?? []), ...own])]
  return { name: runFolder.split(/[\\/]/).at(-1)!, summary: 'Trained on this machine.', licence: weightsLicence(attributions), attributions }
}

function trainedOn(base: BaseModel | undefined): string {
  return base ? `; trained on from "${base.name}"` : ''
}
