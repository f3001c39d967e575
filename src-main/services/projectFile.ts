import { z } from 'zod'
import { AppError } from '#shared/errors'
import { distinctNames, safeFileName } from '#shared/project/fileNames'
import { readProject, type ReadProject } from '#shared/project/migrations'
import type { Project, Source } from '#shared/project/project'

const audioEntry = z.object({
  /** Name inside the folder's `audio`. */
  file: z.string(),
  /** The song that it is, or was made of: by it, all that was made of a song can be found. */
  song: z.object({ sha256: z.string(), name: z.string() }).optional(),
})
export type AudioEntry = z.infer<typeof audioEntry>

/** Files of a project's sounds, by their ids. */
export type ProjectAudio = Readonly<Record<string, AudioEntry>>

export interface ProjectFile extends ReadProject {
  readonly audio: ProjectAudio
}

/** Returns what project.json says. @throws AppError PROJECT_CORRUPT, PROJECT_TOO_NEW */
export function parseProjectFile(content: string): ProjectFile {
  const document = parseJson(content)
  const audio = z.object({ audio: z.record(z.string(), audioEntry) }).safeParse(document)
  return { ...readProject(document), audio: audio.success ? audio.data.audio : {} }
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch (cause) {
    const message = "The project file is damaged and can't be read. It was left as it is. If there is a copy of the project's folder, open that."
    throw new AppError('PROJECT_CORRUPT', message, { cause })
  }
}

/** Returns the content of project.json: the document with the names of its sounds' files. */
export function formatProjectFile(project: Project, audio: ProjectAudio): string {
  return `${JSON.stringify({ ...project, audio }, undefined, 1)}\n`
}

/** Returns the content of project.json under another name, whatever its version. @throws AppError PROJECT_CORRUPT */
export function renameInFile(content: string, name: string): string {
  return `${JSON.stringify({ ...(parseJson(content) as object), name }, undefined, 1)}\n`
}

/** Returns one source for each sound of the project. */
export function soundSources({ sources }: Project): Source[] {
  return [...new Map(sources.toReversed().map((source) => [source.soundId, source])).values()].reverse()
}

/** Returns a file name for each sound: that which it has already, or one that tells what it is. */
export function audioFiles(project: Project, before: ProjectAudio): ReadonlyMap<string, string> {
  const sources = soundSources(project)
  const names = sources.map(({ soundId, name }) => before[soundId]?.file ?? `${safeFileName(name)} [${soundId.slice(0, 8)}].wav`)
  const stems = distinctNames(names.map((name) => name.replace(/\.wav$/, '')))
  return new Map(sources.map(({ soundId }, index) => [soundId, `${stems[index]}.wav`]))
}
