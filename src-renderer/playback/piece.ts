import { nullPeaks, nullWindow } from '#renderer/playback/nullMeter'
import { follow, type Route, type Stretch } from '#renderer/playback/route'
import type { SoundReader } from '#renderer/playback/sounds'
import type { Stereo } from '#shared/audio/audioClip'
import { mixTrack, silentBlock, type ReadSource } from '#shared/audio/mixing'
import type { Project, Track } from '#shared/project/project'

/** What is played: versions of one timeline, which run in step so that changing from one to the other is only a gain. */
export type Programme = readonly Project[]

/** Some frames of a programme, one after the other as they are played, ready to be given to a graph. */
export interface Piece {
  readonly programme: Programme
  readonly frames: number
  /** Where they come from; what follows them is at `next`, or nothing. */
  readonly stretches: readonly Stretch[]
  readonly next: number | undefined
  /** A block for each track of each version, before the track's own gain and pan. */
  readonly lanes: readonly Stereo[]
  /** Peaks of the first version's null, and the frame of the piece from which on each counts. */
  readonly nulls: readonly { readonly at: number; readonly peak: number }[]
  /** False while samples of it were not there yet. */
  readonly whole: boolean
}

/** Returns the tracks of all versions, in the order of a piece's lanes. */
export function laneTracks(programme: Programme): Track[] {
  return programme.flatMap(({ tracks }) => tracks)
}

/** Tells whether only gains differ, not what is read and mixed. */
export function sameSamples(a: Programme, b: Programme): boolean {
  const [before, after] = [laneTracks(a), laneTracks(b)]
  return a.length === b.length && before.length === after.length && before.every((track, lane) => sameClips(track, after[lane]!))
}

/** Edits share what they leave alone, so mostly the same clips are the same array. */
function sameClips(a: Track, b: Track): boolean {
  return a.id === b.id && (a.clips === b.clips || JSON.stringify(a.clips) === JSON.stringify(b.clips))
}

/** Reads and mixes the next `frames` of a route; fewer at its end. */
export async function cutPiece(programme: Programme, route: Route, from: number, frames: number, sounds: SoundReader): Promise<Piece> {
  const { stretches, next } = follow(route, from, frames)
  const length = stretches.reduce((sum, stretch) => sum + stretch.frames, 0)
  let whole = true
  const readers = programme.map((project) => sounds.readerOf(project, () => (whole = false)))
  const reading = programme.flatMap((project, version) => project.tracks.map((track) => laneBlock(track, stretches, length, readers[version]!)))
  // A mixture that cannot be read any more is no reason not to play its stems.
  const measuring = programme[0] ? nullsOf(programme[0], stretches, readers[0]!).catch(() => []) : []
  const [lanes, nulls] = await Promise.all([Promise.all(reading), measuring])
  return { programme, frames: length, stretches, next, lanes, nulls, whole }
}

async function laneBlock(track: Track, stretches: readonly Stretch[], frames: number, read: ReadSource): Promise<Stereo> {
  const blocks = await eachOnce(stretches, ({ from, frames: count }) => mixTrack(track, from, count, read))
  if (blocks.length === 1) return blocks[0]!
  const joined = silentBlock(frames)
  let at = 0
  for (const block of blocks) {
    block.forEach((samples, channel) => joined[channel]!.set(samples, at))
    at += block[0].length
  }
  return joined
}

async function nullsOf(project: Project, stretches: readonly Stretch[], read: ReadSource): Promise<Piece['nulls']> {
  const nulls: { at: number; peak: number }[] = []
  let start = 0
  const measured = await eachOnce(stretches, ({ from, frames }) => nullPeaks(project, from, frames, read))
  measured.forEach((peaks, stretch) => {
    for (const [index, peak] of peaks.entries()) if (peak !== undefined) nulls.push({ at: start + index * nullWindow, peak })
    start += stretches[stretch]!.frames
  })
  return nulls
}

/** Does the same stretch once, however often it comes: a loop of a few frames is gone round thousands of times in one piece. */
async function eachOnce<Result>(stretches: readonly Stretch[], work: (stretch: Stretch) => Promise<Result>): Promise<Result[]> {
  const keyOf = ({ from, frames }: Stretch) => `${from}:${frames}`
  const different = new Map(stretches.map((stretch) => [keyOf(stretch), stretch]))
  const done = new Map<string, Result>()
  await Promise.all([...different].map(async ([key, stretch]) => done.set(key, await work(stretch))))
  return stretches.map((stretch) => done.get(keyOf(stretch))!)
}
