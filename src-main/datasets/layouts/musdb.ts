import type { LayoutItem, ReadLayout } from '#main/datasets/layouts/layout'
import { counted, folderOf, lastOf, saidSplit, splitsByFolder } from '#main/datasets/layouts/paths'
import { findStemFolders, isWholeSong, songItem } from '#main/datasets/layouts/stemFolders'
import type { RecordingPart } from '#main/datasets/manifest'
import type { Split } from '#shared/contract/datasets'

/** Songs of MUSDB18's training folder that its own tools hold out for validation. @see https://github.com/sigsep/sigsep-mus-db */
const validationSongs = new Set([
  'Actions - One Minute Smile',
  'ANiMAL - Rockshow',
  'Alexander Ross - Goodbye Bolero',
  'Clara Berry And Wooldog - Waltz For My Victims',
  'Fergessen - Nos Palpitants',
  'James May - On The Line',
  'Johnny Lokke - Promises & Lies',
  'Leaf - Summerghost',
  'Meaxic - Take A Step',
  'Patrick Talbot - A Reason To Leave',
  'Skelpolu - Human Mistakes',
  'Traffic Experiment - Sirens',
  'Triviul - Angelsaint',
  'Young Griffo - Pennies',
])

const stemFile = /\.stem\.(mp4|m4a)$/i

/** Where each sound is in a file of stems, which begins with the mixture. */
const streams = { mixture: [0], accompaniment: [1, 2, 3], vocals: [4] } as const

/** MUSDB18: `train/` and `test/` with a .stem.mp4 file a song, or, as MUSDB18-HQ, with a folder of WAV files. */
export const readMusdb: ReadLayout = async ({ files }) => {
  const packed = files.filter((path) => stemFile.test(path))
  const folders = findStemFolders(files).filter(
    (song) => isWholeSong(song) && song.mixture !== undefined && saidSplit(`${song.folder}/`) !== undefined,
  )
  const places = [...packed, ...folders.map(({ folder }) => `${folder}/`)]
  if (places.length === 0) return undefined
  const names = places.map(songName)
  const official = places.some((place) => saidSplit(place) === 'train' && validationSongs.has(songName(place)))
  const byFolder = splitsByFolder(places)
  const splitsOf = (place: string): readonly Split[] => {
    if (!official || saidSplit(place) !== 'train') return byFolder(place)
    return [validationSongs.has(songName(place)) ? 'validation' : 'train']
  }
  const nameOf = (place: string) => (names.filter((name) => name === songName(place)).length === 1 ? songName(place) : place.replace(/\/$/, ''))
  const items = [
    ...packed.map((path) => packedSong(path, nameOf(path), splitsOf(path))),
    ...folders.map((song) => songItem(song, nameOf(`${song.folder}/`), splitsOf(`${song.folder}/`))),
  ]
  return { content: 'songs', items, summary: `${counted(items.length, 'song')} of the MUSDB layout`, warnings: [], rank: 3 }
}

function songName(place: string): string {
  return place.endsWith('/') ? lastOf(folderOf(place)) : lastOf(place).replace(stemFile, '')
}

function packedSong(path: string, name: string, splits: readonly Split[]): LayoutItem {
  const parts = (numbers: readonly number[]): RecordingPart[] => numbers.map((stream) => ({ path, stream, gain: 1, delay: 0 }))
  const { vocals, accompaniment, mixture } = streams
  return {
    name,
    files: [path],
    splits,
    material: { what: 'song', vocals: parts(vocals), accompaniment: parts(accompaniment), mixture: parts(mixture) },
  }
}
