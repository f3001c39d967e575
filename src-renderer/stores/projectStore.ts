import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { createHistory, record, redo as redone, undo as undone, type History } from '#shared/project/history'
import { emptyProject, type Project } from '#shared/project/project'

/** What an edit is: `(project) => moveClip(project, { clipId, start })`. */
export type Edit = (project: Project) => Project

export interface EditOptions {
  /** Edits that follow one another with the same key are undone as one; a drag has one key from press to release. */
  mergeKey?: string
}

/** The document that is open, and what was done to it. */
export const useProjectStore = defineStore('project', () => {
  const history = shallowRef<History<Project>>(createHistory(emptyProject(crypto.randomUUID(), 'Untitled')))
  /** The version that is on the disk; going back to it by undo makes the document clean again. */
  const saved = shallowRef<Project>(history.value.present)

  const project = computed<Project>(() => history.value.present)
  const canUndo = computed(() => history.value.past.length > 0)
  const canRedo = computed(() => history.value.future.length > 0)
  /** What the next undo takes back, and the next redo does again; undefined where there is nothing. */
  const undoLabel = computed(() => history.value.past.at(-1)?.label)
  const redoLabel = computed(() => history.value.future.at(-1)?.label)
  const dirty = computed(() => project.value !== saved.value)

  /**
   * Makes an edit that can be undone as `label`, such as "Move clip". Returns whether it changed anything.
   * @throws AppError what the edit throws, such as RATE_MISMATCH
   */
  function apply(label: string, edit: Edit, { mergeKey }: EditOptions = {}): boolean {
    const before = history.value
    history.value = record(before, label, edit(before.present), mergeKey)
    return history.value !== before
  }

  function undo(): void {
    history.value = undone(history.value)
  }

  function redo(): void {
    history.value = redone(history.value)
  }

  return { project, canUndo, canRedo, undoLabel, redoLabel, dirty, apply, undo, redo }
})
