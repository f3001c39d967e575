import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { attributionLines, readAttributions, weightsLicence } from '#main/datasets/attribution'
import type { ManifestEntry } from '#main/datasets/manifest'
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

/**
 * What a card says of a run's data. Attributions come from an ATTRIBUTION.tsv in the dataset's folder, if there is one, and
 * from the model that the run started from, whose licence its weights carry on.
 */
export async function describeRun({ runFolder, manifest, data }: TrainingRun, base: BaseModel | undefined) {
  const used = manifest.entries.filter(({ split }) => split === 'train')
  const songs = manifest.songs.filter(({ split }) => split === 'train').map(({ name }) => name)
  const count = (kind: ManifestEntry['kind']) => used.filter((entry) => entry.kind === kind).length
  const table = await readFile(join(data.folder, 'ATTRIBUTION.tsv'), 'utf8').catch(() => '')
  const own = attributionLines(readAttributions(table), used.flatMap(({ parts }) => parts.map(({ path }) => path)))
  const attributions = [...new Set([...(base?.attributions ?? []), ...own])]
  const loose = ([['loose voices', count('voice')], ['instrumentals', count('music')]] as const).filter(([, many]) => many > 0)
  const parts = [`${songs.length} songs (${songs.join(', ')})`, ...loose.map(([what, many]) => `${many} ${what}`)]
  return {
    name: runFolder.split(/[\\/]/).at(-1)!,
    summary: 'Trained on this machine.',
    licence: weightsLicence(attributions),
    data: `${parts.join(', ')}, remixed at random${base ? `; trained on from "${base.name}"` : ''}`,
    attributions,
  }
}
