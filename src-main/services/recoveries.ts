import { z } from 'zod'
import { parseProjectFile } from '#main/services/projectFile'
import type { ProjectFolders, RecoveryStore, StoredDocument } from '#main/services/projectPorts'
import type { ProjectPlace, ProjectSessions } from '#main/services/projectSessions'
import type { Recovery } from '#shared/contract/projects'
import { AppError } from '#shared/errors'
import { readProject } from '#shared/project/migrations'
import type { Project } from '#shared/project/project'

const kept = z.object({ folder: z.string().optional(), project: z.unknown(), wasLeft: z.boolean().default(false) })

export interface UnsavedProject {
  readonly folder: string | undefined
  readonly project: Project
  /** Milliseconds since 1970. */
  readonly at: number
  /** Whether the window kept them as it went. */
  readonly wasLeft: boolean
}

/** Returns what knows of edits that are not saved yet, over the files of `store`. */
export function createRecoveries(store: RecoveryStore, sessions: ProjectSessions, folders: ProjectFolders) {
  /** What cannot be read is of no use to anybody. */
  const read = async (id: string): Promise<UnsavedProject | undefined> => {
    const stored = await store.read(id)
    if (!stored) return undefined
    try {
      const { folder, project, wasLeft } = kept.parse(JSON.parse(stored.content))
      return { folder, project: readProject(project).project, at: stored.at, wasLeft }
    } catch {
      return undefined
    }
  }

  /** True for edits of a project that is open nowhere, unless they were saved or undone. */
  const isOffered = async (id: string, unsaved: UnsavedProject): Promise<boolean> => {
    const { folder, project } = unsaved
    const place = await sessions.placeOf(folder, project.id)
    if (sessions.isOpen(place) || (await store.isClaimed(id))) return false
    const saved = folder === undefined ? undefined : await folders.read(folder).catch(() => undefined)
    return saysMore(unsaved, saved)
  }

  const write = ({ folder, recoveryId }: ProjectPlace, project: Project, wasLeft = false) =>
    store.write(recoveryId, JSON.stringify({ ...(folder !== undefined && { folder }), project, wasLeft }))

  return {
    /** What is kept of a place, where it is newer than what is saved there and differs from it. */
    async find({ recoveryId }: ProjectPlace, saved: StoredDocument | undefined): Promise<UnsavedProject | undefined> {
      const found = await read(recoveryId)
      return found && saysMore(found, saved) ? found : undefined
    },

    /** Those of projects that are open nowhere, the newest first. */
    async list(): Promise<Recovery[]> {
      const found = await Promise.all(
        (await store.list()).map(async (id) => {
          const unsaved = await read(id)
          if (!unsaved || !(await isOffered(id, unsaved))) return []
          const { folder, project, at } = unsaved
          return [{ id, name: project.name, at, ...(folder !== undefined && { folder }) }]
        }),
      )
      return found.flat().sort((a, b) => b.at - a.at)
    },

    /** @throws AppError PROJECT_NOT_FOUND */
    async get(id: string): Promise<UnsavedProject> {
      const found = (await store.list()).includes(id) ? await read(id) : undefined
      if (!found) throw new AppError('PROJECT_NOT_FOUND', 'Those edits are no longer there: they were saved or thrown away meanwhile.')
      return found
    },

    write,

    remove: ({ recoveryId }: ProjectPlace) => store.remove(recoveryId),

    /** Removes one by its id, which came from outside. */
    async discard(id: string): Promise<void> {
      if ((await store.list()).includes(id)) await store.remove(id)
    },

    /** Keeps what there is of a place for the one that the project was moved to. */
    async move(from: ProjectPlace, to: ProjectPlace): Promise<void> {
      const found = await read(from.recoveryId)
      if (!found || from.key === to.key) return
      await write(to, found.project)
      await store.remove(from.recoveryId)
    },
  }
}

function saysMore({ project, at }: UnsavedProject, saved: StoredDocument | undefined): boolean {
  if (!saved) return project.tracks.length > 0 || project.markers.length > 0
  if (at < saved.at) return false
  try {
    return JSON.stringify(parseProjectFile(saved.content).project) !== JSON.stringify(project)
  } catch {
    return true
  }
}
