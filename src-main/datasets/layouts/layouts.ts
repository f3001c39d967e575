import { readEsc } from '#main/datasets/layouts/esc'
import { readFsdd } from '#main/datasets/layouts/fsdd'
import { readIdx } from '#main/datasets/layouts/idx'
import { readIrmas } from '#main/datasets/layouts/irmas'
import type { FolderView, LayoutOptions, LayoutReading, Layouts } from '#main/datasets/layouts/layout'
import { readLoose } from '#main/datasets/layouts/loose'
import { readMultitrack } from '#main/datasets/layouts/multitrack'
import { readMusdb } from '#main/datasets/layouts/musdb'
import { readPairs } from '#main/datasets/layouts/pairs'
import { readSounds } from '#main/datasets/layouts/sounds'
import { readStemFolders } from '#main/datasets/layouts/stemFolders'
import { datasetLayouts, type DatasetLayout } from '#shared/contract/datasets'

/** How each layout is read. */
export const layouts: Layouts = {
  musdb: readMusdb,
  stemFolders: readStemFolders,
  pairs: readPairs,
  multitrack: readMultitrack,
  irmas: readIrmas,
  esc: readEsc,
  fsdd: readFsdd,
  idx: readIdx,
  loose: readLoose,
  sounds: readSounds,
}

/** From the one with the most form of its own to the one with least, where nothing else decides. */
const strictest: readonly DatasetLayout[] = ['musdb', 'stemFolders', 'irmas', 'fsdd', 'esc', 'idx', 'pairs', 'multitrack', 'loose', 'sounds']

/** All that a folder can be, best first: whole songs before other collections, then by how many of the files are used. */
export async function readFolder(view: FolderView, options: LayoutOptions): Promise<(LayoutReading & { layout: DatasetLayout })[]> {
  const readings: (LayoutReading & { layout: DatasetLayout })[] = []
  for (const layout of datasetLayouts) {
    const reading = await layouts[layout](view, options)
    if (reading) readings.push({ ...reading, layout })
  }
  const formed = readings.some(({ rank }) => rank >= 2)
  const used = ({ items }: LayoutReading) => new Set(items.flatMap(({ files }) => files)).size
  // A guess is no help where something fits.
  return readings.filter(({ rank }) => rank > 0 || !formed).toSorted(
    (a, b) => b.rank - a.rank || used(b) - used(a) || strictest.indexOf(a.layout) - strictest.indexOf(b.layout),
  )
}
