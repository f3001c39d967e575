import { anySplit, type FolderView, type LayoutItem, type LayoutOptions, type NamedTrack, type ReadLayout } from '#main/datasets/layouts/layout'
import { byFolder, counted, isSound, listed, shortNames, splitsByFolder } from '#main/datasets/layouts/paths'
import { findStemFolders, isWholeSong } from '#main/datasets/layouts/stemFolders'
import { guessRole, isTelling, trackName } from '#main/datasets/layouts/tracks'
import { wholeFile } from '#main/datasets/manifest'
import type { TrackRole } from '#shared/contract/datasets'

interface MultitrackFolder {
  readonly folder: string
  readonly tracks: readonly { path: string; name: string }[]
}

/** More tracks than a mixing desk has are no song. */
const mostTracks = 120

/** Folders with a file a track. Which tracks are vocals is guessed from their names, and asked. */
export const readMultitrack: ReadLayout = async (view, { roles }) => {
  const folders = findMultitracks(view)
  if (folders.length === 0) return undefined
  const roleOf = (name: string) => roles[name] ?? guessRole(name)
  const splits = splitsByFolder(folders.map(({ folder }) => `${folder}/`))
  const names = shortNames(folders.map(({ folder }) => folder), view.name)
  const items = folders.flatMap((song) => itemOf(song, names.get(song.folder)!, splits(`${song.folder}/`), roleOf))
  const songs = items.filter(({ material }) => material.what === 'song')
  if (items.length === 0) return undefined
  const others = items.length - songs.length
  const used = new Set(items.map(({ name }) => name))
  const left = [...names.values()].filter((name) => !used.has(name))
  const telling = songs.length > 0 && folders.some(looksLikeSong)
  // Where roles were given, somebody has looked.
  if (!telling && Object.keys(roles).length === 0 && !isPlausible(folders, view)) return undefined
  return {
    content: 'songs',
    items,
    summary: `${counted(songs.length, 'song')} with both vocals and other tracks${others > 0 ? `, ${others} with only one of them` : ''}`,
    warnings: [
      ...(songs.length === 0 ? ['No song has both vocals and other tracks; say which tracks are vocals.'] : []),
      ...(left.length > 0 ? [`All tracks of ${listed(left)} are left out.`] : []),
    ],
    rank: telling ? 3 : 0,
  }
}

/** The tracks of all multitrack folders, most frequent first. */
export function multitrackTracks(view: FolderView, { roles }: LayoutOptions): NamedTrack[] {
  const songs = new Map<string, number>()
  for (const { tracks } of findMultitracks(view)) {
    for (const name of new Set(tracks.map((track) => track.name))) songs.set(name, (songs.get(name) ?? 0) + 1)
  }
  const found = [...songs].map(([name, count]) => ({ name, role: roles[name] ?? guessRole(name), songs: count }))
  return found.toSorted((a, b) => b.songs - a.songs || (a.name < b.name ? -1 : 1))
}

function findMultitracks({ files }: FolderView): MultitrackFolder[] {
  const known = new Set(findStemFolders(files).filter(isWholeSong).map(({ folder }) => folder))
  return [...byFolder(files.filter(isSound))]
    .filter(([folder, sounds]) => sounds.length >= 2 && sounds.length <= mostTracks && !known.has(folder))
    .map(([folder, sounds]) => ({ folder, tracks: sounds.map((path) => ({ path, name: trackName(path) })) }))
}

/** Vocals and instruments are there by name, and most names say something. */
function looksLikeSong({ tracks }: MultitrackFolder): boolean {
  const telling = tracks.filter(({ name }) => isTelling(name))
  const roles = new Set(telling.map(({ name }) => guessRole(name)))
  return roles.has('vocals') && roles.has('accompaniment') && telling.length * 2 >= tracks.length
}

/** Names say nothing, and yet it may be: most folders have the same tracks, or it is the folder of one song. */
function isPlausible(folders: readonly MultitrackFolder[], { files }: FolderView): boolean {
  const names = folders.map(({ tracks }) => new Set(tracks.map(({ name }) => name)))
  const recurring = names.filter((own, i) => names.some((other, j) => i !== j && [...own].filter((name) => other.has(name)).length * 2 >= own.size))
  const all = byFolder(files.filter(isSound)).size
  return folders.length * 2 > all && (folders.length === 1 || recurring.length * 2 > folders.length)
}

/** A song; or, where it has only one kind of track, what can be remixed with others. */
function itemOf(song: MultitrackFolder, name: string, splits: LayoutItem['splits'], roleOf: (name: string) => TrackRole): LayoutItem[] {
  const { folder, tracks } = song
  const playing = (role: TrackRole) => tracks.filter((track) => roleOf(track.name) === role).map(({ path }) => path)
  const [vocals, music] = [playing('vocals'), playing('accompaniment')]
  const files = [...vocals, ...music]
  if (files.length === 0) return []
  if (vocals.length > 0 && music.length > 0) {
    return [{ name, files, splits, material: { what: 'song', vocals: vocals.map(wholeFile), accompaniment: music.map(wholeFile) } }]
  }
  const recordings = files.map((path) => ({ path, group: folder || name }))
  return [{ name, files, splits: splits === anySplit ? ['train'] : splits, material: { what: vocals.length > 0 ? 'voices' : 'music', recordings } }]
}
