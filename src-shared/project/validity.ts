import { sortedByStart } from '#shared/project/placement'
import { clipEnd, type Clip, type Project, type Track } from '#shared/project/project'

/**
 * Returns what is wrong with a document although its fields are well formed, in the words of a sentence's end, or undefined. Edits
 * never make such a document; a file may hold one.
 */
export function inconsistency(project: Project): string | undefined {
  const { sources, tracks, markers, sampleRate, loop } = project
  const repeated = firstRepeated(sources) ?? firstRepeated(tracks) ?? firstRepeated(tracks.flatMap(({ clips }) => clips)) ?? firstRepeated(markers)
  if (repeated !== undefined) return `the id ${repeated} is there twice`
  const otherRate = sources.find((source) => source.sampleRate !== sampleRate)
  if (otherRate) return `"${otherRate.name}" has not the project's rate`
  if (loop && loop.end <= loop.start) return 'the loop ends before it begins'
  if (markers.some(({ at }, index) => at < (markers[index - 1]?.at ?? 0))) return 'the markers are not in order'
  const frames = new Map(sources.map((source) => [source.id, source.frames]))
  for (const track of tracks) {
    const wrong = wrongClip(track, frames)
    if (wrong !== undefined) return `on the track "${track.name}" ${wrong}`
  }
  return undefined
}

function firstRepeated(things: readonly { id: string }[]): string | undefined {
  const seen = new Set<string>()
  return things.find(({ id }) => seen.size === seen.add(id).size)?.id
}

function wrongClip({ clips }: Track, frames: ReadonlyMap<string, number>): string | undefined {
  let free = 0
  for (const clip of clips) {
    const available = frames.get(clip.sourceId)
    if (available === undefined) return `the clip ${clip.id} plays a source that is not there`
    if (clip.offset + clip.length > available) return `the clip ${clip.id} is longer than its source`
    if (clip.fadeIn + clip.fadeOut > clip.length) return `the fades of the clip ${clip.id} are longer than it is`
    if (clip.start < free) return `the clip ${clip.id} lies over another`
    free = clipEnd(clip)
  }
  return undefined
}

/**
 * Returns a document without inconsistencies: what contradicts the rest is left out, and `warnings` says so. A consistent one is
 * returned as it is.
 */
export function mendProject(project: Project): { project: Project; warnings: string[] } {
  if (inconsistency(project) === undefined) return { project, warnings: [] }
  const { loop, ...rest } = project
  const sources = distinct(project.sources).filter(({ sampleRate }) => sampleRate === project.sampleRate)
  const frames = new Map(sources.map((source) => [source.id, source.frames]))
  const seen = new Set<string>()
  const tracks = distinct(project.tracks).map((track) => ({ ...track, clips: possibleClips(track.clips, frames, seen) }))
  const markers = distinct(project.markers).sort((a, b) => a.at - b.at)
  const mended = { ...rest, sources, tracks, markers, ...(loop && loop.end > loop.start && { loop }) }
  const lost = clipCount(project) - clipCount(mended)
  const clips = lost === 1 ? 'one clip was' : `${lost} clips were`
  return { project: mended, warnings: [`The project file contradicted itself and was mended as it was opened; ${clips} left out.`] }
}

const clipCount = ({ tracks }: Project) => tracks.reduce((count, { clips }) => count + clips.length, 0)

function distinct<Thing extends { id: string }>(things: readonly Thing[]): Thing[] {
  return [...new Map(things.toReversed().map((thing) => [thing.id, thing])).values()].reverse()
}

/** @param seen ids of clips on the tracks above; gains those of this one */
function possibleClips(clips: readonly Clip[], frames: ReadonlyMap<string, number>, seen: Set<string>): Clip[] {
  let free = 0
  return sortedByStart(clips).flatMap((clip) => {
    const available = frames.get(clip.sourceId) ?? 0
    if (seen.has(clip.id) || clip.start < free || clip.offset + clip.length > available) return []
    seen.add(clip.id)
    free = clipEnd(clip)
    const fadeIn = Math.min(clip.fadeIn, clip.length)
    return [{ ...clip, fadeIn, fadeOut: Math.min(clip.fadeOut, clip.length - fadeIn) }]
  })
}
