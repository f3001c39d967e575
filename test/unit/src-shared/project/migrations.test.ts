import { describe, expect, it } from 'vitest'
import { migrate, readProject } from '#shared/project/migrations'
import { inconsistency } from '#shared/project/validity'
import { emptyProject, projectVersion, type Project } from '#shared/project/project'
import { separatedProject } from '#test/projects'

const codeOf = (work: () => unknown) => {
  try {
    return work()
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('migrations', () => {
  const steps = [
    (document: object) => ({ ...document, version: 2, second: true }),
    (document: object) => ({ ...document, version: 3, third: Object.keys(document).includes('second') }),
  ]

  it('bring a document of any older version up to the newest, each through those after it only', () => {
    expect(migrate({ version: 1 }, steps)).toEqual({ version: 3, second: true, third: true })
    expect(migrate({ version: 2 }, steps)).toEqual({ version: 3, third: false })
    expect(migrate({ version: 3, name: 'same' }, steps)).toEqual({ version: 3, name: 'same' })
  })

  it('refuse a newer version and what has none', () => {
    expect(codeOf(() => migrate({ version: 4 }, steps))).toBe('PROJECT_TOO_NEW')
    for (const wrong of [undefined, null, [], 'x', {}, { version: 0 }, { version: '1' }]) expect(codeOf(() => migrate(wrong, steps))).toBe('PROJECT_CORRUPT')
  })

  it('read the newest version as it is written, with the defaults of what is missing', () => {
    const project = separatedProject()
    expect(readProject(JSON.parse(JSON.stringify(project)))).toEqual({ project, warnings: [] })
    const { project: read } = readProject({ ...emptyProject('p', 'n'), tracks: [{ id: 't', name: 'T', role: 'other', clips: [] }] })
    expect(read.tracks[0]).toEqual({ id: 't', name: 'T', role: 'other', gain: 0, pan: 0, muted: false, soloed: false, view: 'waveform', clips: [] })
    expect(read.version).toBe(projectVersion)
  })
})

describe('a document that contradicts itself', () => {
  const project = separatedProject()
  const [mix, vocals, music] = project.tracks
  const [clip] = vocals!.clips
  const withVocals = (clips: Project['tracks'][0]['clips']): Project => ({ ...project, tracks: [mix!, { ...vocals!, clips }, music!] })

  it.each<[string, Project, number]>([
    ['clips that overlap', withVocals([clip!, { ...clip!, id: 'over', start: 44_099, length: 10 }]), 1],
    ['clips out of order', withVocals([{ ...clip!, id: 'late', start: 44_100 }, clip!]), 2],
    ['a clip longer than its source', withVocals([{ ...clip!, offset: 1 }]), 0],
    ['a clip without a source', withVocals([{ ...clip!, sourceId: 'gone' }]), 0],
    ['the id of another clip', withVocals([{ ...clip!, id: 'whole' }]), 0],
    ['fades longer than the clip', withVocals([{ ...clip!, fadeIn: 44_000, fadeOut: 44_000 }]), 1],
    ['markers out of order', { ...project, markers: [{ id: 'b', at: 9, name: '' }, { id: 'a', at: 3, name: '' }] }, 1],
    ['a loop that ends first', { ...project, loop: { start: 9, end: 3, enabled: true } }, 1],
    ['a source of another rate', { ...project, sources: project.sources.map((source, index) => ({ ...source, sampleRate: index === 1 ? 48000 : 44100 })) }, 0],
    ['the same track twice', { ...project, tracks: [...project.tracks, mix!] }, 1],
  ])('is opened without %s, and says so', (_, broken, clipsLeft) => {
    expect(inconsistency(broken)).toBeDefined()
    const { project: mended, warnings } = readProject(broken)
    expect(inconsistency(mended)).toBeUndefined()
    expect(mended.tracks.find(({ id }) => id === 'v')!.clips).toHaveLength(clipsLeft)
    expect(mended.tracks.find(({ id }) => id === 'mix')!.clips).toHaveLength(1)
    expect(warnings).toHaveLength(1)
  })
})
