import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import type { FolderFindings } from '#shared/contract/datasets'
import { toFailure, type Failure } from '#shared/jobs/job'

/** What is known of a folder whose path is being typed. */
export type Inspection =
  | { state: 'none' }
  | { state: 'looking' }
  | { state: 'found'; findings: FolderFindings }
  | { state: 'missing' }
  | { state: 'failed'; failure: Failure }

/**
 * Looks at the folder that `path` names, a moment after the last key, and tells what was found. Answers that come after the
 * path has changed again are left out.
 * @param delayMs between the last key and the look
 */
export function useFolderInspection(path: Ref<string>, inspect: (folder: string) => Promise<FolderFindings>, delayMs = 350): Readonly<Ref<Inspection>> {
  const inspection = shallowRef<Inspection>({ state: 'none' })
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function look(folder: string): Promise<void> {
    const mine = ++asked
    const result = await inspect(folder).then(
      (findings): Inspection => ({ state: 'found', findings }),
      (error: unknown): Inspection => {
        const failure = toFailure(error)
        return failure.code === 'FILE_NOT_FOUND' ? { state: 'missing' } : { state: 'failed', failure }
      },
    )
    if (mine === asked) inspection.value = result
  }

  watch(path, (text) => {
    clearTimeout(timer)
    asked++
    const folder = text.trim()
    inspection.value = folder === '' ? { state: 'none' } : { state: 'looking' }
    if (folder !== '') timer = setTimeout(() => void look(folder), delayMs)
  }, { immediate: true })
  onScopeDispose(() => {
    clearTimeout(timer)
    asked++
  })
  return inspection
}
