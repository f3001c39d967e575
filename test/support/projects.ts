import {
  addClip,
  addMarker,
  addTrack,
  moveClip,
  moveClips,
  moveMarker,
  moveTrack,
  placeSong,
  placeStems,
  removeClip,
  removeMarker,
  removeTrack,
  renameMarker,
  renameTrack,
  replaceStems,
  setClip,
  setLoop,
  setTrack,
  splitClip,
  stemPairSources,
  trimClip,
} from '#shared/project/edits'
import { emptyProject, type Project, type Source } from '#shared/project/project'
import type { RandomStream } from '#shared/random'

/** Returns a stereo source of a second at 44.1 kHz, or what `over` says. */
export function songSource(id: string, over: Partial<Source> = {}): Source {
  return { id, name: `Song ${id}`, soundId: `sound-${id}`, sampleRate: 44100, channels: 2, frames: 44100, ...over }
}

/** Returns the stems of all of `mixture`, or of `frames` from `offset` on, with ids that begin with `prefix`. */
export function stemsOf(mixture: Source, prefix: string, offset = 0, frames = mixture.frames - offset) {
  const sound = (name: string) => ({ id: `${prefix}-${name}`, soundId: `sound-${prefix}-${name}`, name })
  return stemPairSources({ mixture, offset, frames, modelId: 'duovae', quality: 'fast', vocals: sound('Vocals'), accompaniment: sound('Music') })
}

/** Returns a project with one song, `song`, on the track `mix` as the clip `whole`. */
export function projectWithSong(): Project {
  return placeSong(emptyProject('p', 'Test'), { source: songSource('song'), trackId: 'mix', clipId: 'whole' })
}

/** Returns that project once it was split: its lanes are `mix`, `v` and `a`, their clips `whole`, `vc` and `ac`. */
export function separatedProject(): Project {
  const project = projectWithSong()
  const lanes = { vocals: { trackId: 'v', clipId: 'vc' }, accompaniment: { trackId: 'a', clipId: 'ac' } }
  return placeStems(project, { ...stemsOf(project.sources[0]!, 's1'), mixtureClipId: 'whole', lanes })
}

/** Returns an edit drawn from all there are, with arguments that are often impossible: outside, backwards, of things that are gone. */
export function randomEdit(random: RandomStream, newId: () => string): (project: Project) => Project {
  const { name, edit } = random.pick(Object.entries(kinds).map(([name, edit]) => ({ name, edit })))
  const draws = random.fork(`${name} ${newId()}`)
  return (project) => edit(project, draws, newId)
}

type RandomKind = (project: Project, random: RandomStream, newId: () => string) => Project

const pickId = (random: RandomStream, things: readonly { id: string }[]) =>
  things.length === 0 || random.chance(0.03) ? 'gone' : random.pick(things).id
const anyFrame = (random: RandomStream) => random.between(-20_000, 150_000)
const anyLength = (random: RandomStream) => random.between(-1000, 60_000)
const clipsOf = ({ tracks }: Project) => tracks.flatMap(({ clips }) => clips)
const trackId = (project: Project, random: RandomStream) => pickId(random, project.tracks)
const clipId = (project: Project, random: RandomStream) => pickId(random, clipsOf(project))
const maybe = <Value>(random: RandomStream, value: Value) => (random.chance(0.5) ? value : undefined)

const kinds: Record<string, RandomKind> = {
  placeSong: (project, random, newId) => {
    const frames = 1 + random.integer(80_000)
    return placeSong(project, { source: songSource(newId(), { frames }), trackId: newId(), clipId: newId(), start: anyFrame(random) })
  },
  placeStems: (project, random, newId) => {
    const mixture = project.sources.find(({ stem }) => !stem)
    if (!mixture) return project
    const offset = random.integer(mixture.frames)
    const frames = 1 + random.integer(mixture.frames - offset)
    const lane = () => ({ trackId: newId(), clipId: newId() })
    const clip = clipsOf(project).find(({ sourceId }) => sourceId === mixture.id)
    const lanes = { vocals: lane(), accompaniment: lane() }
    return placeStems(project, { ...stemsOf(mixture, newId(), offset, frames), ...(clip && { mixtureClipId: clip.id }), lanes })
  },
  replaceStems: (project, random, newId) => {
    const vocals = project.sources.find(({ stem }) => stem?.name === 'vocals')
    const mixture = project.sources.find(({ id }) => id === vocals?.stem?.mixtureId)
    if (!vocals?.stem || !mixture) return project
    const { offset, otherId } = vocals.stem
    const frames = random.chance(0.9) ? vocals.frames : vocals.frames + 1
    return replaceStems(project, { vocalsId: vocals.id, accompanimentId: otherId, ...stemsOf(mixture, newId(), offset, frames) })
  },
  addTrack: (project, random, newId) => addTrack(project, { track: { id: newId(), name: 'Lane', role: 'other' }, index: random.integer(9) }),
  removeTrack: (project, random) => (random.chance(0.4) ? removeTrack(project, { trackId: trackId(project, random) }) : project),
  moveTrack: (project, random) => moveTrack(project, { trackId: trackId(project, random), index: random.between(-3, 12) }),
  renameTrack: (project, random) => renameTrack(project, { trackId: trackId(project, random), name: random.pick(['', ' ', 'Lead', 'Choir']) }),
  setTrack: (project, random) => {
    const view = random.pick(['waveform', 'spectrogram', 'both'] as const)
    const [gain, pan] = [random.between(-300, 90), random.between(-3, 3)]
    return setTrack(project, { trackId: trackId(project, random), gain, pan, muted: random.chance(0.5), soloed: random.chance(0.5), view })
  },
  addClip: (project, random, newId) => {
    const sourceId = pickId(random, project.sources)
    const clip = { id: newId(), sourceId, start: anyFrame(random), offset: random.integer(50_000), length: 1 + random.integer(50_000) }
    const fades = { fadeIn: random.integer(50_000), fadeOut: random.integer(50_000) }
    return addClip(project, { trackId: trackId(project, random), clip: { ...clip, ...fades } })
  },
  moveClip: (project, random) => {
    const to = maybe(random, trackId(project, random))
    return moveClip(project, { clipId: clipId(project, random), start: anyFrame(random), ...(to !== undefined && { trackId: to }) })
  },
  moveClips: (project, random) => {
    const clipIds = clipsOf(project).filter(() => random.chance(0.4)).map(({ id }) => id)
    return moveClips(project, { clipIds, by: random.between(-90_000, 90_000) })
  },
  trimClip: (project, random) => {
    const [start, end] = [maybe(random, anyFrame(random)), maybe(random, anyFrame(random))]
    return trimClip(project, { clipId: clipId(project, random), ...(start !== undefined && { start }), ...(end !== undefined && { end }) })
  },
  splitClip: (project, random, newId) => {
    const { start, length } = random.pick(clipsOf(project)) ?? { start: 0, length: 1 }
    const at = random.chance(0.8) ? start + random.between(0, length) : anyFrame(random)
    return splitClip(project, { clipId: clipId(project, random), at, newId: newId() })
  },
  removeClip: (project, random) => removeClip(project, { clipId: clipId(project, random) }),
  setClip: (project, random) => {
    const [fadeIn, fadeOut] = [maybe(random, anyLength(random)), maybe(random, anyLength(random))]
    const fades = { ...(fadeIn !== undefined && { fadeIn }), ...(fadeOut !== undefined && { fadeOut }) }
    return setClip(project, { clipId: clipId(project, random), gain: random.between(-200, 60), ...fades })
  },
  addMarker: (project, random, newId) => addMarker(project, { id: newId(), at: anyFrame(random), name: 'Verse' }),
  moveMarker: (project, random) => moveMarker(project, { markerId: pickId(random, project.markers), at: anyFrame(random) }),
  renameMarker: (project, random) => renameMarker(project, { markerId: pickId(random, project.markers), name: random.pick(['A', 'B ', '']) }),
  removeMarker: (project, random) => removeMarker(project, { markerId: pickId(random, project.markers) }),
  setLoop: (project, random) => {
    const start = anyFrame(random)
    return setLoop(project, { start, end: random.chance(0.1) ? start : anyFrame(random), enabled: random.chance(0.5) })
  },
}
