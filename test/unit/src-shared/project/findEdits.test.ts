import { describe, expect, it } from 'vitest'
import { clearFinds, findsOn, moveClip, setFinds, splitClip, trimClip } from '#shared/project/edits'
import { readProject } from '#shared/project/migrations'
import { projectWithSong } from '#test/projects'

const finds = (events: readonly [start: number, end: number][], modelId = 'dog') => ({ sourceId: 'song', modelId, name: 'My dog', events: events.map(([start, end]) => ({ start, end, score: 0.9 })) })
const placesOf = (project: ReturnType<typeof projectWithSong>) => findsOn(project.tracks[0]!).map(({ start, end }) => [start, end])

describe('what was found on a track', () => {
  // Would catch: finds that stay where they were when their clip is moved, cut or trimmed.
  it('lies where its clips play it, and is in order', () => {
    const found = setFinds(projectWithSong(), { trackId: 'mix', finds: finds([[30_000, 31_000], [1000, 3000]]) })
    expect(placesOf(found)).toEqual([[1000, 3000], [30_000, 31_000]])
    const moved = moveClip(found, { clipId: 'whole', trackId: 'mix', start: 500 })
    expect(placesOf(moved)).toEqual([[1500, 3500], [30_500, 31_500]])
    const trimmed = trimClip(found, { clipId: 'whole', start: 2000 })
    expect(placesOf(trimmed)).toEqual([[2000, 3000], [30_000, 31_000]])
    const cut = splitClip(found, { clipId: 'whole', at: 30_500, newId: 'second' })
    expect(placesOf(cut)).toEqual([[1000, 3000], [30_000, 30_500], [30_500, 31_000]])
  })

  it('takes the place of what the same detector found before, beside that of others, and is cleared', () => {
    const first = setFinds(projectWithSong(), { trackId: 'mix', finds: finds([[1, 2]]) })
    const both = setFinds(first, { trackId: 'mix', finds: finds([[5, 6]], 'breath') })
    expect(placesOf(both)).toEqual([[1, 2], [5, 6]])
    expect(placesOf(setFinds(both, { trackId: 'mix', finds: finds([[7, 9]]) }))).toEqual([[5, 6], [7, 9]])
    expect(clearFinds(both, { trackId: 'mix' })).toEqual(projectWithSong())
    expect(clearFinds(projectWithSong(), { trackId: 'mix' }).tracks[0]).not.toHaveProperty('finds')
    expect(setFinds(first, { trackId: 'none', finds: finds([[1, 2]]) })).toBe(first)
  })

  // Would catch: finds that are lost when a project is saved, and older projects that no longer open.
  it('is saved with the project; one without any opens as before', () => {
    const found = setFinds(projectWithSong(), { trackId: 'mix', finds: finds([[1000, 3000]]) })
    expect(readProject(JSON.parse(JSON.stringify(found))).project).toEqual(found)
    expect(readProject(JSON.parse(JSON.stringify(projectWithSong())))).toEqual({ project: projectWithSong(), warnings: [] })
  })
})
