import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useNoticeStore } from '#renderer/stores/noticeStore'

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => void vi.useRealTimers())

describe('notices', () => {
  // One that stays lies over what is below it until somebody thinks of dismissing it.
  it('go by themselves, those with something to do later, and warnings never', () => {
    const store = useNoticeStore()
    const texts = () => store.notices.map(({ text }) => text)
    store.show('Saved.', 'good')
    store.show('“Choir” is among your models.', 'good', { title: 'Use it', run: () => {} })
    store.show('Nothing was kept.', 'warning')
    vi.advanceTimersByTime(7000)
    expect(texts()).toEqual(['“Choir” is among your models.', 'Nothing was kept.'])
    vi.advanceTimersByTime(60_000)
    expect(texts()).toEqual(['Nothing was kept.'])
  })
})
