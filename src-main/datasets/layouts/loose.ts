import { singerOf } from '#main/datasets/manifest'
import { type LayoutItem, type LayoutReading, type ReadLayout } from '#main/datasets/layouts/layout'
import { counted, folderOf, groupBy, isSound, lastOf, splitsByFolder } from '#main/datasets/layouts/paths'

/** A folder `voices` or `music` and what is below it, a group a folder. */
const places = [
  ['voices', /^(voices|vocals|singers|acapp?ell?as)$/i],
  ['music', /^(music|instrumentals?|accompaniments?)$/i],
] as const

/** What the whole of a folder may be called that is of such recordings; songs with voices lie in many a folder "Music". */
const telling = /^(?!music$)/i

/**
 * Groups of recordings below folders called `voices` and `music`. They are for training only: nothing else goes with them.
 * @param top name of the folder itself
 */
export function looseItems(files: readonly string[], top: string): LayoutItem[] {
  const sounds = files.filter(isSound)
  return places.flatMap(([what, name]) => {
    const found = sounds.flatMap((path) => {
      const folders = [...(telling.test(top) ? [top] : []), ...path.split('/').slice(0, -1)]
      const at = folders.findIndex((folder) => name.test(folder))
      if (at < 0) return []
      const album = folders[at + 1] ?? folders[at]!
      return [{ path, group: what === 'voices' ? singerOf(album, lastOf(path)) : album }]
    })
    return [...groupBy(found, ({ group }) => group)].map(([group, recordings]): LayoutItem => ({
      name: `${what}/${group}`,
      files: recordings.map(({ path }) => path),
      splits: ['train'],
      material: { what, recordings },
    }))
  })
}

/**
 * Recordings in no other order: those below `voices/` and `music/`, to be remixed; where there are none, all as mixtures, which
 * networks that learn blind can use.
 */
export const readLoose: ReadLayout = async ({ files, name }) => {
  const sounds = files.filter(isSound)
  if (sounds.length === 0) return undefined
  const groups = looseItems(files, name)
  if (groups.length === 0) return mixtures(sounds)
  const used = groups.flatMap((item) => item.files).length
  const left = sounds.length - used
  return {
    content: 'songs',
    items: groups,
    summary: `${groupsIn(groups)}: ${counted(used, 'file')}`,
    warnings: [
      'There is no song with both stems, so nothing can tell how well a separator does; add a folder with at least one.',
      ...(left > 0 ? [`${counted(left, 'sound file')} in neither "voices" nor "music" ${left === 1 ? 'was' : 'were'} left out.`] : []),
    ],
    rank: 1,
  }
}

/** "3 groups of voices, 1 group of music"; what there is none of is not named. */
export function groupsIn(items: readonly LayoutItem[]): string {
  return places
    .map(([what]) => ({ what, count: items.filter(({ material }) => material.what === what).length }))
    .filter(({ count }) => count > 0)
    .map(({ what, count }) => `${counted(count, 'group')} of ${what}`)
    .join(', ')
}

function mixtures(sounds: readonly string[]): LayoutReading {
  const splits = splitsByFolder(sounds)
  return {
    content: 'mixtures',
    items: sounds.map((path) => ({
      name: path,
      files: [path],
      splits: splits(path),
      material: { what: 'mixture', recordings: [{ path, group: lastOf(folderOf(path)) || path }] },
    })),
    summary: `${counted(sounds.length, 'recording')} without stems`,
    warnings: [],
    rank: 1,
  }
}
