import { manifestOf } from '#main/datasets/datasetManifest'
import { readEsc } from '#main/datasets/layouts/esc'
import { readFsdd } from '#main/datasets/layouts/fsdd'
import type { FolderView, LayoutReading } from '#main/datasets/layouts/layout'
import { counted, isSound, listed } from '#main/datasets/layouts/paths'
import { readSounds } from '#main/datasets/layouts/sounds'
import { requireClips, type Manifest, type ManifestOptions } from '#main/datasets/manifest'
import { assignSplits } from '#main/datasets/splits'
import { openDatasetFolder } from '#main/node/datasetFolder'
import { AppError } from '#shared/errors'
import type { Split } from '#shared/contract/datasets'

/**
 * What a folder of short sounds, with all below it, offers: spoken digits, ESC's classes, or any sounds, labelled by their
 * folders. Which split one is in follows from its name (or that of its recording), so that it stays there when others are added.
 * @param options names of recordings that are kept for validation and for the test, and path prefixes that are left out
 * @returns the manifest, and in sentences what was left out
 * @throws AppError FILE_NOT_FOUND, FILE_UNREADABLE; DATASET_EMPTY where there are fewer than two; DATASET_INVALID for an unknown name
 */
export async function readClipManifest(folder: string, { validation, test, without }: ManifestOptions): Promise<{ manifest: Manifest; notes: string[] }> {
  const view = await openDatasetFolder(folder)
  const files = view.files.filter((path) => isSound(path) && !without.some((prefix) => path.startsWith(prefix)))
  const reading = await readingOf({ ...view, files: [...files, ...view.files.filter((path) => path.endsWith('.csv'))] }, files.length)
  const items = reading?.items ?? []
  const chosen: Record<string, Split> = Object.fromEntries([...validation.map((name) => [name, 'validation']), ...test.map((name) => [name, 'test'])])
  const unknown = Object.keys(chosen).find((name) => !items.some((item) => item.name === name))
  if (unknown !== undefined) {
    const known = items.slice(0, 5).map(({ name }) => name).join(', ') || 'none'
    throw new AppError('DATASET_INVALID', `There is no recording named "${unknown}" in ${folder}. Nothing was started; recordings are called like: ${known}.`)
  }
  const manifest = manifestOf(items, assignSplits(items, {}, chosen), () => undefined)
  requireClips(manifest.clips ?? [], folder)
  const used = new Set(items.flatMap((item) => item.files))
  const left = files.filter((path) => !used.has(path))
  return { manifest, notes: left.length > 0 ? [`${counted(left.length, 'sound')} that ${left.length === 1 ? 'is' : 'are'} not named as the others ${left.length === 1 ? 'was' : 'were'} left out: ${listed(left)}.`] : [] }
}

/** A collection with a form of its own where most of the sounds have it, so that a stray file costs no labels. */
async function readingOf(view: FolderView, sounds: number): Promise<LayoutReading | undefined> {
  for (const read of [readFsdd, readEsc]) {
    const reading = await read(view, { roles: {} })
    if (reading && 2 * reading.items.flatMap(({ files }) => files).length > sounds) return reading
  }
  return readSounds(view, { roles: {} })
}
