import { describe, expect, it } from 'vitest'
import { projectWithSong, separatedProject, songSource, stemsOf } from '#test/projects'
import * as edits from '#shared/project/edits'
import { emptyProject, type Project } from '#shared/project/project'

const clipsOn = (project: Project, trackId: string) =>
  project.tracks.find(({ id }) => id === trackId)!.clips.map(({ id, start, offset, length }) => ({ id, start, offset, length }))
const codeOf = (work: () => unknown) => {
  try {
    return work()
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('placing a song', () => {
  it('gives an empty project its rate, and refuses a song of another rate with both rates named', () => {
    const project = projectWithSong()
    expect(project).toMatchObject({ sampleRate: 44100, tracks: [{ role: 'mixture', name: 'Song song', clips: [{ start: 0, length: 44100 }] }] })
    const source = songSource('other', { sampleRate: 48000 })
    expect(() => edits.placeSong(project, { source, trackId: 't', clipId: 'c' })).toThrow(/48000 Hz and this project 44100 Hz/)
    expect(codeOf(() => edits.placeSong(project, { source, trackId: 't', clipId: 'c' }))).toBe('RATE_MISMATCH')
  })

  it('takes a song of any rate again once the last one was removed', () => {
    const emptied = edits.removeTrack(projectWithSong(), { trackId: 'mix' })
    expect(emptied).toEqual(emptyProject('p', 'Test'))
    const source = songSource('other', { sampleRate: 48000 })
    expect(edits.placeSong(emptied, { source, trackId: 't', clipId: 'c' }).sampleRate).toBe(48000)
  })
})

describe('placing stems', () => {
  it('puts two lanes below the mixture in one step, aligned to the sample, and mutes the mixture', () => {
    const project = separatedProject()
    expect(project.tracks.map(({ id, role, name, muted }) => [id, role, name, muted])).toEqual([
      ['mix', 'mixture', 'Song song', true],
      ['v', 'vocals', 'Vocals', false],
      ['a', 'accompaniment', 'Music', false],
    ])
    expect(clipsOn(project, 'v')).toEqual([{ id: 'vc', start: 0, offset: 0, length: 44100 }])
    expect(project.sources.map(({ id, stem }) => [id, stem?.otherId, stem?.mixtureId])).toEqual([
      ['song', undefined, undefined],
      ['s1-Vocals', 's1-Music', 'song'],
      ['s1-Music', 's1-Vocals', 'song'],
    ])
  })

  it('aligns the stems of a part with a clip that was moved and trimmed, and shows no more of them than the clip does', () => {
    const moved = edits.moveClip(edits.trimClip(projectWithSong(), { clipId: 'whole', start: 10_000, end: 40_000 }), { clipId: 'whole', start: 100_000 })
    const lanes = { vocals: { trackId: 'v', clipId: 'vc' }, accompaniment: { trackId: 'a', clipId: 'ac' } }
    // Stems of frames 5,000 to 20,000 of the song, of which the clip plays 10,000 to 40,000 from 100,000 on.
    const placed = edits.placeStems(moved, { ...stemsOf(moved.sources[0]!, 's', 5000, 15_000), mixtureClipId: 'whole', lanes })
    expect(clipsOn(placed, 'v')).toEqual([{ id: 'vc', start: 100_000, offset: 5000, length: 10_000 }])
    expect(clipsOn(placed, 'a')).toEqual([{ id: 'ac', start: 100_000, offset: 5000, length: 10_000 }])
  })

  it('still places the stems where the clip was removed while the separation ran', () => {
    const source = songSource('song')
    const lanes = { vocals: { trackId: 'v', clipId: 'vc' }, accompaniment: { trackId: 'a', clipId: 'ac' } }
    const placed = edits.placeStems(emptyProject('p', 'Test'), { ...stemsOf(source, 's', 5000, 15_000), mixtureClipId: 'whole', lanes })
    expect(clipsOn(placed, 'v')).toEqual([{ id: 'vc', start: 5000, offset: 0, length: 15_000 }])
  })

  // Would catch a song that plays twice as loud once it was split with a second model.
  it('mutes earlier stems that the new ones cover, and leaves those heard that reach beyond them', () => {
    const once = separatedProject()
    const lanes = { vocals: { trackId: 'v2', clipId: 'vc2' }, accompaniment: { trackId: 'a2', clipId: 'ac2' } }
    const mutedAfter = (begins: number, frames: number) => {
      const sounds = stemsOf(once.sources[0]!, 's2', begins, frames)
      return edits.placeStems(once, { ...sounds, mixtureClipId: 'whole', lanes }).tracks.filter(({ muted }) => muted).map(({ id }) => id).toSorted()
    }
    expect(mutedAfter(0, once.sources[0]!.frames)).toEqual(['a', 'mix', 'v'])
    expect(mutedAfter(0, 1000)).toEqual(['mix'])
  })
})

describe('replacing stems after a repair', () => {
  it('lets every clip play the new sound and keeps cuts, gains and fades; the old sources go', () => {
    const cut = edits.splitClip(separatedProject(), { clipId: 'vc', at: 20_000, newId: 'vc2' })
    const before = edits.setClip(cut, { clipId: 'vc2', gain: -3, fadeOut: 100 })
    const next = stemsOf(before.sources[0]!, 's2')
    const after = edits.replaceStems(before, { vocalsId: 's1-Vocals', accompanimentId: 's1-Music', ...next })
    expect(after.sources.map(({ id }) => id)).toEqual(['song', 's2-Vocals', 's2-Music'])
    expect(after.tracks[1]!.clips.map(({ id, sourceId, gain, fadeOut }) => [id, sourceId, gain, fadeOut])).toEqual([
      ['vc', 's2-Vocals', 0, 0],
      ['vc2', 's2-Vocals', -3, 100],
    ])
    expect(after.tracks[2]!.clips[0]!.sourceId).toBe('s2-Music')
    expect(after.tracks[0]).toBe(before.tracks[0])
  })

  it('changes nothing where the stems are gone, or the new ones have another length', () => {
    const project = separatedProject()
    const same = stemsOf(project.sources[0]!, 's2')
    expect(edits.replaceStems(project, { vocalsId: 'x', accompanimentId: 'y', ...same })).toBe(project)
    const shorter = stemsOf(project.sources[0]!, 's2', 0, 100)
    expect(edits.replaceStems(project, { vocalsId: 's1-Vocals', accompanimentId: 's1-Music', ...shorter })).toBe(project)
  })
})

describe('removing', () => {
  it('keeps a stem whose other half is still played, and the mixture: the null is measured against them', () => {
    const project = edits.removeTrack(edits.removeTrack(separatedProject(), { trackId: 'mix' }), { trackId: 'v' })
    expect(project.sources.map(({ id }) => id)).toEqual(['song', 's1-Vocals', 's1-Music'])
    expect(edits.removeClip(project, { clipId: 'ac' }).sources).toEqual([])
  })
})

describe('moving a clip', () => {
  const two = edits.addClip(projectWithSong(), { trackId: 'mix', clip: { id: 'second', sourceId: 'song', start: 60_000, length: 10_000 } })

  it('goes to the nearest free place instead of over another clip, and back again in a drag', () => {
    const onto = edits.moveClip(two, { clipId: 'second', start: 30_000 })
    expect(clipsOn(onto, 'mix')[1]).toEqual({ id: 'second', start: 44_100, offset: 0, length: 10_000 })
    const back = edits.moveClip(onto, { clipId: 'second', start: 60_000 })
    expect(back).toEqual(two)
  })

  it('takes a gap that it fits exactly, and not one that is a frame too small', () => {
    const gap = edits.moveClip(two, { clipId: 'second', start: 54_100 })
    const third = (length: number) =>
      clipsOn(edits.addClip(gap, { trackId: 'mix', clip: { id: 'third', sourceId: 'song', start: 46_000, length } }), 'mix')
        .find(({ id }) => id === 'third')!.start
    expect(third(10_000)).toBe(44_100)
    expect(third(10_001)).toBe(64_100)
  })

  it('goes to another track, where it may lie as on its own', () => {
    const project = edits.addTrack(two, { track: { id: 'low', name: 'Low', role: 'other' } })
    const moved = edits.moveClip(project, { clipId: 'second', start: 5, trackId: 'low' })
    expect([clipsOn(moved, 'mix').length, clipsOn(moved, 'low')]).toEqual([1, [{ id: 'second', start: 5, offset: 0, length: 10_000 }]])
  })

  it('moves several as one, as far as the first of them can go', () => {
    const project = edits.addClip(separatedProject(), { trackId: 'v', clip: { id: 'wall', sourceId: 's1-Vocals', start: 50_000, length: 10 } })
    const moved = edits.moveClips(project, { clipIds: ['whole', 'vc', 'ac'], by: 9000 })
    expect(moved.tracks.map(({ clips }) => clips[0]!.start)).toEqual([5900, 5900, 5900])
    const left = edits.moveClips(moved, { clipIds: ['whole', 'vc', 'ac'], by: -99_999 })
    expect(left.tracks.map(({ clips }) => clips[0]!.start)).toEqual([0, 0, 0])
  })
})

describe('trimming and splitting', () => {
  it('leaves the sound where it is on the timeline, and stops at the source, the neighbour and one frame', () => {
    const trimmed = edits.trimClip(projectWithSong(), { clipId: 'whole', start: 1000, end: 2000 })
    expect(clipsOn(trimmed, 'mix')).toEqual([{ id: 'whole', start: 1000, offset: 1000, length: 1000 }])
    expect(clipsOn(edits.trimClip(trimmed, { clipId: 'whole', start: -5, end: 99_999 }), 'mix')).toEqual(clipsOn(projectWithSong(), 'mix'))
    expect(clipsOn(edits.trimClip(trimmed, { clipId: 'whole', start: 9000 }), 'mix')[0]).toMatchObject({ start: 1999, length: 1 })
    expect(clipsOn(edits.trimClip(trimmed, { clipId: 'whole', end: 0 }), 'mix')[0]).toMatchObject({ start: 1000, length: 1 })
    const halves = edits.splitClip(projectWithSong(), { clipId: 'whole', at: 20_000, newId: 'right' })
    expect(edits.trimClip(halves, { clipId: 'whole', end: 30_000 })).toBe(halves)
    expect(edits.trimClip(halves, { clipId: 'right', start: 10_000 })).toBe(halves)
  })

  it('splits without losing or doubling a frame, with each fade on its own side', () => {
    const faded = edits.setClip(projectWithSong(), { clipId: 'whole', fadeIn: 500, fadeOut: 700 })
    const [left, right] = edits.splitClip(faded, { clipId: 'whole', at: 20_000, newId: 'right' }).tracks[0]!.clips
    expect(left).toMatchObject({ start: 0, offset: 0, length: 20_000, fadeIn: 500, fadeOut: 0 })
    expect(right).toMatchObject({ start: 20_000, offset: 20_000, length: 24_100, fadeIn: 0, fadeOut: 700 })
    for (const at of [0, 44_100, -1, 99_999]) expect(edits.splitClip(faded, { clipId: 'whole', at, newId: 'right' })).toBe(faded)
  })

  it('shortens fades that no longer fit', () => {
    const faded = edits.setClip(projectWithSong(), { clipId: 'whole', fadeIn: 30_000, fadeOut: 30_000 })
    expect(faded.tracks[0]!.clips[0]).toMatchObject({ fadeIn: 30_000, fadeOut: 14_100 })
    expect(edits.trimClip(faded, { clipId: 'whole', end: 1000 }).tracks[0]!.clips[0]).toMatchObject({ fadeIn: 1000, fadeOut: 0 })
    const grown = edits.setClip(faded, { clipId: 'whole', fadeIn: 44_000 })
    expect(grown).toBe(faded)
  })
})

describe('markers and loop', () => {
  it('keeps markers in order when one is moved past another', () => {
    const markers = ['a', 'b'].reduce((project, id, index) => edits.addMarker(project, { id, at: index * 100, name: id }), projectWithSong())
    expect(edits.moveMarker(markers, { markerId: 'a', at: 150.4 }).markers).toEqual([
      { id: 'b', at: 100, name: 'b' },
      { id: 'a', at: 150, name: 'a' },
    ])
  })

  it('sets a loop that was drawn backwards, switches it, and removes it when it is empty', () => {
    const looped = edits.setLoop(projectWithSong(), { start: 500, end: 100 })
    expect(looped.loop).toEqual({ start: 100, end: 500, enabled: true })
    expect(edits.setLoop(looped, { enabled: false }).loop).toEqual({ start: 100, end: 500, enabled: false })
    expect('loop' in edits.setLoop(looped, { start: 7, end: 7 })).toBe(false)
  })
})

it('an edit that changes nothing, or names something that is gone, gives the same document, so that nothing is to be undone', () => {
  const project = edits.setLoop(edits.addMarker(separatedProject(), { id: 'm', at: 5, name: 'M' }), { start: 1, end: 2 })
  const same = [
    edits.setTrack(project, { trackId: 'mix', gain: 0, muted: true, pan: 0 }),
    edits.setTrack(project, { trackId: 'gone', gain: 5 }),
    edits.renameTrack(project, { trackId: 'v', name: ' ' }),
    edits.moveTrack(project, { trackId: 'mix', index: -4 }),
    edits.moveClip(project, { clipId: 'vc', start: 0 }),
    edits.moveClip(project, { clipId: 'vc', start: 0, trackId: 'gone' }),
    edits.moveClips(project, { clipIds: ['vc'], by: -10 }),
    edits.setClip(project, { clipId: 'vc', gain: 0, fadeIn: 0 }),
    edits.trimClip(project, { clipId: 'vc', start: -10 }),
    edits.removeClip(project, { clipId: 'gone' }),
    edits.addClip(project, { trackId: 'v', clip: { id: 'n', sourceId: 'gone', start: 0 } }),
    edits.addClip(project, { trackId: 'v', clip: { id: 'n', sourceId: 'song', start: 0, offset: 44_100 } }),
    edits.moveMarker(project, { markerId: 'm', at: 5 }),
    edits.removeMarker(project, { markerId: 'gone' }),
    edits.setLoop(project, { start: 2, end: 1 }),
    edits.addSource(project, { source: songSource('song') }),
  ]
  expect(same.map((result) => result === project)).toEqual(same.map(() => true))
})
