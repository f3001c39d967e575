import type { ProjectPlatform, SoundStore } from '#main/services/platform'
import { formatProjectFile, parseProjectFile, renameInFile, type ProjectAudio, type ProjectFile } from '#main/services/projectFile'
import { type Lease, type ProjectPlace, ProjectSessions } from '#main/services/projectSessions'
import { gatherAudio, takeSounds } from '#main/services/projectSounds'
import { RecentProjects } from '#main/services/recentProjects'
import { createRecoveries } from '#main/services/recoveries'
import type { SoundService } from '#main/services/soundService'
import type { AppEvent } from '#shared/contract/contract'
import type { OpenedProject, projects, SavedProject } from '#shared/contract/projects'
import type { PayloadOf } from '#shared/contract/defineContract'
import { AppError } from '#shared/errors'
import { emptyProject, type Project } from '#shared/project/project'

type Requests = typeof projects
type Ask<Name extends keyof Requests> = PayloadOf<Requests[Name]>

interface Dependencies extends ProjectPlatform {
  readonly library: Pick<SoundStore, 'find'>
  readonly adopt: SoundService['adopt']
  /** Milliseconds of a clock that never goes back. */
  now(): number
  emit(event: AppEvent): void
}

export type ProjectService = ReturnType<typeof createProjectService>

/**
 * Returns the service of projects: documents with sounds in folders, each open in one window at a time. Its methods are the requests of
 * the contract's area `projects`, which says what they throw.
 */
export function createProjectService(dependencies: Dependencies) {
  const { folders, emit } = dependencies
  const onTaken = (sessionId: string) => emit({ name: 'project.taken', payload: { sessionId } })
  const sessions = new ProjectSessions({ ...dependencies, onTaken })
  const recents = new RecentProjects(dependencies.recents, folders)
  const recoveries = createRecoveries(dependencies.recoveries, sessions, folders)

  const reporting = (sessionId: string, stage: 'opening' | 'saving') => (completed: number, total: number) =>
    emit({ name: 'project.progress', payload: { sessionId, stage, completed, total } })

  /** Takes a place for as long as `work` takes, and for good when that goes well. */
  const withPlace = async <Value>(sessionId: string, place: ProjectPlace, takeOver: boolean, work: (lease: Lease) => Promise<Value>): Promise<Value> => {
    const had = sessions.placeIn(sessionId)?.key === place.key
    const lease = await sessions.take(sessionId, place, takeOver)
    try {
      const value = await work(lease)
      sessions.settle(lease)
      return value
    } catch (error) {
      if (!had) sessions.drop(lease)
      throw error
    }
  }

  const openPlace = (sessionId: string, place: ProjectPlace, takeOver: boolean): Promise<OpenedProject> =>
    withPlace(sessionId, place, takeOver, async () => {
      const { folder } = place
      const stored = folder === undefined ? undefined : await folders.read(folder)
      const file: Partial<ProjectFile> = stored ? parseProjectFile(stored.content) : {}
      const from = { folder, audio: file.audio ?? {} }
      const unsaved = await recoveries.find(place, stored)
      const project = file.project ?? emptyProject(unsaved?.project.id ?? place.recoveryId, unsaved?.project.name ?? 'Untitled')
      const report = reporting(sessionId, 'opening')
      const saved = await takeSounds(dependencies, project, from, report)
      const recovered = unsaved && (await takeSounds(dependencies, unsaved.project, from))
      if (folder !== undefined) await recents.use(folder)
      const warnings = [...(file.warnings ?? []), ...saved.warnings, ...(recovered?.warnings ?? [])]
      return {
        project: saved.project,
        ...(folder !== undefined && { folder }),
        ...(unsaved && recovered && { recovered: { ...unsaved, project: recovered.project } }),
        warnings: [...new Set(warnings)],
      }
    })

  const audioOf = async (folder: string | undefined): Promise<ProjectAudio> => {
    if (folder === undefined || !(await folders.exists(folder))) return {}
    return folders.read(folder).then(({ content }) => parseProjectFile(content).audio, () => ({}))
  }

  /** Writes into `place`; sounds that the library lost come from the folder that the project was in before. */
  const write = async (sessionId: string, place: ProjectPlace, project: Project, before: string | undefined): Promise<SavedProject> => {
    const folder = place.folder!
    const known = await audioOf(before)
    const { audio, copies, warnings } = await gatherAudio(dependencies, project, { folder: before, audio: known })
    const inUse = new Set(Object.values(audio).map(({ file }) => file))
    const obsolete = before === folder ? Object.values(known).flatMap(({ file }) => (inUse.has(file) ? [] : [file])) : []
    const report = reporting(sessionId, 'saving')
    await folders.write(folder, { content: formatProjectFile(project, audio), audio: copies, obsolete }, (count) => report(count, copies.length))
    await recoveries.remove(place)
    await recents.use(folder)
    return { folder, name: project.name, warnings }
  }

  const autosave = async (sessionId: string, { folder, project }: { folder?: string | undefined; project: Project }, wasLeft = false) => {
    const place = await sessions.placeOf(folder, project.id)
    await withPlace(sessionId, place, false, () => recoveries.write(place, project, wasLeft))
    return { recoveryId: place.recoveryId }
  }

  return {
    async open({ sessionId, folder, takeOver }: Ask<'open'>): Promise<OpenedProject> {
      // Before anything is made there: the folder may be none of ours.
      await folders.read(folder)
      return openPlace(sessionId, await sessions.placeOf(folder, ''), takeOver)
    },

    async save({ sessionId, folder, project }: Ask<'save'>): Promise<SavedProject> {
      const place = await sessions.placeOf(folder, project.id)
      return withPlace(sessionId, place, false, () => write(sessionId, place, project, place.folder))
    },

    async saveAs({ sessionId, folder: before, project, name, parent }: Ask<'saveAs'>): Promise<SavedProject> {
      const target = folders.placeFor(name, parent)
      if (await folders.exists(target)) throw nameTaken(name, target)
      const [earlier, place] = await Promise.all([sessions.placeOf(before, project.id), sessions.placeOf(target, project.id)])
      return withPlace(sessionId, place, false, async () => {
        try {
          const saved = await write(sessionId, place, { ...project, name }, earlier.folder)
          await recoveries.remove(earlier)
          return saved
        } catch (error) {
          await folders.remove(target)
          throw error
        }
      })
    },

    autosave: ({ sessionId, ...unsaved }: Ask<'autosave'>) => autosave(sessionId, unsaved),

    async keep({ sessionId, folder, projectId }: Ask<'keep'>): Promise<{ held: boolean }> {
      const place = await sessions.placeOf(folder, projectId)
      try {
        await withPlace(sessionId, place, false, () => Promise.resolve())
        return { held: true }
      } catch (error) {
        if (error instanceof AppError && error.code === 'PROJECT_IN_USE') return { held: false }
        throw error
      }
    },

    async release({ sessionId, unsaved }: Ask<'release'>): Promise<void> {
      try {
        if (unsaved) await autosave(sessionId, unsaved, true)
      } finally {
        sessions.release(sessionId)
      }
    },

    async discard({ sessionId }: Ask<'discard'>): Promise<void> {
      const place = sessions.placeIn(sessionId)
      if (place) await recoveries.remove(place)
      sessions.release(sessionId)
    },

    recoveries: () => recoveries.list(),

    async recover({ sessionId, recoveryId }: Ask<'recover'>): Promise<OpenedProject> {
      const { folder, project } = await recoveries.get(recoveryId)
      const isThere = folder !== undefined && (await folders.exists(folder))
      if (folder !== undefined && !isThere) return withoutFolder(sessionId, folder, recoveryId)
      return openPlace(sessionId, await sessions.placeOf(folder, project.id), false)
    },

    discardRecovery: ({ recoveryId }: Ask<'discardRecovery'>) => recoveries.discard(recoveryId),

    recents: () => recents.list(),

    forget: ({ folder }: Ask<'forget'>) => recents.forget(folder),

    async rename({ sessionId, folder, name }: Ask<'rename'>): Promise<SavedProject> {
      const from = await sessions.placeOf(folder, '')
      const { content } = await folders.read(folder)
      const renamed = renameInFile(content, name)
      const wasOpen = sessions.placeIn(sessionId)?.key === from.key
      // Claims are files in the folder that moves, so they are made anew behind it.
      const lease = await sessions.take(sessionId, from)
      sessions.drop(lease)
      const target = folders.placeFor(name, parentOf(from.folder!))
      try {
        await folders.rename(from.folder!, target)
      } catch (error) {
        // Where somebody was quicker, the window hears so when it next says that it is there.
        if (wasOpen) await sessions.take(sessionId, from).catch(() => {})
        throw error
      }
      const to = await sessions.placeOf(target, '')
      try {
        await folders.write(to.folder!, { content: renamed, audio: [], obsolete: [] }, () => {})
      } catch (error) {
        await folders.rename(to.folder!, from.folder!)
        if (wasOpen) await sessions.take(sessionId, from).catch(() => {})
        throw error
      }
      // From here on the project has its new name, and nothing may say that it has not.
      if (wasOpen) await sessions.take(sessionId, to).then((taken) => sessions.settle(taken), () => {})
      const warnings = await recoveries.move(from, to).then(() => [], () => [editsStay(name)])
      await recents.use(to.folder!, from.folder!)
      return { folder: to.folder!, name, warnings }
    },

    async remove({ sessionId, folder }: Ask<'remove'>): Promise<void> {
      const place = await sessions.placeOf(folder, '')
      await folders.read(folder)
      if (!(await folders.isOwn(place.folder!))) throw notOwn(folder)
      sessions.drop(await sessions.take(sessionId, place))
      await folders.remove(place.folder!)
      await recoveries.remove(place)
      await Promise.all([recents.forget(place.folder!), recents.forget(folder)])
    },

    /** Lets go of everything, at once. */
    close: () => sessions.releaseAll(),
  }

  /** What is left of a project whose folder is gone. */
  async function withoutFolder(sessionId: string, folder: string, recoveryId: string): Promise<OpenedProject> {
    const unsaved = await recoveries.get(recoveryId)
    const { project } = unsaved
    const place = await sessions.placeOf(undefined, project.id)
    await withPlace(sessionId, place, false, async () => {
      await recoveries.write(place, project)
      await recoveries.discard(recoveryId)
    })
    const { project: recovered, warnings } = await takeSounds(dependencies, project, { folder: undefined, audio: {} })
    const gone = `The folder ${folder}, where the project was saved, is gone. Save the project again to keep it.`
    return { project: emptyProject(project.id, project.name), recovered: { ...unsaved, project: recovered }, warnings: [gone, ...warnings] }
  }
}

function parentOf(folder: string): string {
  return folder.replace(/[\\/][^\\/]+[\\/]*$/, '')
}

function editsStay(name: string): string {
  return `The project is called "${name}" now. Edits that were not saved could not be kept under that name, and are offered under the old one at the next start.`
}

function nameTaken(name: string, folder: string): AppError {
  return new AppError('OUTPUT_EXISTS', `There is something called "${name}" already (${folder}), and it was left as it is. Choose another name.`)
}

function notOwn(folder: string): AppError {
  const message = `${folder} is not among Stemwright's own projects, so it was not deleted. Delete its folder yourself.`
  return new AppError('INVALID_INPUT', message)
}
