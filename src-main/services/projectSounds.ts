import type { AudioCopy, ProjectFolders } from '#main/services/projectPorts'
import { audioFiles, type AudioEntry, type ProjectAudio, soundSources } from '#main/services/projectFile'
import type { SoundStore } from '#main/services/platform'
import type { SoundService } from '#main/services/soundService'
import { AppError, type ErrorCode } from '#shared/errors'
import type { Project, Source } from '#shared/project/project'

interface Dependencies {
  readonly folders: ProjectFolders
  readonly library: Pick<SoundStore, 'find'>
  readonly adopt: SoundService['adopt']
}

type Report = (completed: number, total: number) => void

export interface GatheredAudio {
  readonly audio: ProjectAudio
  readonly copies: readonly AudioCopy[]
  readonly warnings: string[]
}

/** Returns what has to be in a project's folder for all its sounds: from the library, or from the folder it was saved in `before`. */
export async function gatherAudio(
  { folders, library }: Dependencies,
  project: Project,
  before: { folder: string | undefined; audio: ProjectAudio },
): Promise<GatheredAudio> {
  const files = audioFiles(project, before.audio)
  const audio: Record<string, AudioEntry> = {}
  const copies: AudioCopy[] = []
  const warnings: string[] = []
  for (const { soundId, name } of soundSources(project)) {
    const file = files.get(soundId)!
    const stored = await library.find(soundId)
    const earlier = before.audio[soundId]
    const from = stored?.audioPath ?? (before.folder && earlier && (await folders.audioPath(before.folder, earlier.file)))
    const origin = stored?.origins[0]
    const song = origin ? { sha256: origin.sha256, name: origin.songName } : earlier?.song
    audio[soundId] = { file, ...(song && { song }) }
    if (from === undefined) warnings.push(`"${name}" is no longer in the library, so the project was saved without its sound.`)
    else copies.push({ file, from })
  }
  return { audio, copies, warnings }
}

/**
 * Takes those of a project's sounds into the library that are not there, from the project's folder. Returns the project, in which a
 * sound whose file was changed meanwhile has its new id, and what is missing.
 */
export async function takeSounds(
  { folders, library, adopt }: Dependencies,
  project: Project,
  { folder, audio }: { folder: string | undefined; audio: ProjectAudio },
  report: Report = () => {},
): Promise<{ project: Project; warnings: string[] }> {
  const renamed = new Map<string, string>()
  const warnings: string[] = []
  const sources = soundSources(project)
  for (const [index, source] of sources.entries()) {
    const entry = audio[source.soundId]
    const path = entry && folder !== undefined ? await folders.audioPath(folder, entry.file) : undefined
    if (!(await library.find(source.soundId))) {
      const taken = path === undefined ? undefined : await adoptFitting({ folders, adopt }, path, source, entry!)
      if (taken === undefined) warnings.push(missing(source))
      else if (taken !== source.soundId) {
        renamed.set(source.soundId, taken)
        warnings.push(`The file of "${source.name}" was changed since the project was saved. It is heard as it is now.`)
      }
    }
    report(index + 1, sources.length)
  }
  const withIds = (source: Source) => ({ ...source, soundId: renamed.get(source.soundId) ?? source.soundId })
  return { project: renamed.size === 0 ? project : { ...project, sources: project.sources.map(withIds) }, warnings }
}

const unreadable = new Set<ErrorCode>(['FILE_NOT_FOUND', 'FILE_UNREADABLE', 'FILE_EMPTY', 'NOT_AUDIO', 'AUDIO_UNSUPPORTED', 'AUDIO_ZERO_LENGTH', 'AUDIO_NOT_FINITE'])

/** A file that is no longer what the document says, or cannot be read, is as good as missing. */
async function adoptFitting(
  { folders, adopt }: Pick<Dependencies, 'folders' | 'adopt'>,
  path: string,
  source: Source,
  { song }: AudioEntry,
): Promise<string | undefined> {
  const copy = await folders.duplicate(path)
  try {
    const sound = await adopt(copy.path, { name: source.name, ...(song && { song }) })
    const fits = sound.frames === source.frames && sound.sampleRate === source.sampleRate && sound.channels === source.channels
    return fits ? sound.id : undefined
  } catch (error) {
    if (error instanceof AppError && unreadable.has(error.code)) return undefined
    throw error
  } finally {
    await copy.discard()
  }
}

function missing({ name }: Source): string {
  return `The sound of "${name}" is neither in the library nor in the project's folder, so its clips are silent. Open the song again, or copy the project with its folder "audio".`
}
