import { computed, ref, shallowRef } from 'vue'
import { changeEverywhere, createHistory, record, redo as redone, undo as undone, type History } from '#shared/project/history'
import { emptyProject, type Project } from '#shared/project/project'

/** What an edit is: `(project) => moveClip(project, { clipId, start })`. */
export type Edit = (project: Project) => Project

export interface EditOptions {
  /** Edits that follow one another with the same key are undone as one; a drag has one key from press to release. */
  mergeKey?: string
}

export const newDocument = (): Project => emptyProject(crypto.randomUUID(), 'Untitled')

/** Returns a document with what was done to it, beginning with an empty one. @param onChange is told of every change to it */
export function createDocument(onChange: () => void) {
  const history = shallowRef<History<Project>>(createHistory(newDocument()))
  /** The version that is on the disk; going back to it by undo makes the document clean again. */
  const saved = shallowRef<Project>(history.value.present)
  /** Grows whenever another document takes the place of the one before. */
  const generation = ref(0)

  const project = computed<Project>(() => history.value.present)
  const canUndo = computed(() => history.value.past.length > 0)
  const canRedo = computed(() => history.value.future.length > 0)
  /** What the next undo takes back, and the next redo does again; undefined where there is nothing. */
  const undoLabel = computed(() => history.value.past.at(-1)?.label)
  const redoLabel = computed(() => history.value.future.at(-1)?.label)
  const dirty = computed(() => project.value !== saved.value)

  function change(next: History<Project>): boolean {
    const changed = next.present !== history.value.present
    history.value = next
    if (changed) onChange()
    return changed
  }

  /**
   * Makes an edit that can be undone as `label`, such as "Move clip". Returns whether it changed anything.
   * @throws AppError what the edit throws, such as RATE_MISMATCH
   */
  function apply(label: string, edit: Edit, { mergeKey }: EditOptions = {}): boolean {
    return change(record(history.value, label, edit(project.value), mergeKey))
  }

  const undo = () => void change(undone(history.value))
  const redo = () => void change(redone(history.value))

  /** Shows another document, which is on the disk like this, in place of the one before. */
  function show(document: Project): void {
    history.value = createHistory(document)
    saved.value = document
    generation.value++
  }

  /** Notes that a version of the document is on the disk now, under `name`: that of its folder, which no undo takes back. */
  function settle(version: Project, name: string): void {
    const named = naming(name)
    history.value = changeEverywhere(history.value, named)
    saved.value = named(version)
  }

  /** Makes an edit that no undo takes back: in every version. */
  const applyForGood = (edit: Edit) => void change(changeEverywhere(history.value, edit))

  /** Gives all versions another name. */
  function rename(name: string): void {
    settle(saved.value, name)
    onChange()
  }

  return { project, saved, generation, canUndo, canRedo, undoLabel, redoLabel, dirty, apply, applyForGood, undo, redo, show, settle, rename }
}

/** Gives a version another name, and the same object for the same version. */
function naming(name: string): (version: Project) => Project {
  const versions = new Map<Project, Project>()
  return (version) => {
    if (version.name === name) return version
    const known = versions.get(version) ?? { ...version, name }
    versions.set(version, known)
    return known
  }
}
