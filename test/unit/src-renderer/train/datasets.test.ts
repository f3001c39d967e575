// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import AddDataset from '../../../../src-renderer/features/train/datasets/AddDataset.vue'
import CheckStep from '../../../../src-renderer/features/train/check/CheckStep.vue'
import DatasetDetail from '../../../../src-renderer/features/train/datasets/DatasetDetail.vue'
import TrainPage from '../../../../src-renderer/features/train/TrainPage.vue'
import type { Host } from '#renderer/api/host'
import { useFolderInspection } from '#renderer/features/train/datasets/folderInspection'
import { useDatasetStore } from '#renderer/stores/datasetStore'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import type { FolderFindings } from '#shared/contract/datasets'
import { AppError } from '#shared/errors'
import type { JobState } from '#shared/jobs/job'
import { type Answers, dataset, type FakeOutside, fakeOutside, findings, item, report } from '#test/training'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const missing = () => {
  throw new AppError('FILE_NOT_FOUND', 'It is not there.')
}

describe('a folder whose path is typed', () => {
  // Would catch: a slow answer on "/music/a" that replaces the quick one on "/music/ab".
  it('shows what is there of the path as it is now, whatever the order of the answers', async () => {
    const waiting: ((found: FolderFindings) => void)[] = []
    const path = ref('')
    const scope = effectScope()
    const inspection = scope.run(() => useFolderInspection(path, () => new Promise((resolve) => waiting.push(resolve))))!
    for (const text of ['/music/a', '/music/ab']) {
      path.value = text
      await nextTick()
      await vi.advanceTimersByTimeAsync(400)
    }
    waiting[1]!(findings({ folder: '/music/ab' }))
    await flushPromises()
    waiting[0]!(findings({ folder: '/music/a' }))
    await flushPromises()
    expect(inspection.value).toMatchObject({ state: 'found', findings: { folder: '/music/ab' } })
    scope.stop()
  })

  it('asks once, when the keys rest, and takes a missing folder for one that is not typed to its end', async () => {
    const asked: string[] = []
    const path = ref('')
    const scope = effectScope()
    const inspection = scope.run(() => useFolderInspection(path, async (folder) => {
      asked.push(folder)
      return missing()
    }))!
    for (const text of ['/m', '/mu', '/mus ']) {
      path.value = text
      await nextTick()
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(inspection.value.state).toBe('looking')
    await vi.advanceTimersByTimeAsync(400)
    expect([asked, inspection.value.state]).toEqual([['/mus'], 'missing'])
    scope.stop()
  })
})

describe('adding recordings', () => {
  const multitrack = findings({
    layouts: [{ layout: 'multitrack', content: 'songs', items: [item('Evening')], summary: '1 session.' }],
    tracks: [
      { name: 'Lead', role: 'accompaniment', songs: 3 },
      { name: 'Drums', role: 'accompaniment', songs: 3 },
    ],
  })

  async function open(answers: Answers) {
    const outside = fakeOutside({ 'datasets.downloadables': () => [], 'jobs.list': () => [], ...answers })
    await useJobStore().follow()
    const wrapper = mount(AddDataset, {
      props: { folder: '', canCancel: false, dragging: false, 'onUpdate:folder': (folder: string) => void wrapper.setProps({ folder }) },
      global: outside.global,
      attachTo: document.body,
    })
    await wrapper.find('#dataset-folder').setValue('/music/choir')
    await vi.advanceTimersByTimeAsync(400)
    await flushPromises()
    return { outside, wrapper }
  }

  const jobChanged = ({ emit }: FakeOutside, state: JobState<unknown>) => emit('job.changed', { id: 'j', kind: 'dataset', title: 'choir', state })

  it('takes over roles as the user has corrected them, and not before one track is vocals', async () => {
    const { outside, wrapper } = await open({ 'datasets.inspectFolder': () => multitrack, 'datasets.add': () => ({ jobId: 'j' }) })
    const button = () => wrapper.findAll('button').find((each) => each.text() === 'Add to my training data')!
    expect(button().attributes('disabled')).toBeDefined()
    await wrapper.find('[aria-label="Lead: Vocals"]').setValue(true)
    expect(button().attributes('disabled')).toBeUndefined()
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(outside.asked.find(({ name }) => name === 'datasets.add')).toEqual({
      name: 'datasets.add',
      payload: { folder: '/music/choir', layout: 'multitrack', name: 'choir', roles: { Lead: 'vocals', Drums: 'accompaniment' } },
    })
    expect(wrapper.emitted('added')).toBeUndefined()
    jobChanged(outside, { status: 'succeeded', result: dataset() })
    await flushPromises()
    expect(useDatasetStore().selectedId).toBe('d1')
    expect(wrapper.emitted('added')).toHaveLength(1)
    wrapper.unmount()
  })

  it('shows how many pairs are aligned, and can be stopped', async () => {
    const { outside, wrapper } = await open({ 'datasets.inspectFolder': () => findings(), 'datasets.add': () => ({ jobId: 'j' }) })
    await wrapper.find('form').trigger('submit')
    jobChanged(outside, { status: 'running', progress: { stage: 'aligning', completed: 3, total: 12, unit: 'files' } })
    await flushPromises()
    expect(wrapper.text()).toContain('Aligning pairs, 4 of 12')
    expect(wrapper.find('[role=progressbar]').attributes('aria-valuenow')).toBe('25')
    await wrapper.findAll('button').find((each) => each.text() === 'Stop adding')!.trigger('click')
    expect(outside.asked.at(-1)).toEqual({ name: 'jobs.cancel', payload: { jobId: 'j' } })
    jobChanged(outside, { status: 'cancelled' })
    await flushPromises()
    expect(wrapper.text()).not.toContain('Aligning pairs')
    expect(useNoticeStore().troubles).toEqual([])
    expect(wrapper.emitted('added')).toBeUndefined()
    wrapper.unmount()
  })

  it('says so of a folder that is there and holds nothing to train on', async () => {
    const { wrapper } = await open({ 'datasets.inspectFolder': () => findings({ layouts: [], warnings: ['3 files are no sound.'] }) })
    expect(wrapper.find('[role=status]').text()).toMatch(/nothing in it can be trained on/)
    expect(wrapper.text()).toContain('3 files are no sound.')
    expect(wrapper.text()).not.toContain('Add to my training data')
    wrapper.unmount()
  })

  // Would catch: a download that begins because its list was looked at.
  it('downloads nothing by itself', async () => {
    const { outside, wrapper } = await open({ 'datasets.inspectFolder': missing })
    expect(outside.asked.map(({ name }) => name)).not.toContain('datasets.download')
    wrapper.unmount()
  })
})

describe('a folder that is dropped on the page', () => {
  async function drop(host: Partial<Host>) {
    const outside = fakeOutside({ 'datasets.list': () => [dataset()], 'datasets.downloadables': () => [], 'datasets.inspectFolder': () => findings() }, host)
    await useDatasetStore().follow()
    const wrapper = mount(TrainPage, { global: outside.global })
    await flushPromises()
    const event = Object.assign(new Event('drop', { cancelable: true }), { dataTransfer: { types: ['Files'], files: [new File([], 'choir')] } })
    window.dispatchEvent(event)
    await vi.advanceTimersByTimeAsync(400)
    await flushPromises()
    return { outside, wrapper, event }
  }

  // Would catch: a dataset that can be trained with, by the page, whose disk was unplugged an hour ago.
  it('that has gone is noticed when the user comes back to the window, and when it is there again', async () => {
    let available = true
    const outside = fakeOutside({ 'datasets.list': () => [dataset({ available })], 'datasets.items': () => [], 'datasets.downloadables': () => [] })
    await useDatasetStore().follow()
    const wrapper = mount(TrainPage, { global: outside.global })
    await flushPromises()
    const isMissed = () => wrapper.text().includes('Its folder is not there')
    expect(isMissed()).toBe(false)
    for (available of [false, true]) {
      window.dispatchEvent(new Event('focus'))
      await flushPromises()
      expect(isMissed()).toBe(!available)
    }
    wrapper.unmount()
    const asked = outside.asked.length
    window.dispatchEvent(new Event('focus'))
    expect(outside.asked).toHaveLength(asked)
  })

  it('is looked into, from whatever step, where the desktop tells its path', async () => {
    const { outside, wrapper, event } = await drop({ pathOf: ({ name }) => `/music/${name}` })
    expect(event.defaultPrevented).toBe(true)
    expect(outside.asked.find(({ name }) => name === 'datasets.inspectFolder')?.payload).toEqual({ folder: '/music/choir' })
    expect(wrapper.text()).toContain('2 songs with vocals and accompaniment.')
    wrapper.unmount()
  })

  // Would catch: a browser that leaves the app to show the dropped file, or a drop without any answer.
  it('is answered in a browser too, which tells no path', async () => {
    const { outside, wrapper, event } = await drop({})
    expect(event.defaultPrevented).toBe(true)
    expect(outside.asked.map(({ name }) => name)).not.toContain('datasets.inspectFolder')
    expect(useNoticeStore().notices[0]?.text).toMatch(/Type or paste its path/)
    wrapper.unmount()
  })
})

describe('a dataset', () => {
  it('moves a song to another split, and shows that at once', async () => {
    const moved = dataset({ counts: { train: 7, validation: 2, test: 1 }, hash: 'h2' })
    const outside = fakeOutside({ 'datasets.list': () => [dataset()], 'datasets.items': () => [item('Evening'), item('Morning')], 'datasets.setSplit': () => moved })
    await useDatasetStore().follow()
    const wrapper = mount(DatasetDetail, { props: { dataset: dataset() }, global: outside.global })
    await flushPromises()
    await wrapper.find('[aria-label="Evening is used for"]').setValue('validation')
    await flushPromises()
    expect(outside.asked.at(-1)).toEqual({ name: 'datasets.setSplit', payload: { datasetId: 'd1', item: 'Evening', split: 'validation' } })
    expect(useDatasetStore().find('d1')?.counts.validation).toBe(2)
  })

  // Would catch: a folder that is looked at for minutes without a word, twice at once, or with no way to stop.
  it('is looked at again by a job that shows how far it is, and can be stopped', async () => {
    const outside = fakeOutside({ 'datasets.list': () => [dataset()], 'datasets.items': () => [item('Evening')], 'datasets.refresh': () => ({ jobId: 'j' }), 'jobs.list': () => [] })
    await useJobStore().follow()
    await useDatasetStore().follow()
    const changed = (state: JobState<unknown>) => outside.emit('job.changed', { id: 'j', kind: 'dataset', title: 'Choir', state })
    const wrapper = mount(DatasetDetail, { props: { dataset: dataset() }, global: outside.global })
    await flushPromises()
    const button = (text: string) => wrapper.findAll('button').find((each) => each.text() === text)!
    const looks = () => outside.asked.filter(({ name }) => name === 'datasets.refresh').length
    await button('Look again').trigger('click')
    await flushPromises()
    changed({ status: 'running', progress: { stage: 'aligning', completed: 1, total: 4, unit: 'files' } })
    await flushPromises()
    expect(wrapper.text()).toContain('Aligning pairs, 2 of 4')
    await button('Look again').trigger('click')
    expect(looks()).toBe(1)
    await button('Stop looking').trigger('click')
    expect(outside.asked.at(-1)).toEqual({ name: 'jobs.cancel', payload: { jobId: 'j' } })
    changed({ status: 'cancelled' })
    await flushPromises()
    expect(wrapper.text()).not.toContain('Aligning pairs')
    expect(useNoticeStore().troubles).toEqual([])
    await button('Look again').trigger('click')
    await flushPromises()
    expect(looks()).toBe(2)
    wrapper.unmount()
  })

  it('asks for no items of a folder that is gone, and says what to do', async () => {
    const outside = fakeOutside({})
    const wrapper = mount(DatasetDetail, { props: { dataset: dataset({ available: false }) }, global: outside.global })
    await flushPromises()
    expect(outside.asked).toEqual([])
    expect(wrapper.text()).toMatch(/Plug in the disk/)
  })
})

describe('the check', () => {
  const job = (status: object) => ({ id: 'j1', kind: 'check', title: 'Choir songs', state: status })

  async function open(over = {}) {
    const outside = fakeOutside({
      'datasets.list': () => [dataset(over)],
      'datasets.report': () => report(),
      'datasets.check': () => ({ jobId: 'j1' }),
      'jobs.list': () => [],
    })
    const { useJobStore } = await import('#renderer/stores/jobStore')
    await useJobStore().follow()
    await useDatasetStore().follow()
    // As the page does, which the step stands on.
    await useDatasetStore().loadReport('d1')
    const wrapper = mount(CheckStep, { global: outside.global })
    await flushPromises()
    return { outside, wrapper }
  }

  it('says what is wrong, worst first, each with what can be done', async () => {
    const { wrapper } = await open({ checked: true })
    expect(wrapper.find('h2').text()).toBe('1 problem to solve first; 1 thing is worth knowing')
    expect(wrapper.findAll('[aria-label=Findings] > li').map((each) => each.attributes('class'))).toEqual(['problem', 'note', 'ok'])
    expect(wrapper.text()).toContain('Put both into the same split.')
  })

  // Would catch: a button that seems to do nothing while the check of before a reload still runs.
  it('shows a check that was under way before the page was loaded', async () => {
    const { outside, wrapper } = await open()
    outside.emit('job.changed', job({ status: 'queued' }))
    await nextTick()
    expect(wrapper.text()).toContain('Waiting for its turn')
  })

  // Would catch: findings about songs that have been replaced since, shown as if they held.
  it('says that a report is about the data as they were', async () => {
    const { wrapper } = await open({ hash: 'h2' })
    expect(wrapper.find('.notice').text()).toMatch(/changed since this check/)
  })

  it('shows how far it is, and the report when it has ended', async () => {
    const { outside, wrapper } = await open()
    await wrapper.findAll('button').find((each) => each.text() === 'Check again')!.trigger('click')
    await flushPromises()
    outside.emit('job.changed', job({ status: 'running', progress: { stage: 'listening', completed: 3, total: 10, unit: 'files' } }))
    await nextTick()
    expect(wrapper.find('[role=progressbar]').attributes('aria-valuenow')).toBe('30')
    expect(wrapper.text()).toContain('Listening 3 of 10')
    outside.emit('job.changed', job({ status: 'succeeded', result: report({ findings: [] }) }))
    await flushPromises()
    expect(wrapper.find('h2').text()).toBe('Good to train with')
    expect(wrapper.find('[role=progressbar]').exists()).toBe(false)
  })
})
