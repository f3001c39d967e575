import { audibleTracks } from '#shared/audio/mixing'
import { AppError } from '#shared/errors'
import { distinctNames, fillTemplate, templateProblem } from '#shared/project/fileNames'
import { projectFrames, type Project, type Source, type Track } from '#shared/project/project'

/** Which files are rendered of a project; see `renderRequest` in the contract. */
export interface RenderChoice {
  readonly project: Project
  readonly what: { readonly kind: 'tracks'; readonly trackIds: readonly string[] } | { readonly kind: 'mixdown' }
  /** Frames of the timeline; the whole project without it. */
  readonly range?: { readonly start: number; readonly end: number } | undefined
  readonly template: string
}

export interface PlannedFile {
  /** Without extension; fit for every system, and different from those of the other files. */
  readonly name: string
  /** What is in it, as tags say it. */
  readonly title: string
  readonly stem: string
  readonly channels: 1 | 2
  /** The stem that all of it is, and the song that this one and the other stem sum to; missing for anything else. */
  readonly half: { readonly name: 'vocals' | 'accompaniment'; readonly mixtureId: string } | undefined
  /** What is summed, with the gains and pans that count for this file. */
  readonly tracks: readonly Track[]
}

/** Files of one length that begin at the same frame of the timeline, so that they lie exact upon one another. */
export interface RenderPlan {
  /** Hertz. */
  readonly sampleRate: number
  /** Frame of the timeline. */
  readonly start: number
  readonly frames: number
  readonly files: readonly PlannedFile[]
  /** Sentences for the user. */
  readonly warnings: readonly string[]
}

/**
 * Returns what is to be rendered.
 * @param date for `{date}` in the template
 * @throws INVALID_INPUT when there would be no sound, and for a track or a field of the template that is not known
 */
export function planRender(choice: RenderChoice, date: string): RenderPlan {
  const { project, what, template } = choice
  const problem = templateProblem(template)
  if (problem !== undefined) throw new AppError('INVALID_INPUT', `${problem} Nothing was written.`)
  const range = choice.range ?? { start: 0, end: projectFrames(project) }
  if (range.end <= range.start) throw refused('The part to be exported has no length. Select some of the timeline, or choose all of it.')
  const chosen = what.kind === 'mixdown' ? [mixdown(project, range)] : soloFiles(project, what.trackIds, range)
  const heard = chosen.filter(({ tracks }) => tracks.length > 0)
  if (heard.length === 0 || project.sampleRate === undefined) throw refused('There is no sound in the part to be exported. Choose other tracks, or another part.')
  const names = distinctNames(heard.map((file) => fillTemplate(template, { ...file, date })))
  return {
    sampleRate: project.sampleRate,
    start: range.start,
    frames: range.end - range.start,
    files: heard.map(({ title, stem, tracks }, i) => ({ name: names[i]!, title, stem, tracks, channels: channelsOf(project, tracks), half: halfOf(project, tracks) })),
    warnings: chosen.filter((file) => !heard.includes(file)).map(({ stem }) => `"${stem}" has no sound in this part, so no file was made of it.`),
  }
}

type Draft = Pick<PlannedFile, 'title' | 'stem' | 'tracks'> & { model: string }
type Range = NonNullable<RenderChoice['range']>

function soloFiles(project: Project, trackIds: readonly string[], range: Range): Draft[] {
  return trackIds.map((id) => {
    const track = project.tracks.find((candidate) => candidate.id === id)
    if (track === undefined) throw refused('A track that was to be exported is no longer in the project.')
    const alone = { ...track, gain: 0, pan: 0, muted: false, soloed: false }
    return draft(project, track.name, sounding([alone], range))
  })
}

function mixdown(project: Project, range: Range): Draft {
  return draft(project, 'Mixdown', sounding(audibleTracks(project.tracks), range))
}

/** Those that have a clip in the range. */
function sounding(tracks: readonly Track[], { start, end }: Range): Track[] {
  return tracks.filter(({ clips }) => clips.some((clip) => clip.start < end && clip.start + clip.length > start))
}

function draft(project: Project, stem: string, tracks: readonly Track[]): Draft {
  const used = sourcesOf(project, tracks)
  const songs = new Set(used.map((source) => songOf(project, source)))
  const models = new Set(used.flatMap((source) => (source.stem === undefined ? [] : [source.stem.modelId])))
  const [title = project.name] = songs.size === 1 ? songs : [project.name]
  return { title, stem, tracks, model: [...models].join(', ') }
}

/** The name of the song that a source is, or was separated from. */
function songOf({ sources }: Project, source: Source): string {
  return sources.find(({ id }) => id === source.stem?.mixtureId)?.name ?? source.name
}

/** Returns the sources that some tracks play, each once. */
export function sourcesOf({ sources }: Project, tracks: readonly Track[]): Source[] {
  const ids = new Set(tracks.flatMap(({ clips }) => clips.map(({ sourceId }) => sourceId)))
  return sources.filter(({ id }) => ids.has(id))
}

function halfOf(project: Project, tracks: readonly Track[]): PlannedFile['half'] {
  const [first, ...others] = sourcesOf(project, tracks).map(({ stem }) => stem)
  const isOne = first && others.every((stem) => stem?.name === first.name && stem.mixtureId === first.mixtureId)
  return isOne ? { name: first.name, mixtureId: first.mixtureId } : undefined
}

function channelsOf(project: Project, tracks: readonly Track[]): 1 | 2 {
  const mono = sourcesOf(project, tracks).every(({ channels }) => channels === 1) && tracks.every(({ pan }) => pan === 0)
  return mono ? 1 : 2
}

function refused(reason: string): AppError {
  return new AppError('INVALID_INPUT', `${reason} Nothing was written.`)
}
