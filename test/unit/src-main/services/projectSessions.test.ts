import { describe, expect, it } from 'vitest'
import type { Claim, ProjectFolders, RecoveryStore } from '#main/services/projectPorts'
import { ProjectSessions } from '#main/services/projectSessions'
import { AppError } from '#shared/errors'

/** Sessions over locks in memory; `stolen` are those that another process has taken. */
function setUp() {
  const locks = new Set<string>()
  const stolen = new Set<string>()
  const taken: string[] = []
  const world = { clock: 0, locks, stolen, taken }
  const claim = async (name: string): Promise<Claim> => {
    await Promise.resolve()
    if (locks.has(name) || stolen.has(name)) throw new AppError('PROJECT_IN_USE', 'It is open elsewhere.')
    locks.add(name)
    return { held: () => Promise.resolve(!stolen.has(name)), release: () => void locks.delete(name) }
  }
  const folders = { resolve: (folder: string) => Promise.resolve(folder), claim } as unknown as ProjectFolders
  const recoveries = { idFor: (place: string) => `recovery of ${place}`, claim } as unknown as RecoveryStore
  const sessions = new ProjectSessions({ folders, recoveries, now: () => world.clock, onTaken: (id) => taken.push(id) })
  const open = async (window: string, folder: string, takeOver = false) => {
    const lease = await sessions.take(window, await sessions.placeOf(folder, 'p'), takeOver)
    sessions.settle(lease)
    return lease
  }
  return { ...world, world, sessions, open }
}

const codeOf = (work: Promise<unknown>) => work.then(() => 'open', (error: { code: string }) => error.code)

describe('windows and projects', () => {
  it('lets in one of two windows that ask at once', async () => {
    const { open } = setUp()
    expect((await Promise.all([codeOf(open('a', '/p')), codeOf(open('b', '/p'))])).sort()).toEqual(['PROJECT_IN_USE', 'open'])
  })

  it('lets a window that is not heard of for long lose its project to one that asks, and tells it', async () => {
    const { world, open, taken } = setUp()
    await open('a', '/p')
    world.clock = 80_000
    expect(await codeOf(open('b', '/p'))).toBe('PROJECT_IN_USE')
    await open('a', '/p')
    world.clock = 160_000
    expect(await codeOf(open('b', '/p'))).toBe('PROJECT_IN_USE')
    world.clock = 251_000
    expect(await codeOf(open('b', '/p'))).toBe('open')
    expect([taken, await codeOf(open('a', '/p'))]).toEqual([['a'], 'PROJECT_IN_USE'])
  })

  it('keeps the locks of a project that goes from one window to another', async () => {
    const { open, sessions, locks } = setUp()
    await open('a', '/p')
    await open('b', '/p', true)
    expect([...locks]).toEqual(['/p', 'recovery of /p'])
    sessions.release('a')
    expect(locks.size).toBe(2)
    sessions.release('b')
    expect(locks.size).toBe(0)
  })

  it('lets go of the project before when a window opens another, and only then', async () => {
    const { open, locks } = setUp()
    await open('a', '/p')
    await open('b', '/taken')
    expect(await codeOf(open('a', '/taken'))).toBe('PROJECT_IN_USE')
    expect(locks.has('/p')).toBe(true)
    await open('a', '/q')
    expect([locks.has('/p'), locks.has('/q')]).toEqual([false, true])
  })

  it('notices that another process took the project while this one slept', async () => {
    const { open, stolen, locks } = setUp()
    await open('a', '/p')
    stolen.add('/p')
    expect(await codeOf(open('a', '/p'))).toBe('PROJECT_IN_USE')
    expect(locks.size).toBe(0)
    stolen.clear()
    expect(await codeOf(open('a', '/p'))).toBe('open')
  })

  it('keeps no lock where only one of a project\'s two could be had', async () => {
    const { open, stolen, locks } = setUp()
    stolen.add('recovery of /p')
    expect(await codeOf(open('a', '/p'))).toBe('PROJECT_IN_USE')
    expect(locks.size).toBe(0)
  })
})
