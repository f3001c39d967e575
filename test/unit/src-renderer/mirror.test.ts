import { describe, expect, it } from 'vitest'
import { createMirror } from '#renderer/stores/mirror'

const one = (id: string, startedAt: string, name = id) => ({ id, startedAt, name })

describe('a mirror of what the services keep', () => {
  it('is newest first, and believes events more than a list that was asked for before them', async () => {
    const { kept, follow } = createMirror<ReturnType<typeof one>>()
    const list = async () => [one('a', '2026-01-01'), one('b', '2026-01-02'), one('c', '2026-01-03')]
    await follow(list, (changed, removed) => {
      changed(one('a', '2026-01-01', 'renamed'))
      removed('b')
      return []
    })
    expect(kept.value.map(({ name }) => name)).toEqual(['c', 'renamed'])
  })

  it('hears nothing any more once it is told to stop, or where the list cannot be had', async () => {
    const { follow } = createMirror<ReturnType<typeof one>>()
    let listening = 0
    const listen = () => {
      listening++
      return [() => void listening--]
    }
    const stop = await follow(async () => [], listen)
    stop()
    await expect(follow(() => Promise.reject(new Error('gone')), listen)).rejects.toThrow('gone')
    expect(listening).toBe(0)
  })
})
