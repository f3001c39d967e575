// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { expect, it } from 'vitest'
import { createApp } from 'vue'
import TroubleList from '../../../../src-renderer/features/studio/TroubleList.vue'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { useSongStore } from '#renderer/stores/songStore'
import { AppError } from '#shared/errors'

const host: Host = {
  transport: { request: () => Promise.resolve({ ok: true, result: undefined }), onEvent: () => () => {} },
  sourceOf: (file) => Promise.resolve({ path: file.name }),
  chooseExportTarget: () => Promise.resolve(undefined),
  beginDrag: () => Promise.resolve(),
}

it('shows what failed last above what failed before, each with a way to put it away', async () => {
  const outside = createOutside(host, () => 0)
  const pinia = createPinia()
  createApp({}).provide(outsideKey, outside).use(pinia)
  const wrapper = mount(TroubleList, { global: { plugins: [pinia], provide: { [outsideKey as symbol]: outside } } })
  useSongStore(pinia).failures.push(
    { fileName: 'a.txt', failure: { code: 'NOT_AUDIO', message: 'No sound.' } },
    { fileName: 'b.txt', failure: { code: 'NOT_AUDIO', message: 'No sound.' } },
  )
  const notices = useNoticeStore(pinia)
  notices.fail(new AppError('NOT_AUDIO', 'Earlier.'), 'earlier')
  notices.fail(new AppError('NOT_AUDIO', 'Later.'), 'later')
  await wrapper.vm.$nextTick()
  const about = () => wrapper.findAll('.about').map((name) => name.text())
  expect(about()).toEqual(['later', 'earlier', 'a.txt', 'b.txt'])
  const dismiss = () => wrapper.findAll('button').filter((button) => button.text() === 'Dismiss')
  expect(dismiss()).toHaveLength(4)
  await dismiss()[2]!.trigger('click')
  await dismiss()[0]!.trigger('click')
  expect(about()).toEqual(['earlier', 'b.txt'])
})
