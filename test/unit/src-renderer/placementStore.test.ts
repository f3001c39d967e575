import { createPinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { usePlacementStore } from '#renderer/stores/placementStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useSongStore } from '#renderer/stores/songStore'
import type { Job } from '#shared/contract/jobs'
import { placeSong } from '#shared/project/edits'
import { songSource } from '#test/projects'

const song = songSource('a', { name: 'Night' })

beforeEach(() => {
  const answers: Record<string, unknown> = { 'songs.import': { id: 'song' }, 'sounds.get': { id: song.soundId }, 'separation.start': { jobId: 'job' }, 'sounds.prepare': { jobId: 'decoded' } }
  const host = {
    transport: { request: async (name: string) => ({ ok: true, result: answers[name] }), onEvent: () => () => {} },
  } as unknown as Host
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => 0)).use(pinia)
  setActivePinia(pinia)
  useProjectStore().apply('Open', (project) => placeSong(project, { source: song, trackId: 'mix', clipId: 'clip' }))
})

const turns = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('a clip that is split', () => {
  // Would catch: four lanes instead of two after Split was pressed twice, since the services answer both with one job.
  it('gets its stems once, however often that was asked for meanwhile', async () => {
    const placement = usePlacementStore()
    for (let i = 0; i < 2; i++) await placement.splitClip('clip', { modelId: undefined, quality: 'fast' })
    expect(placement.splits).toHaveLength(1)
    const stems = [{ name: 'vocals', soundId: 'v' }, { name: 'accompaniment', soundId: 'm' }]
    const state = { status: 'succeeded', result: { frames: song.frames, model: 'a-model', stems } }
    useJobStore().accept({ id: 'job', kind: 'separation', title: 'Night', songId: 'song', state } as unknown as Job)
    await turns()
    expect(useProjectStore().project.tracks.map(({ name }) => name)).toEqual(['Night', 'Vocals', 'Music'])
    expect(placement.splits).toEqual([])
  })
})

describe('a song that was split in the library', () => {
  const mixture = { id: song.soundId, sampleRate: song.sampleRate, channels: song.channels, frames: song.frames }
  const stems = [{ name: 'vocals', soundId: 'v' }, { name: 'accompaniment', soundId: 'm' }]
  const finished = (id: string, kind: string, result: unknown) =>
    useJobStore().accept({ id, kind, title: 'Night', songId: 'song', state: { status: 'succeeded', result } } as unknown as Job)

  // Would catch: stems of the slow, better way that the lanes and the blind test call fast.
  it('comes with its stems, which say how they were made', async () => {
    finished('decoded', 'sound', mixture)
    finished('job', 'separation', { frames: song.frames, model: 'a-model', quality: 'best', stems })
    await usePlacementStore().placeWithStems('song')
    expect(useProjectStore().project.sources.flatMap(({ stem }) => stem?.quality ?? [])).toEqual(['best', 'best'])
  })
})

describe('a song of the library', () => {
  // Would catch: the same song put on the timeline twice after the app was started again, which calls it not placed.
  it('is known to be on the timeline before it is decoded in this page', () => {
    const opened = { id: 'song', name: 'Night', sampleRate: 44100, channels: 2, warnings: [], url: '' }
    useSongStore().songs.push({ ...opened, soundId: song.soundId }, { ...opened, id: 'other', soundId: 'another sound' })
    expect([usePlacementStore().isPlaced('song'), usePlacementStore().isPlaced('other')]).toEqual([true, false])
  })
})
