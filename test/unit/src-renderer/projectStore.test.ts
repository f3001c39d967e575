import { createPinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createOutside, type Host, outsideKey } from '#renderer/api/host'
import { openTabSession, type TabWorld } from '#renderer/api/tabSession'
import { useProjectStore } from '#renderer/stores/projectStore'
import { addMarker, setTrack } from '#shared/project/edits'
import type { Project } from '#shared/project/project'
import { separatedProject } from '#test/projects'

interface Sent {
  name: string
  payload: Record<string, unknown>
}

let sent: Sent[]
let answers: Record<string, (payload: never) => unknown>
let emit: (event: unknown) => void
let connection: (state: 'lost' | 'restarted') => void
let stop: (() => void) | undefined

const named = (name: string) => sent.filter((request) => request.name === `projects.${name}`)
const marker = (name: string) => (project: Project) => addMarker(project, { id: name, at: 1, name })
const names = ({ markers }: Project) => markers.map(({ name }) => name)

/** What a browser keeps of a window while its page is loaded again. */
function memory(): TabWorld & { text: string | null } {
  const kept = { text: null as string | null, storage: { getItem: () => kept.text, setItem: (_: string, value: string) => void (kept.text = value) } }
  return kept
}

function newStore() {
  sent = []
  const host: Host = {
    transport: {
      async request(name, payload) {
        sent.push({ name, payload: payload as Record<string, unknown> })
        try {
          return { ok: true, result: await answers[name]?.(payload as never) }
        } catch (error) {
          return { ok: false, error }
        }
      },
      onEvent(callback) {
        emit = callback
        return () => {}
      },
    },
    sourceOf: () => Promise.reject(new Error('no files here')),
    chooseExportTarget: () => Promise.resolve(undefined),
    beginDrag: () => Promise.reject(new Error('no drags here')),
    watchConnection(callback) {
      connection = callback
      return () => {}
    },
  }
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => 0)).use(pinia)
  setActivePinia(pinia)
  return useProjectStore()
}

async function startedStore(world: TabWorld = memory()) {
  const store = newStore()
  stop = await store.start(openTabSession(world))
  return store
}

beforeEach(() => {
  vi.useFakeTimers()
  answers = {
    'projects.recents': () => [],
    'projects.recoveries': () => [],
    'projects.autosave': () => ({ recoveryId: 'kept' }),
    'projects.keep': () => ({ held: true }),
    'projects.saveAs': ({ name }: { name: string }) => ({ folder: `/projects/${name}`, name, warnings: [] }),
    'projects.save': ({ folder, project }: { folder: string; project: Project }) => ({ folder, name: project.name, warnings: [] }),
    'projects.rename': ({ name }: { name: string }) => ({ folder: `/projects/${name}`, name, warnings: [] }),
  }
})
afterEach(() => {
  stop?.()
  vi.useRealTimers()
})

describe('the open document', () => {
  it('is edited, undone and redone with labels, and clean again once undone to what was saved', async () => {
    const store = await startedStore()
    expect([store.canUndo, store.dirty]).toEqual([false, false])
    expect(store.apply('Add marker', marker('a'))).toBe(true)
    expect([store.undoLabel, store.dirty, names(store.project)]).toEqual(['Add marker', true, ['a']])
    expect(store.apply('Nothing', (project) => project)).toBe(false)
    store.undo()
    expect([store.redoLabel, store.dirty, store.canUndo]).toEqual(['Add marker', false, false])
    store.redo()
    expect(names(store.project)).toEqual(['a'])
  })

  it('takes back a whole drag at once', async () => {
    const store = await startedStore()
    answers['projects.open'] = () => ({ project: separatedProject(), folder: '/p', warnings: [] })
    await store.open('/p')
    for (const gain of [-1, -2, -3]) store.apply('Gain', (project) => setTrack(project, { trackId: 'v', gain }), { mergeKey: 'drag 1' })
    store.undo()
    expect([store.project.tracks[1]!.gain, store.canUndo]).toEqual([0, false])
  })

  // Would catch: undo bringing back lanes of a song that was deleted from the disk.
  it('loses for good what is taken out of every version', () => {
    const store = newStore()
    store.apply('Add marker', marker('gone'))
    store.apply('Add marker', marker('kept'))
    store.applyForGood((project) => ({ ...project, markers: project.markers.filter(({ name }) => name !== 'gone') }))
    expect([names(store.project), store.dirty]).toEqual([['kept'], true])
    store.undo()
    store.undo()
    expect(names(store.project)).toEqual([])
    store.redo()
    store.redo()
    expect(names(store.project)).toEqual(['kept'])
  })

  it('stays as it is where an edit throws', async () => {
    const store = await startedStore()
    expect(() => store.apply('Fail', () => { throw new Error('refused') })).toThrow('refused')
    expect([store.canUndo, store.dirty]).toEqual([false, false])
  })
})

describe('unsaved edits', () => {
  it('are kept within seconds also while the user goes on editing without a pause', async () => {
    const store = await startedStore()
    for (let second = 0; second < 30; second++) {
      store.apply('Edit', marker(`m${second}`))
      await vi.advanceTimersByTimeAsync(1000)
      const newest = named('autosave').at(-1)?.payload['project'] as Project | undefined
      if (second >= 15) expect(second - (newest?.markers.length ?? 0)).toBeLessThan(15)
    }
    expect(named('autosave').length).toBeLessThan(10)
  })

  it('are kept once: without another edit nothing is sent again', async () => {
    const store = await startedStore()
    store.apply('Edit', marker('a'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(named('autosave')).toHaveLength(1)
    expect(named('keep').length).toBeGreaterThan(1)
  })

  it('that were undone replace what was kept of them', async () => {
    const store = await startedStore()
    store.apply('Edit', marker('a'))
    await vi.advanceTimersByTimeAsync(6000)
    store.undo()
    await vi.advanceTimersByTimeAsync(6000)
    expect(named('autosave').map(({ payload }) => names(payload['project'] as Project))).toEqual([['a'], []])
  })

  it('are kept again after a failure, which the user sees until then', async () => {
    const store = await startedStore()
    answers['projects.autosave'] = () => { throw { code: 'DISK_FULL', message: 'Full.' } }
    store.apply('Edit', marker('a'))
    await vi.advanceTimersByTimeAsync(6000)
    expect(store.autosaveFailure).toEqual({ code: 'DISK_FULL', message: 'Full.' })
    answers['projects.autosave'] = () => ({ recoveryId: 'kept' })
    await vi.advanceTimersByTimeAsync(11_000)
    expect([store.autosaveFailure, named('autosave').length]).toEqual([undefined, 2])
  })

  it('go with the page when it is left', async () => {
    const listeners: Record<string, () => void> = {}
    vi.stubGlobal('addEventListener', (name: string, listener: () => void) => void (listeners[name] = listener))
    vi.stubGlobal('removeEventListener', () => {})
    const store = await startedStore()
    store.apply('Edit', marker('a'))
    listeners['pagehide']!()
    expect(named('release').at(-1)!.payload['unsaved']).toEqual({ project: store.project })
    vi.unstubAllGlobals()
  })

  it('from before a crash are shown over the saved version, told, and can be undone', async () => {
    const saved = separatedProject()
    answers['projects.recover'] = () => ({ project: saved, folder: '/p', warnings: ['One sound is missing.'], recovered: { project: marker('late')(saved), at: 5, wasLeft: false } })
    const store = await startedStore()
    const before = store.generation
    await store.recover('id')
    expect([store.recovered, store.dirty, store.place, names(store.project), store.warnings]).toEqual([{ at: 5 }, true, '/p', ['late'], ['One sound is missing.']])
    expect(store.generation).toBe(before + 1)
    expect(named('autosave')).toHaveLength(1)
    store.undo()
    expect([store.project, store.dirty]).toEqual([saved, false])
  })
})

describe('saving', () => {
  it('gives the document its place and name, which no undo takes back, and keeps the history', async () => {
    const store = await startedStore()
    store.apply('One', marker('one'))
    await store.saveAs('Song')
    expect([store.place, store.project.name, store.dirty]).toEqual(['/projects/Song', 'Song', false])
    store.undo()
    expect([store.project.name, names(store.project), store.dirty]).toEqual(['Song', [], true])
    store.redo()
    expect(store.dirty).toBe(false)
    store.apply('Two', marker('two'))
    await store.save()
    expect([named('save')[0]!.payload['folder'], store.dirty]).toEqual(['/projects/Song', false])
  })

  it('leaves edits that were made meanwhile unsaved', async () => {
    const store = await startedStore()
    store.apply('One', marker('one'))
    answers['projects.saveAs'] = ({ name }: { name: string }) => {
      store.apply('Two', marker('two'))
      return { folder: '/p', name, warnings: [] }
    }
    await store.saveAs('Song')
    expect([store.dirty, names(store.project)]).toEqual([true, ['one', 'two']])
    await vi.advanceTimersByTimeAsync(6000)
    expect(named('autosave').at(-1)!.payload).toMatchObject({ folder: '/p', project: { name: 'Song', markers: [{ name: 'one' }, { name: 'two' }] } })
  })

  it('that fails changes nothing', async () => {
    const store = await startedStore()
    store.apply('One', marker('one'))
    answers['projects.saveAs'] = () => { throw { code: 'OUTPUT_EXISTS', message: 'There is one.' } }
    await expect(store.saveAs('Song')).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' })
    expect([store.place, store.dirty, store.progress]).toEqual([undefined, true, undefined])
  })

  it('never lets an autosave that was under way bring back what was just saved', async () => {
    const store = await startedStore()
    const order: string[] = []
    let finish = () => {}
    answers['projects.autosave'] = () => new Promise((resolve) => (finish = () => (order.push('autosave'), resolve({ recoveryId: 'kept' }))))
    answers['projects.saveAs'] = ({ name }: { name: string }) => (order.push('save'), { folder: '/p', name, warnings: [] })
    store.apply('One', marker('one'))
    await vi.advanceTimersByTimeAsync(6000)
    const saving = store.saveAs('Song')
    await vi.advanceTimersByTimeAsync(100)
    finish()
    await saving
    await vi.advanceTimersByTimeAsync(30_000)
    expect(order).toEqual(['autosave', 'save'])
  })

  it('renames the project with its folder, dirty or not', async () => {
    const store = await startedStore()
    await store.saveAs('Old')
    store.apply('One', marker('one'))
    await store.rename('New')
    expect([store.place, store.project.name, store.dirty, store.recents]).toEqual(['/projects/New', 'New', true, []])
    expect(named('autosave').at(-1)!.payload['folder']).toBe('/projects/New')
    store.undo()
    expect([store.project.name, store.dirty]).toEqual(['New', false])
  })
})

describe('windows', () => {
  it('opens again what the window had open before its page was loaded again', async () => {
    const world = memory()
    const store = await startedStore(world)
    await store.saveAs('Song')
    stop?.()
    answers['projects.open'] = ({ folder }: { folder: string }) => ({ project: separatedProject(), folder, warnings: [] })
    const again = await startedStore(world)
    expect([again.place, again.project.tracks.length]).toEqual(['/projects/Song', 3])
    const first = named('open')[0]!.payload['sessionId']
    expect(JSON.parse(world.text!)).toMatchObject({ id: first })
  })

  it('tells of a crash, and not of edits that the window itself kept as its page was loaded again', async () => {
    const world = memory()
    const store = await startedStore(world)
    await store.saveAs('Song')
    for (const wasLeft of [true, false]) {
      stop?.()
      const project = separatedProject()
      answers['projects.open'] = ({ folder }: { folder: string }) => ({ project, folder, warnings: [], recovered: { project: marker('late')(project), at: 5, wasLeft } })
      const again = await startedStore(world)
      expect([names(again.project), again.dirty, again.recovered]).toEqual([['late'], true, wasLeft ? undefined : { at: 5 }])
      expect(named('autosave')).toHaveLength(1)
    }
  })

  it('takes hold of its project again as soon as a server that was started again answers', async () => {
    const store = await startedStore()
    await store.saveAs('Song')
    store.apply('One', marker('one'))
    connection('lost')
    await vi.advanceTimersByTimeAsync(0)
    expect(named('keep')).toEqual([])
    connection('restarted')
    await vi.advanceTimersByTimeAsync(0)
    expect([named('autosave').length, named('keep')[0]!.payload['folder']]).toEqual([1, '/projects/Song'])
  })

  it('opens unsaved work again too, and says why where it cannot', async () => {
    const world = memory()
    const store = await startedStore(world)
    store.apply('One', marker('one'))
    await vi.advanceTimersByTimeAsync(6000)
    stop?.()
    answers['projects.recover'] = () => { throw { code: 'PROJECT_IN_USE', message: 'It is open in another window.' } }
    const again = await startedStore(world)
    expect([named('recover')[0]!.payload['recoveryId'], again.warnings]).toEqual(['kept', ['It is open in another window.']])
  })

  it('does not take a duplicated window for the one that it is a copy of', async () => {
    const held = new Set<string>()
    const locks = {
      request: (name: string, _: unknown, callback: (lock: unknown) => unknown) => {
        if (held.has(name)) return Promise.resolve(callback(null))
        held.add(name)
        return Promise.resolve(callback({ name }))
      },
    } as unknown as NonNullable<TabWorld['locks']>
    const original = memory()
    const first = await openTabSession({ ...original, locks })
    first.remember({ folder: '/p' })
    const text = original.text
    const copy = memory()
    copy.text = text
    const second = await openTabSession({ storage: copy.storage!, locks })
    expect([second.id === first.id, second.before]).toEqual([false, undefined])
    held.clear()
    const reloaded = await openTabSession({ storage: original.storage!, locks })
    expect([reloaded.id, reloaded.before]).toEqual([first.id, { folder: '/p' }])
  })

  it('notices that another window took the project, keeps nothing any more, and can save under another name', async () => {
    const store = await startedStore()
    await store.saveAs('Song')
    emit({ name: 'project.taken', payload: { sessionId: 'somebody else' } })
    expect(store.isTaken).toBe(false)
    answers['projects.keep'] = () => ({ held: false })
    await vi.advanceTimersByTimeAsync(21_000)
    expect(store.isTaken).toBe(true)
    store.apply('One', marker('one'))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(named('autosave')).toEqual([])
    await store.saveAs('Copy')
    expect([store.isTaken, store.place]).toEqual([false, '/projects/Copy'])
  })

  it('shows an empty document after creating one, and throws away what was kept of the one before', async () => {
    const store = await startedStore()
    await store.saveAs('Song')
    store.apply('One', marker('one'))
    await store.create()
    expect([store.place, store.dirty, store.canUndo, store.project.name, named('discard').length]).toEqual([undefined, false, false, 'Untitled', 1])
    await vi.advanceTimersByTimeAsync(30_000)
    expect(named('autosave')).toEqual([])
  })
})
