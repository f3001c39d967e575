import { anySplit, type LayoutItem, type ReadLayout } from '#main/datasets/layouts/layout'
import { baseOf, counted, folderOf, groupBy, isSound, lastOf, listed, splitsByFolder } from '#main/datasets/layouts/paths'
import { findStemFolders, isWholeSong } from '#main/datasets/layouts/stemFolders'

type Part = 'vocals' | 'accompaniment' | 'mixture'

/**
 * Words that tell the versions of a song apart; the rest of the name is the song's. Those that songs are called by as well count
 * only at the end of a name.
 */
const markers: readonly [Part, RegExp][] = [
  ['accompaniment', /\b(instrumentals?|inst|karaoke|backing ?tracks?|accompaniments?|minus ?(one|1)|(no|off|without) ?vocals?)\b/],
  ['vocals', /\b(acap+ell?as?|vocals? ?only|only ?vocals?)\b|\bvocals?$/],
  ['mixture', /\b(mixtures?|mix(es)?|full ?(mix|song|version)?|originals?|master|with ?vocals)$|^songs$/],
]

/** A mixture with an instrumental or an a cappella of the same song: the missing stem is what the one leaves of the other. */
export const readPairs: ReadLayout = async ({ files }) => {
  const whole = new Set(findStemFolders(files).filter(isWholeSong).map(({ folder }) => folder))
  const sounds = files.filter((path) => isSound(path) && !whole.has(folderOf(path))).map(describe)
  const groups = [...groupBy(sounds, ({ song }) => song)]
  const splits = splitsByFolder(sounds.map(({ path }) => path))
  const items = groups.flatMap(([song, versions]) => pairItem(song, versions, splits))
  if (items.length === 0) return undefined
  const used = new Set(items.flatMap((item) => item.files))
  const alone = sounds.filter(({ path, part }) => !used.has(path) && part !== 'unmarked').map(({ path }) => path)
  const left = sounds.filter(({ path, part }) => !used.has(path) && part === 'unmarked').length
  return {
    content: 'songs',
    items,
    summary: `${counted(items.length, 'mixture')} with the instrumental, or the vocals, of the same song`,
    warnings: [
      ...(alone.length > 0 ? [`There is no other version of ${listed(alone)}; left out.`] : []),
      ...(left > 0 ? [`${counted(left, 'sound file')} without an instrumental ${left === 1 ? 'was' : 'were'} left out.`] : []),
    ],
    rank: 3,
  }
}

interface Version {
  readonly path: string
  readonly part: Part | 'unmarked'
  /** The same for all versions of a song. */
  readonly song: string
}

function describe(path: string): Version {
  const folders = folderOf(path).split('/').filter(Boolean)
  const own = partOf(plain(baseOf(path)))
  // "Song.wav" in a folder "instrumentals" is an instrumental.
  const above = folders.map((folder) => partOf(plain(folder))).find(({ part, rest }) => part !== 'unmarked' && rest === '')
  const part = own.part === 'unmarked' ? (above?.part ?? 'unmarked') : own.part
  const places = folders.map(plain).filter((folder) => partOf(folder).rest !== '')
  return { path, part, song: [...places, own.rest].filter(Boolean).join('/') }
}

function partOf(name: string): { part: Part | 'unmarked'; rest: string } {
  for (const [part, words] of markers) {
    if (words.test(name)) return { part, rest: plain(name.replace(words, ' ')) }
  }
  return { part: 'unmarked', rest: name }
}

/** Lower case, with words and nothing else. */
function plain(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

function pairItem(song: string, versions: readonly Version[], splits: (path: string) => LayoutItem['splits']): LayoutItem[] {
  const called = (part: Version['part']) => versions.filter((version) => version.part === part).map(({ path }) => path)
  const [mixture, ...others] = called('mixture').length > 0 ? called('mixture') : called('unmarked')
  const known = (['accompaniment', 'vocals'] as const).map((stem) => ({ stem, paths: called(stem) })).find(({ paths }) => paths.length === 1)
  if (mixture === undefined || others.length > 0 || !known) return []
  const [stem] = known.paths
  const allowed = [mixture, stem!].map(splits).find((choice) => choice !== anySplit)
  return [
    {
      name: nameOf(song, mixture),
      files: [mixture, stem!],
      splits: allowed ?? anySplit,
      material: { what: 'pair', mixture, known: stem!, stem: known.stem },
    },
  ]
}

/** As the file or its folder is spelt, where that is all that tells the song. */
function nameOf(song: string, mixture: string): string {
  const candidates = [baseOf(mixture), lastOf(folderOf(mixture))]
  return candidates.find((candidate) => plain(candidate) === song) ?? (song || lastOf(folderOf(mixture)) || baseOf(mixture))
}
