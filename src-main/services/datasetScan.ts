import type { ComputeClient, TaskContext } from '#main/compute/client'
import { datasetItems, manifestOf, type Alignment, type AlignmentOf } from '#main/datasets/datasetManifest'
import type { LayoutItem, LayoutReading } from '#main/datasets/layouts/layout'
import { layouts } from '#main/datasets/layouts/layouts'
import { multitrackTracks } from '#main/datasets/layouts/multitrack'
import type { Manifest } from '#main/datasets/manifest'
import { assignSplits } from '#main/datasets/splits'
import type { DatasetDocument } from '#main/services/datasetDocument'
import type { DatasetFolder, DatasetPlatform } from '#main/services/datasetPorts'
import type { DatasetLayout, Split } from '#shared/contract/datasets'
import { AppError, isCancellation, toAppError } from '#shared/errors'

/** What of a dataset is known before its folder is looked at. */
export type DatasetOrigin = Pick<DatasetDocument, 'folder' | 'layout' | 'roles' | 'chosen' | 'assigned' | 'alignments'>

/** What a folder holds now. */
export interface DatasetScan {
  readonly facts: Pick<DatasetDocument, 'content' | 'roles' | 'assigned' | 'alignments' | 'contents' | 'filesHash' | 'warnings'>
  readonly manifest: Manifest
}

interface Tools {
  readonly platform: DatasetPlatform
  readonly reader: ComputeClient
}

const layoutNames: Readonly<Record<DatasetLayout, string>> = {
  stemFolders: 'folders of stems',
  musdb: 'the MUSDB layout',
  multitrack: 'multitrack folders',
  pairs: 'pairs of mixture and stem',
  irmas: 'IRMAS',
  esc: 'ESC-50',
  fsdd: 'the Free Spoken Digit Dataset',
  idx: 'IDX files',
  loose: 'recordings',
  sounds: 'short sounds',
}

/**
 * Looks at a folder again; stems of pairs are aligned by `reader`, in a process that a bad file may kill.
 * @param context is told how many pairs are aligned, and may end that
 * @throws AppError FILE_NOT_FOUND; DATASET_EMPTY where there is nothing of the layout; CancelledError
 */
export async function scanDataset(source: DatasetOrigin, tools: Tools, context?: TaskContext): Promise<DatasetScan> {
  const view = await tools.platform.open(source.folder)
  const roles = rolesOf(view, source)
  const reading = await layouts[source.layout](view, { roles })
  if (!reading) throw nothingThere(source)
  const items = withOwnNames(reading.items)
  const { alignments, unusable } = await alignPairs(view, items, source, tools, context)
  const usable = items.filter(({ name }) => !unusable.has(name))
  if (usable.length === 0) throw new AppError('DATASET_EMPTY', [...unusable.values(), 'No pair can be used, so nothing was kept.'].join(' '))
  const assigned = { ...source.assigned, ...unchosen(assignSplits(usable, source.assigned, source.chosen), source.chosen) }
  const splits = { ...assigned, ...source.chosen }
  const found = (name: string) => alignmentIn(alignments, name)
  const facts = {
    content: reading.content,
    roles,
    assigned,
    alignments,
    contents: datasetItems(usable, splits).map((item, i) => ({ ...item, amount: amountOf(usable[i]!) })),
    filesHash: tools.platform.hash(await describeFiles(view, usable, found)),
    warnings: [...reading.warnings, ...unusable.values()],
  }
  return { facts, manifest: manifestOf(usable, splits, found) }
}

function nothingThere({ folder, layout }: DatasetOrigin): AppError {
  return new AppError('DATASET_EMPTY', `${folder} holds nothing of ${layoutNames[layout]}. Nothing was changed; choose another folder or layout.`)
}

/** Roles of all tracks: as chosen, or guessed once, so that a later and better guess changes no dataset. */
function rolesOf(view: DatasetFolder, { layout, roles }: DatasetOrigin): DatasetDocument['roles'] {
  if (layout !== 'multitrack') return {}
  return Object.fromEntries(multitrackTracks(view, { roles }).map(({ name, role }) => [name, role]))
}

function unchosen(splits: Record<string, Split>, chosen: Readonly<Record<string, Split>>): Record<string, Split> {
  return Object.fromEntries(Object.entries(splits).filter(([name]) => chosen[name] === undefined))
}

/** Items whose names differ: splits go by name. */
function withOwnNames(items: readonly LayoutItem[]): LayoutItem[] {
  const taken = new Set<string>()
  return items.map((item) => {
    let { name } = item
    for (let number = 2; taken.has(name); number++) name = `${item.name} (${number})`
    taken.add(name)
    return { ...item, name }
  })
}

function amountOf({ material }: LayoutItem): number {
  return material.what === 'images' ? material.to - material.from : 1
}

function alignmentIn(alignments: DatasetDocument['alignments'], name: string): Alignment | undefined {
  const findings = alignments[name]?.findings
  return findings?.kind === 'found' ? findings.alignment : undefined
}

/** Aligns pairs that are new or have changed; says of the others in a sentence why they can't be used. */
async function alignPairs(view: DatasetFolder, items: readonly LayoutItem[], source: DatasetOrigin, { platform, reader }: Tools, context?: TaskContext) {
  const alignments: DatasetDocument['alignments'] = {}
  const unusable = new Map<string, string>()
  const pairs = items.flatMap(({ name, material }) => (material.what === 'pair' ? [{ name, material }] : []))
  const quiet = context && { signal: context.signal, onProgress: () => {} }
  for (const [index, { name, material }] of pairs.entries()) {
    context?.onProgress({ stage: 'aligning', completed: index, total: pairs.length, unit: 'files' })
    context?.signal.throwIfAborted()
    const stamp = (await view.stamps([material.mixture, material.known])).join(' / ')
    const before = source.alignments[name]
    try {
      const paths = { mixture: platform.pathOf(source.folder, material.mixture), stem: platform.pathOf(source.folder, material.known) }
      const findings = before?.stamp === stamp ? before.findings : await reader.run('alignPair', paths, quiet)
      alignments[name] = { stamp, findings }
      if (findings.kind !== 'found') unusable.set(name, `The two files of "${name}" ${whyUnusable[findings.kind]}`)
    } catch (error) {
      if (isCancellation(error)) throw error
      unusable.set(name, `"${name}" was left out: ${toAppError(error).message}`)
    }
  }
  return { alignments, unusable }
}

const whyUnusable = {
  unlike: 'have nothing in common, so it was left out; is one of them another song or recording?',
  drifting: 'run at different speeds, so it was left out; export both from one session.',
} as const

/** All that training depends on but the splits. */
async function describeFiles(view: DatasetFolder, items: readonly LayoutItem[], alignmentOf: AlignmentOf): Promise<string> {
  const files = [...new Set(items.flatMap((item) => item.files))]
  const stamps = await view.stamps(files)
  return JSON.stringify([items.map(({ name, material }) => [name, material, alignmentOf(name)]), files.map((file, i) => [file, stamps[i]])])
}

/** What a folder would be, in one layout. */
export function layoutFindings(reading: LayoutReading & { layout: DatasetLayout }) {
  const { layout, content, summary } = reading
  const items = withOwnNames(reading.items)
  return { layout, content, summary, items: datasetItems(items, assignSplits(items, {}, {})) }
}
