import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { ByteCache } from '#renderer/stores/byteCache'
import { newestFirst } from '#renderer/stores/newestFirst'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useSoundStore } from '#renderer/stores/soundStore'
import { encodePeaks, PeakCollector } from '#shared/audio/peaks'
import { CancelledError } from '#shared/errors'
import { placeSong } from '#shared/project/edits'

type Answer = (payload: never) => unknown

let asked: string[]
let answers: Record<string, Answer>
let files: Record<string, () => Promise<Uint8Array> | Uint8Array>
let emit: (event: unknown) => void

const sound = (id: string) => ({ id, name: id, sampleRate: 44100, channels: 1, frames: 1000, audioUrl: `/${id}.wav`, peaksUrl: `/${id}.peaks` })

beforeEach(() => {
  asked = []
  files = {}
  answers = {
    'sounds.get': ({ soundId }: { soundId: string }) => sound(soundId),
    'sounds.tile': ({ soundId, level, index }: { soundId: string; level: number; index: number }) => ({ url: `/${soundId}/${level}/${index}`, columns: 1 }),
  }
  const host: Host = {
    transport: {
      async request(name, payload) {
        asked.push(name)
        try {
          return { ok: true, result: await answers[name]!(payload as never) }
        } catch (error) {
          return { ok: false, error }
        }
      },
      onEvent(callback) {
        emit = callback
        return () => {}
      },
    },
    sourceOf: (file) => Promise.resolve({ path: file.name }),
    chooseExportTarget: () => Promise.resolve(undefined),
  } as Host
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    const bytes = await files[url]?.()
    return { ok: bytes !== undefined, status: bytes ? 200 : 404, arrayBuffer: async () => bytes?.slice().buffer }
  })
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => 0)).use(pinia)
  setActivePinia(pinia)
})
afterEach(() => vi.unstubAllGlobals())

describe('sounds of the library in the page', () => {
  it('asks for each thing once, however many lanes need it', async () => {
    const peaks = new PeakCollector(44100, 1)
    peaks.add([Float32Array.from({ length: 1000 }, (_, i) => i / 1000)])
    files['/a.peaks'] = () => encodePeaks(peaks.finish())
    files['/a/0/3'] = () => Uint8Array.of(1, 2, 3)
    const store = useSoundStore()
    expect(store.peaksOf('a')).toBeUndefined()
    await Promise.all([store.get('a'), store.get('a'), store.tile('a', 0, 3), store.tile('a', 0, 3)])
    await expect.poll(() => store.peaksOf('a')?.frames).toBe(1000)
    expect(store.tile('a', 0, 3)).toEqual(Uint8Array.of(1, 2, 3))
    expect(asked.toSorted()).toEqual(['/a.peaks', '/a/0/3', 'sounds.get', 'sounds.tile'])
  })

  // Would catch: a page that grows by 40 MB with every song of hours that was looked at, or that fetches what it shows again and again.
  it('keeps the peaks of the project, and of other sounds those that were looked at last', async () => {
    const frames = 256 * 6_000_000
    const peaks = encodePeaks({ sampleRate: 44100, frames, levels: [{ framesPerPeak: 256, channels: [new Float32Array(12_000_000)] }] })
    const store = useSoundStore()
    const source = { id: 'source', name: 'Song', soundId: 'song', sampleRate: 44100, channels: 1, frames }
    useProjectStore().apply('Add', (project) => placeSong(project, { source, trackId: 'track', clipId: 'clip' }))
    for (const id of ['song', 'first', 'second', 'third']) {
      files[`/${id}.peaks`] = () => peaks
      store.peaksOf(id)
      await expect.poll(() => store.peaksOf(id)?.frames).toBe(frames)
    }
    const fetched = () => asked.filter((name) => name.endsWith('.peaks')).length
    expect(fetched()).toBe(4)
    expect(['song', 'second', 'third'].map((id) => store.peaksOf(id)?.frames)).toEqual([frames, frames, frames])
    expect(fetched()).toBe(4)
    expect(store.peaksOf('first')).toBeUndefined()
    await expect.poll(() => store.peaksOf('first')?.frames).toBe(frames)
    expect(fetched()).toBe(5)
  }, 20_000)

  it('asks again for what failed', async () => {
    const store = useSoundStore()
    await expect(store.tile('a', 0, 0)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
    files['/a/0/0'] = () => Uint8Array.of(7)
    expect(await store.tile('a', 0, 0)).toEqual(Uint8Array.of(7))
    const { 'sounds.get': get } = answers
    answers['sounds.get'] = () => {
      throw { code: 'SOUND_NOT_FOUND', message: 'Gone.' }
    }
    await expect(store.get('b')).rejects.toMatchObject({ code: 'SOUND_NOT_FOUND' })
    answers['sounds.get'] = get!
    await expect(store.get('b')).resolves.toMatchObject({ id: 'b' })
  })

  it('forgets what is deleted, and nothing else', async () => {
    files['/a/0/0'] = files['/ab/0/0'] = () => Uint8Array.of(1)
    const store = useSoundStore()
    await Promise.all([store.get('a'), store.get('ab'), store.tile('a', 0, 0), store.tile('ab', 0, 0)])
    emit({ name: 'sounds.removed', payload: { soundIds: ['a'], songIds: [], jobIds: [] } })
    expect([...store.sounds.keys()]).toEqual(['ab'])
    expect(store.tile('a', 0, 0)).toBeInstanceOf(Promise)
    expect(store.tile('ab', 0, 0)).toEqual(Uint8Array.of(1))
  })
})

describe('a cache of bytes', () => {
  it('never holds more than it may, and keeps what is used', () => {
    const cache = new ByteCache(10)
    cache.set('a', new Uint8Array(4))
    cache.set('b', new Uint8Array(4))
    cache.get('a')
    cache.set('c', new Uint8Array(4))
    expect(['a', 'b', 'c'].map((key) => cache.get(key)?.length)).toEqual([4, undefined, 4])
    cache.set('a', new Uint8Array(6))
    expect(cache.size).toBe(10)
    cache.set('huge', new Uint8Array(11))
    expect(cache.size).toBe(0)
  })
})

describe('work that is asked for faster than it is done', () => {
  it('begins with what was asked for last, runs no more than it may, and drops the oldest', async () => {
    const queue = newestFirst(2, 3)
    const begun: number[] = []
    const ends: (() => void)[] = []
    const ask = (number: number) =>
      queue.run(() => {
        begun.push(number)
        return new Promise<number>((resolve) => ends.push(() => resolve(number)))
      })
    const work = [0, 1, 2, 3, 4, 5].map((number) => ask(number).catch((error: unknown) => (error instanceof CancelledError ? 'dropped' : error)))
    for (let ended = 0; ended < 5; ended++) {
      await expect.poll(() => ends.length).toBeGreaterThan(ended)
      ends[ended]!()
    }
    expect(await Promise.all(work)).toEqual([0, 1, 'dropped', 3, 4, 5])
    expect(begun).toEqual([0, 1, 5, 4, 3])
  })
})
