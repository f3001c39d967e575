import { defineStore } from 'pinia'
import { ref } from 'vue'
import { isCancellation } from '#shared/errors'
import { toFailure, type Failure } from '#shared/jobs/job'

export interface Notice {
  id: number
  text: string
  kind: 'good' | 'warning' | 'plain'
  action?: { title: string; run: () => void } | undefined
}

/** Something that went wrong, until the user puts it away. */
export interface Trouble {
  id: number
  failure: Failure
  /** The song or file that it happened to. */
  about: string | undefined
}

/** What the user is told outside of any one panel: notices, failures, and what a screen reader says. */
export const useNoticeStore = defineStore('notices', () => {
  const notices = ref<Notice[]>([])
  const troubles = ref<Trouble[]>([])
  const spoken = ref('')
  let count = 0

  /** Shows a notice. It goes by itself, later where there is something to do, unless it warns: then it stays until it is dismissed. */
  function show(text: string, kind: Notice['kind'] = 'plain', action?: Notice['action']): void {
    const id = ++count
    notices.value = [...notices.value.filter((notice) => notice.text !== text), { id, text, kind, action }].slice(-3)
    say(text)
    if (kind !== 'warning') setTimeout(() => dismiss(id), action ? 20_000 : 6000)
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }

  function say(text: string): void {
    spoken.value = text
  }

  function fail(error: unknown, about?: string): void {
    if (isCancellation(error)) return
    const failure = toFailure(error)
    const same = (trouble: Trouble) => trouble.failure.message === failure.message && trouble.about === about
    troubles.value = [...troubles.value.filter((trouble) => !same(trouble)), { id: ++count, failure, about }]
  }

  function settle(id: number): void {
    troubles.value = troubles.value.filter((trouble) => trouble.id !== id)
  }

  /** Runs an action of the user's; what it fails with is shown. Returns its result, or undefined when it failed. */
  async function attempt<Result>(action: () => Promise<Result> | Result, about?: string): Promise<Result | undefined> {
    try {
      return await action()
    } catch (error) {
      fail(error, about)
      return undefined
    }
  }

  return { notices, troubles, spoken, show, dismiss, say, fail, settle, attempt }
})
