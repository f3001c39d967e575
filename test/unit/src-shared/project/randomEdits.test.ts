import { describe, expect, it } from 'vitest'
import { randomEdit, songSource } from '#test/projects'
import { placeSong } from '#shared/project/edits'
import { createHistory, record, redo, undo } from '#shared/project/history'
import { emptyProject, project as projectSchema, type Project } from '#shared/project/project'
import { inconsistency } from '#shared/project/validity'
import { randomStream } from '#shared/random'

const seeds = Array.from({ length: 60 }, (_, seed) => seed)
const editCount = 200

/** A project with three songs, and ids that count on. */
function setUp(seed: number) {
  let ids = 0
  const newId = () => `id-${++ids}`
  const songs = [1, 2, 3].map((length) => songSource(`song-${length}`, { frames: length * 20_000 }))
  const start = songs.reduce<Project>(
    (project, source) => placeSong(project, { source, trackId: newId(), clipId: newId() }),
    emptyProject('p', 'Random'),
  )
  const random = randomStream(seed)
  return { start, nextEdit: () => randomEdit(random, newId) }
}

/** Refuses any write to what an edit was given, so that one that changes its input throws. */
function deepFreeze<Value extends object>(value: Value): Value {
  if (Object.isFrozen(value)) return value
  Object.values(value).forEach((inner: unknown) => typeof inner === 'object' && inner !== null && deepFreeze(inner))
  return Object.freeze(value)
}

describe('200 random edits', () => {
  it.each(seeds)('keep the document valid, and are undone to the very same document and redone, seed %i', (seed) => {
    const { start, nextEdit } = setUp(seed)
    const atFirst = JSON.stringify(start)
    const seen = [start]
    let history = createHistory(deepFreeze(start))
    for (let count = 0; count < editCount; count++) {
      const next = nextEdit()(history.present)
      if (next === history.present) continue
      history = record(history, `edit ${count}`, deepFreeze(next))
      expect(projectSchema.safeParse(next).error?.message).toBeUndefined()
      expect(projectSchema.parse(next)).toEqual(next)
      expect(inconsistency(next)).toBeUndefined()
      seen.push(next)
    }
    expect(seen.length).toBeGreaterThan(editCount / 3)
    const last = JSON.stringify(history.present)
    for (const document of seen.toReversed()) {
      expect(history.present).toBe(document)
      history = undo(history)
    }
    expect(history.past).toEqual([])
    expect(JSON.stringify(history.present)).toBe(atFirst)
    for (const document of seen) {
      expect(history.present).toBe(document)
      history = redo(history)
    }
    expect(JSON.stringify(history.present)).toBe(last)
  })

  it('share with the document before what they leave alone: at most a few objects are new', () => {
    const { start, nextEdit } = setUp(7)
    let project = start
    for (let count = 0; count < editCount; count++) {
      const before = project
      project = nextEdit()(before)
      if (project === before || project.tracks.length < 3) continue
      const old = new Set<object>([...before.sources, ...before.markers, ...before.tracks.flatMap(({ clips }) => clips)])
      const things: object[] = [...project.sources, ...project.markers, ...project.tracks.flatMap(({ clips }) => clips)]
      // An edit that moves or replaces many clips makes those anew; sources are never copied.
      const untouched = project.sources.filter(({ id }) => before.sources.some((source) => source.id === id))
      expect(untouched.every((source) => old.has(source))).toBe(true)
      const fresh = things.filter((thing) => !old.has(thing)).length
      const equalButNew = things.filter((thing) => !old.has(thing) && [...old].some((other) => JSON.stringify(other) === JSON.stringify(thing)))
      expect({ fresh, equalButNew }).toEqual({ fresh, equalButNew: [] })
    }
  })
})
