import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { createMirror } from '#renderer/stores/mirror'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import type { Run, RunPlan } from '#shared/contract/training'
import type { HistoryLine } from '#shared/training/history'

/** As many runs as can be told apart in one chart. */
export const mostCompared = 6

type Histories = ReadonlyMap<string, readonly HistoryLine[]>

/** A mirror of the training runs and of the histories that are looked at; which run is chosen, and which it is compared with. */
export const useRunStore = defineStore('runs', () => {
  const { client } = useOutside()
  const notices = useNoticeStore()
  const { kept: runs, accept, drop, follow: followKept } = createMirror<Run>()
  const selectedId = ref<string>()
  /** In the order in which they were chosen; without the selected one. */
  const comparedIds = ref<readonly string[]>([])
  const histories = shallowRef<Histories>(new Map())
  /** Lines that came while a history was on its way, by run. */
  const arriving = new Map<string, HistoryLine[]>()

  const selected = computed(() => find(selectedId.value))
  /** The selected run first, then those it is compared with, each with its history as far as it is loaded. */
  const charted = computed(() =>
    [selectedId.value, ...comparedIds.value].flatMap((id) => {
      const run = find(id)
      return run ? [{ run, history: histories.value.get(run.id) ?? [] }] : []
    }),
  )
  const find = (id: string | undefined) => runs.value.find((run) => run.id === id)

  function forget(runId: string): void {
    drop(runId)
    comparedIds.value = comparedIds.value.filter((id) => id !== runId)
    histories.value = new Map([...histories.value].filter(([id]) => id !== runId))
    if (selectedId.value === runId) select(comparedIds.value[0] ?? runs.value[0]?.id)
  }

  function append(runId: string, line: HistoryLine): void {
    arriving.get(runId)?.push(line)
    const known = histories.value.get(runId)
    if (!known) return
    setHistory(runId, withLine(known, line))
    // The page was without connection for a while.
    if (known.length > 0 && line.epoch > known.at(-1)!.epoch + 1) void notices.attempt(() => loadHistory(runId))
  }

  const setHistory = (runId: string, lines: readonly HistoryLine[]) => (histories.value = new Map(histories.value).set(runId, lines))

  /** Takes over all runs and follows them from now on; returns how to stop. */
  async function follow(): Promise<() => void> {
    const stop = await followKept(client.training.list, (changed, removed) => [
      client.on('training.changed', changed),
      client.on('training.removed', ({ runId }) => {
        removed(runId)
        forget(runId)
      }),
      client.on('training.epoch', ({ runId, line }) => append(runId, line)),
    ])
    if (!selected.value) select(runs.value[0]?.id)
    return stop
  }

  /** Loads the history of a run; it grows by itself from then on. */
  async function loadHistory(runId: string): Promise<void> {
    if (arriving.has(runId)) return
    const meanwhile: HistoryLine[] = []
    arriving.set(runId, meanwhile)
    try {
      const lines = await client.training.history({ runId })
      if (find(runId)) setHistory(runId, meanwhile.reduce(withLine, lines))
    } finally {
      arriving.delete(runId)
    }
  }

  /** Shows a run; one that it was compared with before takes its place. */
  function select(runId: string | undefined): void {
    selectedId.value = runId
    comparedIds.value = comparedIds.value.filter((id) => id !== runId)
    if (runId !== undefined && !histories.value.has(runId)) void notices.attempt(() => loadHistory(runId))
  }

  /** Puts a run into the charts beside the selected one, or takes it away; false where there is no room for one more. */
  function setCompared(runId: string, compared: boolean): boolean {
    const others = comparedIds.value.filter((id) => id !== runId)
    if (compared && others.length >= mostCompared - 1) return false
    comparedIds.value = compared && runId !== selectedId.value ? [...others, runId] : others
    if (compared && !histories.value.has(runId)) void notices.attempt(() => loadHistory(runId))
    return true
  }

  const start = async (plan: Omit<RunPlan, 'overrides' | 'resultsEvery'> & Partial<RunPlan>) => {
    const run = accept(await client.training.start(plan))
    select(run.id)
    return run
  }
  const pause = (runId: string) => client.training.pause({ runId }).then(accept)
  const resume = (runId: string, from: 'last' | 'best' = 'last') => client.training.resume({ runId, from }).then(accept)
  const rename = (runId: string, name: string) => client.training.rename({ runId, name }).then(accept)
  const star = (runId: string, starred: boolean) => client.training.star({ runId, starred }).then(accept)

  /** Ends the run; gives the id of the model that its best became, where it had learned anything. */
  async function stopAndKeepBest(runId: string, name?: string): Promise<string | undefined> {
    const ended = await client.training.stopAndKeepBest({ runId, ...(name !== undefined && { name }) })
    accept(ended.run)
    return ended.modelId
  }

  const snapshot = (runId: string, name: string, which: 'best' | 'last' = 'last') =>
    client.training.snapshot({ runId, name, which }).then(({ modelId }) => modelId)

  async function remove(runId: string): Promise<void> {
    await client.training.remove({ runId })
    forget(runId)
  }

  const lists = { runs, selectedId, selected, comparedIds, histories, charted, find }
  return { ...lists, follow, loadHistory, select, setCompared, start, pause, resume, stopAndKeepBest, snapshot, rename, star, remove }
})

/** A history with one more line; lines of steps that a resumed run does again are replaced. */
function withLine(lines: readonly HistoryLine[], line: HistoryLine): readonly HistoryLine[] {
  return [...lines.filter(({ step }) => step < line.step), line]
}
