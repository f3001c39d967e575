import { requireClips, type Manifest } from '#main/datasets/manifest'
import { groupsOfSplit } from '#main/datasets/pictures/groups'
import { presets, type Preset } from '#main/training/presets'
import type { InstalledModel } from '#main/services/modelService'
import type { RunRecord } from '#main/services/trainingPorts'
import type { Dataset } from '#shared/contract/datasets'
import { invalidInput } from '#shared/contract/server'
import type { NetworkKind, RunPlan } from '#shared/contract/training'
import { AppError } from '#shared/errors'
import { trainingConfig, type TrainingConfig } from '#shared/training/config'

/** What a run's score is called; higher is better. */
const scores: Readonly<Record<NetworkKind, { scoreName: string; scoreUnit: string }>> = {
  separator: { scoreName: 'Vocals SDR', scoreUnit: 'dB' },
  blind: { scoreName: 'Validation loss, negated', scoreUnit: '' },
  images: { scoreName: 'PSNR', scoreUnit: 'dB' },
  clips: { scoreName: 'Validation loss, negated', scoreUnit: '' },
}

/** @throws AppError INVALID_INPUT */
export function presetOf(presetId: string): Preset {
  const all: Record<string, Preset> = presets
  const preset = Object.hasOwn(all, presetId) ? all[presetId] : undefined
  if (preset) return preset
  throw new AppError('INVALID_INPUT', `There is no preset called "${presetId}". Nothing was started; the presets are: ${Object.keys(presets).join(', ')}.`)
}

/** The hyper-parameters of a preset, but for those that are given. @throws AppError INVALID_INPUT */
export function configOf(preset: Preset, overrides: Readonly<Record<string, unknown>>): TrainingConfig {
  const parsed = trainingConfig.safeParse(merged(preset.training, overrides))
  if (parsed.success) return parsed.data
  throw invalidInput('A hyper-parameter', parsed.error)
}

/** @throws AppError INVALID_INPUT where the preset cannot learn from such data; DATASET_EMPTY for pictures of one kind alone, or one short sound */
export function requireFit(preset: Preset, { name, content }: Dataset, { images = [], clips = [] }: Manifest): void {
  if (preset.contents.includes(content)) {
    if (preset.kind === 'images') groupsOfSplit(images, 'train')
    if (preset.kind === 'clips') requireClips(clips, name)
    return
  }
  const wanted = preset.contents.join(' or ')
  throw new AppError('INVALID_INPUT', `"${preset.name}" learns from ${wanted}, and "${name}" holds ${content}. Nothing was started; choose another dataset or preset.`)
}

/** The record of a run that is about to begin. */
export function recordOf(
  plan: RunPlan,
  { dataset, base, ...facts }: { id: string; startedAt: string; dataset: Dataset; base: InstalledModel | undefined; studyId?: string; lessonId?: string; names: readonly string[] },
): RunRecord {
  const preset = presetOf(plan.presetId)
  const config = configOf(preset, plan.overrides)
  return {
    version: 1,
    id: facts.id,
    name: freeName(plan.name || `${preset.name} on ${dataset.name}`, facts.names),
    presetId: plan.presetId,
    kind: preset.kind,
    status: 'queued',
    startedAt: facts.startedAt,
    datasetId: dataset.id,
    datasetName: dataset.name,
    dataHash: dataset.hash,
    dataFolder: dataset.folder,
    config,
    ...(base && { base: { modelId: base.card.id, name: base.card.name }, baseDirectory: base.directory }),
    ...(plan.minutes !== undefined && { minutes: plan.minutes }),
    resultsEvery: plan.resultsEvery,
    progress: { step: 0, totalSteps: config.totalSteps, epoch: 0, seconds: 0 },
    ...scores[preset.kind],
    notes: [],
    starred: false,
    ...(facts.studyId !== undefined && { studyId: facts.studyId }),
    ...(facts.lessonId !== undefined && { lessonId: facts.lessonId }),
  }
}

function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name
  for (let number = 2; ; number++) if (!taken.includes(`${name} ${number}`)) return `${name} ${number}`
}

/** `b` over `a`, in every depth. */
function merged(a: unknown, b: unknown): unknown {
  if (!isRecord(a) || !isRecord(b)) return b === undefined ? a : b
  return Object.fromEntries([...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [key, merged(a[key], b[key])]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
