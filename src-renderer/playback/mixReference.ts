import { audibleTracks } from '#shared/audio/mixing'
import type { Clip, Project, Source, Track } from '#shared/project/project'

interface Span {
  start: number
  end: number
}

/**
 * Returns a project that plays the songs as they were before they were split, at the same places of the timeline: wherever a
 * stem is heard in `project`, its mixture, without any gain. It is what the tracks are compared with.
 */
export function mixReference(project: Project): Project {
  const heard = audibleTracks(project.tracks)
  const songs = new Map<string, { sourceId: string; shift: number; spans: Span[] }>()
  for (const clip of (heard.length > 0 ? heard : project.tracks).flatMap(({ clips }) => clips)) {
    const { sourceId, offset } = mixtureOf(project.sources, clip)
    // Frames of the timeline minus those of the song: the same for all clips that play it in step.
    const shift = clip.start - offset
    const key = `${sourceId} ${shift}`
    const song = songs.get(key) ?? { sourceId, shift, spans: [] }
    songs.set(key, song)
    song.spans.push({ start: clip.start, end: clip.start + clip.length })
  }
  return { ...project, tracks: [...songs.values()].map(({ sourceId, shift, spans }, index) => songTrack(index, sourceId, shift, united(spans))) }
}

function mixtureOf(sources: readonly Source[], clip: Clip): { sourceId: string; offset: number } {
  const stem = sources.find(({ id }) => id === clip.sourceId)?.stem
  const known = stem && sources.some(({ id }) => id === stem.mixtureId)
  return known ? { sourceId: stem.mixtureId, offset: clip.offset + stem.offset } : clip
}

/** Spans that overlap or touch become one, so that a song is not heard twice where both stems play. */
function united(spans: readonly Span[]): Span[] {
  const result: Span[] = []
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else result.push({ start, end })
  }
  return result
}

function songTrack(index: number, sourceId: string, shift: number, spans: readonly Span[]): Track {
  const clips = spans.map(({ start, end }) => ({
    id: `mix-${index}-${start}`, sourceId, start, offset: start - shift, length: end - start, gain: 0, fadeIn: 0, fadeOut: 0,
  }))
  return { id: `mix-${index}`, name: 'Mix', role: 'mixture', gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform', clips }
}
