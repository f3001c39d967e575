import { wholeFile, type RecordingPart } from '#main/datasets/manifest'
import type { LayoutItem, LayoutReading, ReadLayout } from '#main/datasets/layouts/layout'
import { groupsIn, looseItems } from '#main/datasets/layouts/loose'
import { baseOf, byFolder, counted, folderOf, isSound, listed, shortNames, splitsByFolder } from '#main/datasets/layouts/paths'

const vocals = /^((lead|main|backing|back|bg|harmony)[ _-]?)?(vocals?|voices?|vox)([ _-]?\d+)?$|^acap+ell?a$/i
const wholeMusic = /^(accompaniment|instrumental|music|backing([ _-]track)?|karaoke|no[ _-]?vocals|minus[ _-]?one)$/i
const partOfMusic = /^(drums?|percussion|bass|other|guitars?|piano|keys|keyboards?|synths?|strings|brass|woodwinds?|orchestra|fx)([ _-]?\d+)?$/i
const whole = /^(mixture|mix|linear[ _-]?mixture|master)$/i

/** What the sounds of a song's folder are by their names. */
export interface StemFolder {
  readonly folder: string
  readonly vocals: readonly string[]
  readonly accompaniment: readonly string[]
  readonly mixture: string | undefined
}

/** Folders with stems of the usual names; one of the two kinds may be missing. */
export function findStemFolders(files: readonly string[]): StemFolder[] {
  return [...byFolder(files.filter(isSound))].flatMap(([folder, sounds]) => {
    const called = (name: RegExp) => onceEach(sounds.filter((path) => name.test(baseOf(path))))
    const [complete] = called(wholeMusic)
    // With tracks of other names it is a session, whose music these few would not be.
    if (complete === undefined && !sounds.every((path) => [vocals, partOfMusic, whole].some((name) => name.test(baseOf(path))))) return []
    const accompaniment = complete === undefined ? called(partOfMusic) : [complete]
    const found = { folder, vocals: called(vocals), accompaniment, mixture: called(whole)[0] }
    return found.vocals.length > 0 || found.accompaniment.length > 0 ? [found] : []
  })
}

/** True for folders with both stems. */
export function isWholeSong({ vocals, accompaniment }: StemFolder): boolean {
  return vocals.length > 0 && accompaniment.length > 0
}

/** Folders `<song>/vocals.*` with `accompaniment.*`, or with `drums.*`, `bass.*`, `other.*`; beside them `voices/` and `music/`. */
export const readStemFolders: ReadLayout = async (view) => {
  const found = findStemFolders(view.files)
  const songs = found.filter(isWholeSong)
  if (songs.length === 0) return undefined
  const names = shortNames(songs.map(({ folder }) => folder), view.name)
  const splits = splitsByFolder(songs.map(({ folder }) => `${folder}/`))
  const items = songs.map((song) => songItem(song, names.get(song.folder)!, splits(`${song.folder}/`)))
  const used = new Set(items.flatMap(({ files }) => files))
  const loose = looseItems(view.files.filter((path) => !used.has(path)), view.name)
  return describe([...items, ...loose], view.files, found)
}

/** A song as an item. */
export function songItem(song: StemFolder, name: string, splits: LayoutItem['splits']): LayoutItem {
  const parts = (paths: readonly string[]): RecordingPart[] => paths.map(wholeFile)
  return {
    name,
    files: [...song.vocals, ...song.accompaniment, ...(song.mixture === undefined ? [] : [song.mixture])],
    splits,
    material: {
      what: 'song',
      vocals: parts(song.vocals),
      accompaniment: parts(song.accompaniment),
      mixture: song.mixture === undefined ? undefined : parts([song.mixture]),
    },
  }
}

function describe(items: readonly LayoutItem[], files: readonly string[], found: readonly StemFolder[]): LayoutReading {
  const songs = items.filter(({ material }) => material.what === 'song').length
  const used = new Set(items.flatMap((item) => item.files))
  const incomplete = found.filter((song) => !isWholeSong(song) && ![...song.vocals, ...song.accompaniment].every((path) => used.has(path)))
  const without = (stem: 'vocals' | 'accompaniment') => incomplete.filter((song) => song[stem].length === 0).map(({ folder }) => folder)
  const missing = [
    ['vocals', 'has no vocals', 'have no vocals'],
    ['accompaniment', 'has no music', 'have no music'],
  ] as const
  const warnings = missing.flatMap(([stem, one, many]) => {
    const folders = without(stem)
    const [has, was] = folders.length === 1 ? [one, 'was'] : [many, 'were']
    return folders.length === 0 ? [] : [`${listed(folders)} ${has} beside it and ${was} left out.`]
  })
  const left = files.filter((path) => isSound(path) && !used.has(path) && !incomplete.some(({ folder }) => folder === folderOf(path)))
  if (left.length > 0) warnings.push(`${counted(left.length, 'other sound file')} without stems ${left.length === 1 ? 'was' : 'were'} left out.`)
  return {
    content: 'songs',
    items,
    summary: [`${counted(songs, 'song')} with stems`, groupsIn(items)].filter(Boolean).join(', '),
    warnings,
    rank: 3,
  }
}

/** One file of each name: the same stem may be there as WAV and as MP3, of which the first kind is taken. */
function onceEach(paths: readonly string[]): string[] {
  const kinds = ['wav', 'wave', 'flac', 'aif', 'aiff']
  const preference = (path: string) => (kinds.indexOf(path.split('.').at(-1)!.toLowerCase()) + kinds.length + 1) % (kinds.length + 1)
  const chosen = new Map<string, string>()
  for (const path of paths.toSorted((a, b) => preference(a) - preference(b))) {
    const name = baseOf(path).toLowerCase()
    if (!chosen.has(name)) chosen.set(name, path)
  }
  return [...chosen.values()].toSorted()
}
