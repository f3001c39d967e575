import type { LayoutItem, ReadLayout } from '#main/datasets/layouts/layout'
import { counted, isSound, saidSplit, splitsByFolder } from '#main/datasets/layouts/paths'

/**
 * Short sounds in no other order, such as one-shots: each is held out by itself, and the folder that it lies in says what it is.
 * Any folder with sounds could be meant so, hence it is only offered where nothing with a form of its own is found.
 */
export const readSounds: ReadLayout = ({ files, name }) => {
  const sounds = files.filter(isSound)
  if (sounds.length === 0) return Promise.resolve(undefined)
  const splits = splitsByFolder(sounds)
  const items = sounds.map((path): LayoutItem => ({
    name: path,
    files: [path],
    splits: splits(path),
    material: { what: 'clips', label: labelOf(path) ?? name, paths: [path] },
  }))
  const kinds = new Set(sounds.map((path) => labelOf(path) ?? name)).size
  return Promise.resolve({ content: 'clips', items, summary: `${counted(sounds.length, 'short sound')} in ${counted(kinds, 'folder')}`, warnings: [], rank: 0 })
}

/** The nearest folder that does not say which split it is; undefined where it is the dataset itself. */
function labelOf(path: string): string | undefined {
  return path
    .split('/')
    .slice(0, -1)
    .findLast((folder) => saidSplit(`${folder}/`) === undefined)
}
