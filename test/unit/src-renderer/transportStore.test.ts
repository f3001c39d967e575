// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import { useTransportStore } from '#renderer/stores/transportStore'
import { emptyProject, type Project } from '#shared/project/project'

const clip = { id: 'c', sourceId: 's', start: 0, offset: 0, length: 44100, gain: 0, fadeIn: 0, fadeOut: 0 }
const song: Project = {
  ...emptyProject('p', 'P'),
  sampleRate: 44100,
  sources: [{ id: 's', name: 'S', soundId: 's', sampleRate: 44100, channels: 2, frames: 44100 }],
  tracks: [{ id: 't', name: 'T', role: 'mixture', gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform', clips: [clip] }],
}
const noSound = () => Promise.reject(new Error('No sound is read before it plays.'))

describe('the store of the player', () => {
  beforeEach(() => setActivePinia(createPinia()))

  it('does nothing before there is a player, and stands at the beginning after it is gone', async () => {
    const store = useTransportStore()
    await store.play()
    await store.seek(10)
    expect([store.playing, store.position, store.failure]).toEqual([false, 0, undefined])
    store.connect({ project: () => song, sounds: noSound })
    await store.seek(1234.4)
    expect(store.position).toBe(1234)
    expect(store.meters()).toEqual({ master: [0, 0], tracks: new Map([['t', [0, 0]]]), nullDbfs: undefined })
    store.disconnect()
    expect(store.position).toBe(0)
  })

  it('follows every edit at once', () => {
    const project = shallowRef(song)
    const store = useTransportStore()
    store.connect({ project: () => project.value, sounds: noSound })
    project.value = { ...song, tracks: [{ ...song.tracks[0]!, id: 'other' }] }
    expect([...store.meters().tracks.keys()]).toEqual(['other'])
  })

  it('keeps its place through edits, and begins anew with another project', async () => {
    const project = shallowRef(song)
    const store = useTransportStore()
    store.connect({ project: () => project.value, sounds: noSound })
    await store.seek(5000)
    project.value = { ...song, name: 'Renamed' }
    expect(store.position).toBe(5000)
    project.value = { ...song, id: 'another' }
    expect(store.position).toBe(0)
  })

  it('says what playing failed with, and does not look as if it played', async () => {
    const store = useTransportStore()
    store.connect({
      project: () => song,
      sounds: noSound,
      createContext: () => {
        throw new Error('There is no sound device.')
      },
    })
    await store.play()
    expect(store.failure).toMatchObject({ message: 'There is no sound device.' })
    expect(store.playing).toBe(false)
  })

  // Would catch: a button that says "mix" while the tracks play, because their levels could not be measured.
  it('stays in its mode when another one cannot be had', async () => {
    const store = useTransportStore()
    store.connect({ project: () => song, sounds: noSound })
    await store.setAbMode('mix')
    expect([store.abMode, store.failure !== undefined]).toEqual(['off', true])
  })

  it('does not play an empty project', async () => {
    const store = useTransportStore()
    store.connect({ project: () => emptyProject('p', 'P'), sounds: noSound })
    await store.play()
    expect([store.playing, store.failure]).toEqual([false, undefined])
  })
})
