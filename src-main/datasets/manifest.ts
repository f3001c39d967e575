import type { RecordingKind } from '#main/datasets/recordings'
import { AppError } from '#shared/errors'

export type Split = 'train' | 'validation' | 'test'

/**
 * A file, or one stream of it, that a recording is the sum of. All are summed on the clock of the recording: that of the first
 * part, at its sample rate.
 */
export interface RecordingPart {
  /** Path below the dataset's folder, with `/`. */
  readonly path: string
  /** Which of the file's sounds, from 0; the one that a player would play where it is missing. */
  readonly stream?: number | undefined
  /** What its samples are multiplied with; negative for what is subtracted. */
  readonly gain: number
  /** Frame of the recording at which it begins; where it is negative, so many frames of the part are left out. */
  readonly delay: number
  /** Frame of the recording at which it ends at the latest. */
  readonly end?: number | undefined
}

/** A file as it is. */
export function wholeFile(path: string): RecordingPart {
  return { path, gain: 1, delay: 0 }
}

export interface ManifestEntry {
  /** Says in the dataset which recording it is; the path of its file where it is one. */
  readonly id: string
  readonly parts: readonly RecordingPart[]
  readonly kind: RecordingKind
  readonly group: string
  readonly split: Split
}

/** A song with both stems. */
export interface ManifestSong {
  readonly name: string
  readonly vocals: readonly RecordingPart[]
  readonly accompaniment: readonly RecordingPart[]
  /** The song as it was mixed, where there is a file of it; nothing is learned from that. */
  readonly mixture?: readonly RecordingPart[] | undefined
  readonly split: Split
}

/** A short recording of one thing. */
export interface ManifestClip {
  /** Path below the dataset's folder, with `/`. */
  readonly path: string
  readonly label: string
  /** Clips of one group are of one source: a recording, a speaker. */
  readonly group: string
  readonly split: Split
}

/** Some pictures of an IDX file. */
export interface ManifestImages {
  readonly name: string
  /** Paths below the dataset's folder, with `/`. */
  readonly images: string
  readonly labels?: string | undefined
  /** Pictures `[from, to)` of the file. */
  readonly from: number
  readonly to: number
  readonly split: Split
}

/** What there is to learn from. */
export interface Manifest {
  readonly entries: readonly ManifestEntry[]
  readonly songs: readonly ManifestSong[]
  readonly clips?: readonly ManifestClip[]
  readonly images?: readonly ManifestImages[]
}

export interface ManifestOptions {
  /** Songs by name (their folder's) that are kept for validation, and for the final test. */
  readonly validation: readonly string[]
  readonly test: readonly string[]
  /** Folders, as path prefixes, that are left out. */
  readonly without: readonly string[]
}

const audio = /\.(wav|wave|flac|aif|aiff|mp3|ogg|opus|m4a)$/i

/**
 * What a folder of recordings offers to training, from its files' paths alone:
 * `<anywhere>/<song>/vocals.*` with `accompaniment.*` beside it are a song; files below a folder `voices/<group>` are loose
 * voices, below `music/<group>` loose instrumental music. Other recordings are mixtures without stems.
 * @throws AppError DATASET_INVALID for a song without one of its stems or an unknown song in the options.
 */
export function readManifest(paths: readonly string[], options: ManifestOptions): Manifest {
  const files = paths
    .filter((path) => audio.test(path) && !options.without.some((prefix) => path.startsWith(prefix)))
    .toSorted()
  const songs = findSongs(files, options)
  for (const name of [...options.validation, ...options.test]) {
    if (songs.some((song) => song.name === name)) continue
    const known = songs.map((song) => song.name).join(', ') || 'none'
    throw new AppError('DATASET_INVALID', `There is no song named "${name}" in the dataset. Nothing was started; the songs are: ${known}.`)
  }
  const entries = [
    ...songs.flatMap(stemEntries),
    ...looseFiles(files, 'voices', 'voice'),
    ...looseFiles(files, 'music', 'music'),
  ]
  const known = new Set(entries.map(({ id }) => id))
  const mixtures = files
    .filter((path) => !known.has(path))
    .map((path): ManifestEntry => ({
      id: path,
      parts: [wholeFile(path)],
      kind: 'mixture',
      group: path.split('/').at(-2) ?? '',
      split: 'train',
    }))
  return { entries: [...entries, ...mixtures], songs }
}

/** Both stems of a song as recordings. */
export function stemEntries({ name, vocals, accompaniment, split }: ManifestSong): ManifestEntry[] {
  return [
    { id: stemId(name, 'vocals', vocals), parts: vocals, kind: 'songVocals', group: name, split },
    { id: stemId(name, 'accompaniment', accompaniment), parts: accompaniment, kind: 'songMusic', group: name, split },
  ]
}

function stemId(song: string, stem: string, parts: readonly RecordingPart[]): string {
  const [part] = parts
  return parts.length === 1 && part && part.stream === undefined && part.gain === 1 && part.delay === 0 ? part.path : `${song}/${stem}`
}

/** @throws AppError DATASET_EMPTY when there is nothing to train on that has stems, or, blind, nothing at all. */
export function requireTrainable({ entries }: Manifest, blind: boolean): void {
  const has = (...kinds: RecordingKind[]) => entries.some(({ kind, split }) => split === 'train' && kinds.includes(kind))
  if (blind ? has('songMusic', 'mixture') : has('songVocals', 'voice') && has('songMusic', 'music')) return
  throw new AppError(
    'DATASET_EMPTY',
    `The folder holds no ${blind ? 'songs' : 'vocals, or no music,'} to train on. Nothing was started; put songs there as ` +
      '<song>/vocals.* with <song>/accompaniment.*, or loose recordings as voices/<group>/* and music/<group>/*.',
  )
}

/** What has to be there at least: one to learn from and one to see what was learned. */
const fewestClips = 2

/** @throws AppError DATASET_EMPTY where there is none, or one alone */
export function requireClips(clips: readonly ManifestClip[], folder: string): void {
  if (clips.length >= fewestClips) return
  const found = clips.length === 0 ? 'no sound' : 'one sound alone'
  throw new AppError('DATASET_EMPTY', `"${folder}" holds ${found} that can be learned from, and ${fewestClips} at least are needed. Nothing was started; add short sounds, such as WAV files.`)
}

function findSongs(files: readonly string[], { validation, test }: ManifestOptions): ManifestSong[] {
  const stems = new Map<string, { vocals?: string; accompaniment?: string }>()
  for (const path of files) {
    const [, folder, stem] = /^(?:(.*)\/)?(vocals|accompaniment)\.[^./]+$/.exec(path) ?? []
    if (stem) stems.set(folder ?? '', { ...stems.get(folder ?? ''), [stem]: path })
  }
  return [...stems].map(([folder, { vocals, accompaniment }]) => {
    if (!vocals || !accompaniment) {
      const found = vocals ? 'vocals but no accompaniment' : 'an accompaniment but no vocals'
      const advice = 'Nothing was started; add the missing stem or take the folder away.'
      throw new AppError('DATASET_INVALID', `"${folder}" has ${found}. ${advice}`)
    }
    const name = folder.split('/').at(-1)!
    const split = validation.includes(name) ? 'validation' : test.includes(name) ? 'test' : 'train'
    return { name, vocals: [wholeFile(vocals)], accompaniment: [wholeFile(accompaniment)], split }
  })
}

function looseFiles(files: readonly string[], folder: string, kind: RecordingKind): ManifestEntry[] {
  return files.flatMap((path) => {
    const parts = path.split('/')
    const at = parts.indexOf(folder)
    if (at < 0 || at + 1 >= parts.length) return []
    const inGroup = at + 2 < parts.length
    const album = inGroup ? parts[at + 1]! : folder
    return [{ id: path, parts: [wholeFile(path)], kind, group: kind === 'voice' ? singerOf(album, parts.at(-1)!) : album, split: 'train' as const }]
  })
}

/**
 * Takes of one singer share the name's beginning: up to `__`, or the first three of the words joined by hyphens. Joined
 * lines must not change the singer in mid-phrase; the weight of a group counts for the album.
 */
export function singerOf(album: string, file: string): string {
  const prefix = file.includes('__') ? file.split('__')[0]! : file.split('-').length > 3 ? file.split('-').slice(0, 3).join('-') : ''
  return prefix ? `${album}/${prefix}` : album
}
