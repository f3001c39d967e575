import { describe, expect, it } from 'vitest'
import { useResultStore } from '#renderer/stores/resultStore'
import { fakeOutside } from '#test/training'

const empty = (runId: string, bestEpoch: number) => ({ runId, clips: [], galleries: [], bestEpoch })
const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('results of runs', () => {
  it('are asked for again after an epoch of a run that is looked at, and of no other', async () => {
    let count = 0
    const { asked, emit } = fakeOutside({ 'results.list': ({ runId }: { runId: string }) => empty(runId, ++count) })
    const store = useResultStore()
    const stop = store.follow()
    await store.load('r1')
    emit('training.epoch', { runId: 'r1', line: {} })
    emit('training.epoch', { runId: 'r2', line: {} })
    await settled()
    expect(asked.map(({ payload }) => payload)).toEqual([{ runId: 'r1' }, { runId: 'r1' }])
    expect(store.results.get('r1')?.bestEpoch).toBe(2)
    emit('training.removed', { runId: 'r1' })
    expect(store.results.has('r1')).toBe(false)
    stop()
    emit('training.epoch', { runId: 'r1', line: {} })
    await settled()
    expect(asked).toHaveLength(2)
  })

  // Two answers on their way could come in the wrong order, and the older one would stay.
  it('are asked for once more, and not twice at once, where they change on their way', async () => {
    const waiting: (() => void)[] = []
    let count = 0
    const { asked } = fakeOutside({
      'results.list': ({ runId }: { runId: string }) => {
        const answer = empty(runId, ++count)
        return new Promise((resolve) => waiting.push(() => resolve(answer)))
      },
    })
    const store = useResultStore()
    const loaded = store.load('r1')
    await settled()
    void store.load('r1')
    void store.load('r1')
    await settled()
    expect(asked).toHaveLength(1)
    waiting.shift()!()
    await settled()
    expect(asked).toHaveLength(2)
    waiting.shift()!()
    await loaded
    expect(store.results.get('r1')?.bestEpoch).toBe(2)
  })
})
