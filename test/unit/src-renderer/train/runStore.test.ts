import { createPinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { mostCompared, useRunStore } from '#renderer/stores/runStore'
import { madeUpHistory, madeUpRun } from '#test/trainingHistories'
import type { HistoryLine } from '#shared/training/history'

let answers: Record<string, (payload: never) => unknown>
const listeners = new Set<(event: unknown) => void>()
const emit = (name: string, payload: unknown) => listeners.forEach((listener) => listener({ name, payload }))

const lines = madeUpHistory({ epochs: 5 })
const run = (id: string, day = 1) => madeUpRun(id, lines, { startedAt: `2026-03-0${day}T10:00:00.000Z` })
const settled = () => new Promise((resolve) => setTimeout(resolve))
const epochsOf = (history: readonly HistoryLine[] | undefined) => history?.map(({ epoch }) => epoch)

beforeEach(() => {
  listeners.clear()
  answers = { 'training.history': () => lines.slice(0, 3) }
  const host: Host = {
    transport: {
      request: async (name, payload) => ({ ok: true, result: await answers[name]?.(payload as never) }),
      onEvent(callback) {
        listeners.add(callback)
        return () => listeners.delete(callback)
      },
    },
    sourceOf: (file) => Promise.resolve({ path: file.name }),
    chooseExportTarget: () => Promise.resolve(undefined),
    beginDrag: () => Promise.resolve(),
  }
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => 0)).use(pinia)
  setActivePinia(pinia)
})

describe('the mirror of the runs', () => {
  it('lists the newest first and shows it, and does not let an older list undo an event', async () => {
    answers['training.list'] = () => {
      emit('training.changed', { ...run('b', 2), status: 'paused' })
      return [run('a', 1), run('b', 2), run('c', 3)]
    }
    const store = useRunStore()
    await store.follow()
    expect(store.runs.map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    expect(store.find('b')?.status).toBe('paused')
    expect(store.selectedId).toBe('c')
  })

  it('does not bring a run back that was deleted while the list was on its way', async () => {
    answers['training.list'] = () => {
      emit('training.removed', { runId: 'a' })
      return [run('a')]
    }
    const store = useRunStore()
    await store.follow()
    expect(store.runs).toEqual([])
  })

  // Would catch: a chart that lacks the epoch that ended while the page was loading, or shows it twice.
  it('joins a history with the epochs that end while it is loaded', async () => {
    answers['training.list'] = () => [run('a')]
    answers['training.history'] = () => {
      emit('training.epoch', { runId: 'a', line: lines[2] })
      emit('training.epoch', { runId: 'a', line: lines[3] })
      return lines.slice(0, 3)
    }
    const store = useRunStore()
    await store.follow()
    await settled()
    expect(epochsOf(store.histories.get('a'))).toEqual([1, 2, 3, 4])
    emit('training.epoch', { runId: 'a', line: lines[4] })
    expect(epochsOf(store.charted[0]!.history)).toEqual([1, 2, 3, 4, 5])
  })

  it('replaces the epochs that a run does again after it was resumed from an earlier one', async () => {
    answers['training.list'] = () => [run('a')]
    answers['training.history'] = () => lines
    const store = useRunStore()
    await store.follow()
    await settled()
    const again = { ...lines[2]!, score: 99 }
    emit('training.epoch', { runId: 'a', line: again })
    expect(epochsOf(store.histories.get('a'))).toEqual([1, 2, 3])
    expect(store.histories.get('a')!.at(-1)!.score).toBe(99)
  })

  it('asks for the whole history where an epoch was missed', async () => {
    answers['training.list'] = () => [run('a')]
    const store = useRunStore()
    await store.follow()
    await settled()
    answers['training.history'] = () => lines
    emit('training.epoch', { runId: 'a', line: lines[4] })
    await settled()
    expect(epochsOf(store.histories.get('a'))).toEqual([1, 2, 3, 4, 5])
  })

  it('compares as many runs as can be told apart, and forgets those that are deleted', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    answers['training.list'] = () => ids.map((id) => run(id))
    const store = useRunStore()
    await store.follow()
    store.select('a')
    const taken = ids.slice(1).map((id) => store.setCompared(id, true))
    expect(taken.filter(Boolean)).toHaveLength(mostCompared - 1)
    expect(store.charted.map((each) => each.run.id)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    emit('training.removed', { runId: 'a' })
    expect(store.selectedId).toBe('b')
    expect(store.charted.map((each) => each.run.id)).toEqual(['b', 'c', 'd', 'e', 'f'])
  })
})
