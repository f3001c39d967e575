import { stemEntries, type Manifest, type ManifestEntry, type ManifestSong, type RecordingPart } from '#main/datasets/manifest'
import { AppError } from '#shared/errors'

/** A stretch of a file, at its own rate; its frames are [start, end). */
export interface FileStretch {
  readonly path: string
  readonly name: string
  readonly sampleRate: number
  readonly start: number
  readonly end: number
}

/** What is learned from, what decides which epoch is best, and what tells how good it is; none may help another. */
const shares = { train: 0.7, validation: 0.15, test: 0.15 } as const
/** With less there is not even a patch to validate with. */
const leastSeconds = { voice: 15, song: 20 } as const

/**
 * Own songs as a lesson. Where whole songs are kept for validation and for test, they are used as they are; else the end of each song
 * is: what comes after 70 % and after 85 % of it.
 * @param frames of each song, by its name, at the rate of its first part
 * @throws AppError DATASET_EMPTY where no song is long enough
 */
export function songLesson({ entries, songs }: Manifest, frames: ReadonlyMap<string, { frames: number; sampleRate: number }>): Manifest {
  const splits = new Set(songs.map(({ split }) => split))
  if (splits.has('train') && splits.has('validation') && splits.has('test')) return { entries, songs }
  const cut = songs.flatMap((song) => {
    const length = frames.get(song.name)
    return length && length.frames >= leastSeconds.song * length.sampleRate ? thirds(song, length.frames) : []
  })
  if (cut.length === 0) throw tooShort(`songs of at least ${leastSeconds.song} seconds whose vocals and music are known`)
  return { entries: [...cut.flatMap(stemEntries), ...entries.filter(({ kind }) => kind === 'voice' || kind === 'music')], songs: cut }
}

/**
 * A voice alone as a lesson, with music that it is mixed with: the first 70 % of all voices and musics are learned from, and what
 * follows of the longest ones, mixed, tells how well. Paths of the manifest are those of the files.
 * @throws AppError DATASET_EMPTY where a voice or music is too short
 */
export function voiceLesson(voices: readonly FileStretch[], musics: readonly FileStretch[]): Manifest {
  const voice = longest(voices)
  const music = longest(musics)
  if (!voice || !music || seconds(voice) < leastSeconds.voice || seconds(music) < leastSeconds.voice) {
    throw tooShort(`at least ${leastSeconds.voice} seconds of one voice, and as much of music`)
  }
  const learned = (kind: 'voice' | 'music') => (stretch: FileStretch, index: number): ManifestEntry => ({
    id: `${kind} ${index + 1}: ${stretch.name}`,
    parts: [stretchPart(stretch, 0, shares.train)],
    kind,
    group: stretch.name,
    split: 'train',
  })
  const held = (split: 'validation' | 'test', from: number): ManifestSong => {
    const vocals = stretchPart(voice, from, shares[split])
    return { name: `${voice.name} over ${music.name} (${split})`, vocals: [vocals], accompaniment: [ended(stretchPart(music, from, 1 - from), voice, music)], split }
  }
  const songs = [held('validation', shares.train), held('test', shares.train + shares.validation)]
  return { entries: [...voices.map(learned('voice')), ...musics.map(learned('music')), ...songs.flatMap(stemEntries)], songs }
}

function thirds(song: ManifestSong, frames: number): ManifestSong[] {
  const a = Math.round(frames * shares.train)
  const b = Math.round(frames * (shares.train + shares.validation))
  const piece = (split: keyof typeof shares, name: string, from: number, to: number): ManifestSong => ({
    name,
    vocals: cutParts(song.vocals, from, to),
    accompaniment: cutParts(song.accompaniment, from, to),
    split,
  })
  return [
    piece('train', song.name, 0, a),
    piece('validation', `${song.name}, before its end`, a, b),
    piece('test', `${song.name}, its end`, b, frames),
  ]
}

/** The frames [from, to) of a sum of parts, on a clock of its own. */
function cutParts(parts: readonly RecordingPart[], from: number, to: number): RecordingPart[] {
  return parts.map((part) => ({ ...part, delay: part.delay - from, end: Math.min(part.end ?? to, to) - from }))
}

/** So much of a stretch from a share of it on, on a clock of its own. */
function stretchPart({ path, start, end }: FileStretch, from: number, share: number): RecordingPart {
  const first = start + Math.round((end - start) * from)
  return { path, gain: 1, delay: 0 - first, end: Math.round((end - start) * share) }
}

/** Music under a voice ends with it; the voice's frames may be those of another rate. */
function ended(part: RecordingPart, voice: FileStretch, music: FileStretch): RecordingPart {
  return { ...part, end: Math.min(part.end!, Math.round(seconds(voice) * shares.test * music.sampleRate)) }
}

function seconds({ start, end, sampleRate }: FileStretch): number {
  return (end - start) / sampleRate
}

function longest(stretches: readonly FileStretch[]): FileStretch | undefined {
  return stretches.toSorted((a, b) => seconds(b) - seconds(a))[0]
}

function tooShort(wanted: string): AppError {
  return new AppError('DATASET_EMPTY', `A lesson needs ${wanted}. Nothing was started; choose more, or longer, material.`)
}
