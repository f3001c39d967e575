import { createPinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useRepairStore } from '#renderer/stores/repairStore'
import type { Job } from '#shared/contract/jobs'
import type { SpectralRegion } from '#shared/contract/repair'
import type { Sound } from '#shared/contract/sounds'
import { findSource } from '#shared/project/edits'
import { separatedProject } from '#test/projects'

let sent: { name: string; payload: Record<string, unknown> }[]
let stores: { repairs: ReturnType<typeof useRepairStore>; projects: ReturnType<typeof useProjectStore>; jobs: ReturnType<typeof useJobStore>; notices: ReturnType<typeof useNoticeStore> }

const regions: SpectralRegion[] = [{ kind: 'box', start: 0, end: 1000, low: 0, high: 500 }]
const sound = (id: string, frames = 44_100): Sound => ({
  id,
  name: id,
  sampleRate: 44_100,
  channels: 2,
  frames,
  audioUrl: '',
  peaksUrl: '',
  spectrogram: { fftSize: 2048, hop: 512, columns: 256, levels: 1, floor: -120 },
})

/** Ends the job of the request number `index`, as the services would. */
function finish(index: number, kind: Job['kind'], result: unknown): void {
  stores.jobs.accept({ id: `job-${index}`, kind, title: 'Song', songId: 's', state: { status: 'succeeded', result } } as unknown as Job)
}

const turns = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}
const soundOf = (name: 'v' | 'a') => {
  const clip = stores.projects.project.tracks.find(({ id }) => id === name)!.clips[0]!
  return findSource(stores.projects.project, clip.sourceId)!
}
const vocalsId = () => soundOf('v').id

beforeEach(() => {
  sent = []
  const host = {
    transport: {
      request: async (name: string, payload: unknown) => ({ ok: true, result: { jobId: `job-${sent.push({ name, payload: payload as Record<string, unknown> }) - 1}` } }),
      onEvent: () => () => {},
    },
  } as unknown as Host
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => 0)).use(pinia)
  setActivePinia(pinia)
  stores = { repairs: useRepairStore(), projects: useProjectStore(), jobs: useJobStore(), notices: useNoticeStore() }
  stores.projects.apply('Open', () => separatedProject())
})

describe('repairs of the page', () => {
  it('become one edit, which undo takes back', async () => {
    const { repairs, projects } = stores
    const before = projects.project
    const old = [soundOf('v').soundId, soundOf('a').soundId]
    const done = repairs.move(vocalsId(), regions)
    await turns()
    expect(sent[0]).toMatchObject({ name: 'repair.move', payload: { pair: { mixture: 'sound-song', offset: 0, vocals: old[0], accompaniment: old[1] }, from: 'vocals' } })
    expect(repairs.running?.title).toBe('Move to the other stem')
    finish(0, 'repair', { vocals: sound('new-v'), accompaniment: sound('new-a'), nullResidualDbfs: -200, warnings: ['Louder than full scale.'] })
    await done
    expect([soundOf('v').soundId, soundOf('a').soundId, repairs.running]).toEqual(['new-v', 'new-a', undefined])
    expect(stores.notices.notices.map(({ text }) => text)).toContain('Louder than full scale.')
    expect(projects.undoLabel).toBe('Move to the other stem')
    projects.undo()
    expect(projects.project).toEqual(before)
  })

  // Would catch: a double click of which the second repair takes minutes and is then thrown away.
  it('are one at a time, from the click on', async () => {
    const first = stores.repairs.move(vocalsId(), regions)
    await stores.repairs.move(vocalsId(), regions)
    await turns()
    expect(sent.map(({ name }) => name)).toEqual(['repair.move'])
    finish(0, 'repair', { vocals: sound('new-v'), accompaniment: sound('new-a'), nullResidualDbfs: -200, warnings: [] })
    await first
    void stores.repairs.move(vocalsId(), regions)
    await turns()
    expect(sent).toHaveLength(2)
  })

  it('say so when they fail, and change nothing', async () => {
    const { repairs, projects } = stores
    const before = projects.project
    const done = repairs.gain(vocalsId(), regions, -6)
    await turns()
    stores.jobs.accept({ id: 'job-0', kind: 'repair', title: 'Song', state: { status: 'failed', error: { code: 'DISK_FULL', message: 'Full.' } } })
    await done
    expect(projects.project).toBe(before)
    expect(stores.notices.troubles.map(({ failure }) => failure.code)).toEqual(['DISK_FULL'])
  })

  it('remember the exponent for the next one', async () => {
    const { repairs } = stores
    for (const [index, exponent] of [2, 0.5].entries()) {
      const done = repairs.reshape(vocalsId(), exponent)
      await turns()
      expect(sent[index]!.payload).toMatchObject({ exponent, current: index === 0 ? 1 : 2 })
      finish(index, 'repair', { vocals: sound(`v${index}`), accompaniment: sound(`a${index}`), nullResidualDbfs: -200, warnings: [] })
      await done
      expect(soundOf('a').stem?.exponent).toBe(exponent)
    }
  })
})

describe('previews of the page', () => {
  const preview = (exponent: number) => ({ vocals: sound(`pv${exponent}`, 20_000), accompaniment: sound(`pa${exponent}`, 20_000), start: 0, exponent })

  // Would catch: a queue of stale previews behind a slider that is dragged.
  it('compute only the newest of those that come while one is computed, and are never in the document', async () => {
    const { repairs, projects } = stores
    const before = projects.project
    const done = repairs.tryExponent(vocalsId(), 1.1)
    await turns()
    for (const exponent of [1.2, 1.3, 1.4]) void repairs.tryExponent(vocalsId(), exponent)
    finish(0, 'reshapePreview', preview(1.1))
    await turns()
    expect(repairs.triedExponent).toBe(1.1)
    finish(1, 'reshapePreview', preview(1.4))
    await done
    expect(sent.map(({ payload }) => payload['exponent'])).toEqual([1.1, 1.4])
    expect([repairs.triedExponent, repairs.isPreviewing]).toEqual([1.4, false])
    expect(repairs.heard.sources.map(({ soundId }) => soundId)).toEqual(expect.arrayContaining(['pv1.4', 'pa1.4']))
    expect(projects.project).toBe(before)
    repairs.endPreview()
    expect(repairs.heard).toBe(before)
  })

  it('end with the first edit, and are not heard once the user has left them', async () => {
    const { repairs, projects } = stores
    const done = repairs.tryExponent(vocalsId(), 2)
    await turns()
    repairs.endPreview()
    finish(0, 'reshapePreview', preview(2))
    await done
    expect(repairs.triedExponent).toBeUndefined()
    const again = repairs.tryExponent(vocalsId(), 3)
    await turns()
    finish(1, 'reshapePreview', preview(3))
    await again
    expect(repairs.triedExponent).toBe(3)
    projects.apply('Rename', (project) => ({ ...project, name: 'Other' }))
    expect([repairs.triedExponent, repairs.heard]).toEqual([undefined, projects.project])
  })
})
