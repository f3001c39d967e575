import type { LayoutItem } from '#main/datasets/layouts/layout'
import { stemEntries, wholeFile, type Manifest, type ManifestEntry, type ManifestSong, type RecordingPart } from '#main/datasets/manifest'
import type { DatasetItem, Split } from '#shared/contract/datasets'

/** How a stem lies in the mixture of the same song. */
export interface Alignment {
  /** Frame of the mixture at which the stem begins. */
  readonly delay: number
  /** What the stem is multiplied with in the mixture. */
  readonly gain: number
  /** Lengths at the mixture's rate. */
  readonly mixtureFrames: number
  readonly stemFrames: number
}

/** What is known of a pair by the name of its item; undefined where the two don't belong together. */
export type AlignmentOf = (name: string) => Alignment | undefined

/** What training reads of a dataset. Pairs that were not aligned are left out. */
export function manifestOf(items: readonly LayoutItem[], splits: Readonly<Record<string, Split>>, alignmentOf: AlignmentOf): Manifest {
  const songs = items.flatMap((item) => songOf(item, splits[item.name]!, alignmentOf))
  const loose = items.flatMap(({ name, material }): ManifestEntry[] => {
    const split = splits[name]!
    if (material.what !== 'voices' && material.what !== 'music' && material.what !== 'mixture') return []
    const kind = material.what === 'voices' ? 'voice' : material.what
    return material.recordings.map(({ path, group }) => ({ id: path, parts: [wholeFile(path)], kind, group, split }))
  })
  const clips = items.flatMap(({ name, material }) =>
    material.what === 'clips' ? material.paths.map((path) => ({ path, label: material.label, group: name, split: splits[name]! })) : [],
  )
  const images = items.flatMap(({ name, material }) => {
    if (material.what !== 'images') return []
    const { images: file, labels, from, to } = material
    return [{ name, images: file, labels, from, to, split: splits[name]! }]
  })
  const entries = [...songs.flatMap(stemEntries), ...loose]
  return { entries, songs, ...(clips.length > 0 && { clips }), ...(images.length > 0 && { images }) }
}

function songOf({ name, material }: LayoutItem, split: Split, alignmentOf: AlignmentOf): ManifestSong[] {
  if (material.what === 'song') {
    const { vocals, accompaniment, mixture } = material
    return [{ name, vocals, accompaniment, ...(mixture && { mixture }), split }]
  }
  if (material.what !== 'pair') return []
  const alignment = alignmentOf(name)
  if (!alignment) return []
  const { known, missing } = pairParts(material.mixture, material.known, alignment)
  const [vocals, accompaniment] = material.stem === 'vocals' ? [known, missing] : [missing, known]
  return [{ name, vocals, accompaniment, split }]
}

/** The stem as loud as it is in the mixture, and what it leaves of the mixture, where both are there. */
function pairParts(mixture: string, stem: string, alignment: Alignment): Record<'known' | 'missing', RecordingPart[]> {
  const { delay, gain, mixtureFrames, stemFrames } = alignment
  const start = Math.max(0, delay)
  const end = Math.min(mixtureFrames, delay + stemFrames) - start
  const known = { path: stem, gain, delay: delay - start, end }
  return { known: [known], missing: [{ path: mixture, gain: 1, delay: start === 0 ? 0 : -start, end }, { ...known, gain: -gain }] }
}

/** The items as the UI is told. */
export function datasetItems(items: readonly LayoutItem[], splits: Readonly<Record<string, Split>>): DatasetItem[] {
  return items.map(({ name, files, material }) => ({
    name,
    what: material.what === 'pair' ? 'song' : material.what,
    split: splits[name]!,
    files: [...files],
    ...(material.what === 'clips' && { label: material.label }),
  }))
}
