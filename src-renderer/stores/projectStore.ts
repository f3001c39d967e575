import { defineStore } from 'pinia'
import { ref } from 'vue'
import { useOutside } from '#renderer/api/host'
import { openTabSession, type TabSession } from '#renderer/api/tabSession'
import { createAutosave, keepMs } from '#renderer/stores/autosave'
import { createDocument, newDocument } from '#renderer/stores/projectDocument'
import { createProjectLists } from '#renderer/stores/projectLists'
import { useSettingsStore } from '#renderer/stores/settingsStore'
import type { OpenedProject, SavedProject } from '#shared/contract/projects'
import { toAppError } from '#shared/errors'
import { toFailure, type Failure } from '#shared/jobs/job'
import type { Project } from '#shared/project/project'

export type { Edit, EditOptions } from '#renderer/stores/projectDocument'

/** How far opening or saving has come, in sounds. */
export interface ProjectProgress {
  stage: 'opening' | 'saving'
  completed: number
  total: number
}

/** The document that is open, what was done to it, and where it is kept. What fails throws the AppError of the services. */
export const useProjectStore = defineStore('project', () => {
  const { client, host } = useOutside()
  const settings = useSettingsStore()
  const document = createDocument(() => autosave.changed())
  const { project, saved, dirty } = document
  const { refreshRecents, ...lists } = createProjectLists(client)
  /** Folder of the project; undefined until it is saved for the first time. */
  const place = ref<string>()
  /** Set when the document holds edits that were not saved when Stemwright ended; undo gives the version that was. */
  const recovered = ref<{ at: number }>()
  /** Sounds that are missing, and the like, of the last opening or saving. */
  const warnings = ref<string[]>([])
  /** True once another window has taken the project: from here it can only be saved under another name. */
  const isTaken = ref(false)
  /** Why the last attempt to keep unsaved edits failed. */
  const autosaveFailure = ref<Failure>()
  const progress = ref<ProjectProgress>()

  let session: TabSession | undefined
  /** The version that was kept for after a crash, and how it is found. */
  let kept: { version: Project; recoveryId: string } | undefined

  const here = () => ({ ...(place.value !== undefined && { folder: place.value }) })
  const mine = () => ({ sessionId: session?.id ?? 'none' })

  const autosave = createAutosave({
    delayMs: () => settings.settings.project.autosaveSeconds * 1000,
    async write() {
      const version = project.value
      if (!session || isTaken.value || version === (kept?.version ?? saved.value)) return
      const { recoveryId } = await client.projects.autosave({ ...mine(), ...here(), project: version })
      kept = { version, recoveryId }
      session.remember({ ...here(), recoveryId })
    },
    onResult(error) {
      if (error !== undefined && toAppError(error).code === 'PROJECT_IN_USE') isTaken.value = true
      autosaveFailure.value = error === undefined ? undefined : toFailure(error)
    },
  })

  /** What is on the disk at `folder` is what the window has open from now on. */
  function beAt(folder: string | undefined, told: string[]): void {
    place.value = folder
    warnings.value = told
    kept = undefined
    recovered.value = undefined
    isTaken.value = false
    autosaveFailure.value = undefined
    session?.remember(folder === undefined ? undefined : { folder })
  }

  function show(version: Project, folder: string | undefined, told: string[]): void {
    autosave.stop()
    document.show(version)
    beAt(folder, told)
  }

  /** Opens something; on success, what was kept of the document before goes. */
  async function openBy(request: () => Promise<OpenedProject>, isResuming = false): Promise<void> {
    await autosave.inTurn(async () => {
      const before = kept?.recoveryId
      const opened = await request().finally(() => (progress.value = undefined))
      show(opened.project, opened.folder, opened.warnings)
      const unsaved = opened.recovered
      if (unsaved) {
        if (!unsaved.wasLeft || !isResuming) recovered.value = { at: unsaved.at }
        document.apply('Recover unsaved edits', () => unsaved.project)
      }
      if (before !== undefined) await client.projects.discardRecovery({ recoveryId: before })
    })
    if (dirty.value) await autosave.flush()
    await refreshRecents()
  }

  /** Opens the project of a folder. @throws AppError PROJECT_IN_USE, which `takeOver` overrules for windows of this app, and others */
  function open(folder: string, { takeOver = false } = {}): Promise<void> {
    return openBy(() => client.projects.open({ ...mine(), folder, takeOver }))
  }

  /** Opens what a crash left. */
  function recover(recoveryId: string): Promise<void> {
    return openBy(() => client.projects.recover({ ...mine(), recoveryId }))
  }

  /** Begins an empty project; what is unsaved of the one before is thrown away. */
  async function create(): Promise<void> {
    await autosave.inTurn(() => client.projects.discard(mine()))
    show(newDocument(), undefined, [])
    await refreshRecents()
  }

  async function saveBy(request: (version: Project) => Promise<SavedProject>): Promise<void> {
    await autosave.inTurn(async () => {
      const version = project.value
      const { folder, name, warnings: told } = await request(version).finally(() => (progress.value = undefined))
      document.settle(version, name)
      beAt(folder, told)
    })
    if (dirty.value) autosave.changed()
    await refreshRecents()
  }

  /** Saves where the project is; where it is nowhere as yet, among the app's own under its present name. */
  function save(): Promise<void> {
    const folder = place.value
    if (folder === undefined) return saveAs(project.value.name)
    return saveBy((version) => client.projects.save({ ...mine(), folder, project: version }))
  }

  /** Saves into a new folder called `name`, inside `parent` or among the app's own projects. @throws AppError OUTPUT_EXISTS and others */
  function saveAs(name: string, parent?: string): Promise<void> {
    const to = { name, ...(parent !== undefined && { parent }) }
    return saveBy((version) => client.projects.saveAs({ ...mine(), ...here(), ...to, project: version }))
  }

  /** Gives the project of a folder, or the open one, another name, and its folder too. */
  async function rename(name: string, folder = place.value): Promise<void> {
    if (folder === undefined) return document.rename(name)
    await autosave.inTurn(async () => {
      const result = await client.projects.rename({ ...mine(), folder, name })
      if (folder !== place.value) return
      document.settle(saved.value, result.name)
      beAt(result.folder, warnings.value)
    })
    if (dirty.value) await autosave.flush()
    await refreshRecents()
  }

  /** Deletes one of the app's own projects; where that is the open one, an empty one takes its place. */
  async function remove(folder: string): Promise<void> {
    await autosave.inTurn(() => client.projects.remove({ ...mine(), folder }))
    if (folder === place.value) show(newDocument(), undefined, [])
    await refreshRecents()
  }

  /** Says that the window is still there, and hears whether the project is still its own. */
  async function keep(): Promise<void> {
    if (!session || isTaken.value || (place.value === undefined && !kept)) return
    const { held } = await client.projects.keep({ ...mine(), ...here(), projectId: project.value.id })
    isTaken.value = !held
  }

  /** A server that was started again does not know yet what is open here. */
  async function assertHold(): Promise<void> {
    await autosave.flush()
    await keep().catch(() => {})
  }

  /**
   * Begins: opens again what the window had open before its page was loaded again, and keeps unsaved edits from now on.
   * Returns how to stop. That something cannot be opened any more is among the `warnings`.
   */
  async function start(opening: Promise<TabSession> = openTabSession()): Promise<() => void> {
    session = await opening
    const stops = [
      client.on('project.taken', ({ sessionId }) => (isTaken.value ||= sessionId === session?.id)),
      client.on('project.progress', ({ sessionId, ...rest }) => void (sessionId === session?.id && (progress.value = rest))),
    ]
    const timer = setInterval(() => void keep().catch(() => {}), keepMs)
    stops.push(() => clearInterval(timer), autosave.stop)
    const stopWatching = host.watchConnection?.((state) => state !== 'lost' && state !== 'refused' && void assertHold())
    if (stopWatching) stops.push(stopWatching)
    globalThis.addEventListener?.('pagehide', leave)
    stops.push(() => globalThis.removeEventListener?.('pagehide', leave))
    if (dirty.value) autosave.changed()
    await resume(session)
    return () => stops.forEach((stop) => stop())
  }

  async function resume({ before }: TabSession): Promise<void> {
    try {
      const { folder, recoveryId } = before ?? {}
      if (folder !== undefined) await openBy(() => client.projects.open({ ...mine(), folder, takeOver: false }), true)
      else if (recoveryId !== undefined) await openBy(() => client.projects.recover({ ...mine(), recoveryId }), true)
      else await refreshRecents()
    } catch (error) {
      warnings.value = [toAppError(error).message]
      await refreshRecents()
    }
  }

  /** The page is about to go: keeps what is unsaved and lets go of the project, so that another window can open it. */
  function leave(): Promise<void> {
    const unsaved = dirty.value && !isTaken.value ? { ...here(), project: project.value } : undefined
    return client.projects.release({ ...mine(), ...(unsaved && { unsaved }) }).catch(() => {})
  }

  const { generation, canUndo, canRedo, undoLabel, redoLabel, apply, applyForGood, undo, redo } = document
  return {
    project, generation, canUndo, canRedo, undoLabel, redoLabel, dirty, apply, applyForGood, undo, redo,
    place, ...lists, refreshRecents, recovered, warnings, isTaken, autosaveFailure, progress,
    start, create, open, recover, save, saveAs, rename, remove, keepEdits: autosave.flush, leave,
  }
})
