import { describe, expect, it } from 'vitest'
import { emptyProject } from '#shared/project/project'
import { planMixdown, planOf, projectOf, trackOf, wholeClip } from '#test/rendering'
import { songSource, stemsOf } from '#test/projects'

const song = songSource('a', { name: 'Night: drive' })
const stems = stemsOf(song, 'x')
const [vocals, music] = [stems.vocals, stems.accompaniment]

function tracks() {
  return [
    trackOf('Mix', [wholeClip(song)], { muted: true }),
    trackOf('Vocals', [wholeClip(vocals)], { gain: -3, pan: 0.5 }),
    trackOf('Music', [wholeClip(music, { length: 40_000 })]),
    trackOf('Empty', []),
  ]
}
const project = projectOf([song, vocals, music], tracks())

describe('what is rendered', () => {
  it('tracks are as long as the project, each alone and without its own gain, pan, mute and solo', () => {
    const plan = planOf(project, ['Mix', 'Music'])
    expect(plan).toMatchObject({ sampleRate: 44100, start: 0, frames: 44100, warnings: [] })
    expect(plan.files.map(({ name }) => name)).toEqual(['Night_ drive - Mix', 'Night_ drive - Music'])
    expect(plan.files[0]!.tracks[0]).toMatchObject({ muted: false, gain: 0, pan: 0 })
  })

  it('a mixdown is what is heard', () => {
    const [file] = planMixdown(project).files
    expect(file).toMatchObject({ name: 'Night_ drive - Mixdown', title: 'Night: drive', stem: 'Mixdown', channels: 2 })
    expect(file!.tracks.map(({ name, gain }) => [name, gain])).toEqual([['Vocals', -3], ['Music', 0]])
    const soloed = projectOf(project.sources, tracks().map((track) => ({ ...track, soloed: track.name === 'Music' })))
    expect(planMixdown(soloed).files[0]!.tracks.map(({ name }) => name)).toEqual(['Music'])
  })

  it('what plays several songs is called after the project', () => {
    const other = songSource('b')
    const two = projectOf([song, other], [trackOf('A', [wholeClip(song)]), trackOf('B', [wholeClip(other)])])
    expect(planMixdown(two).files[0]!.title).toBe('My project')
  })

  it('the model is that of the stems', () => {
    expect(planOf(project, ['Vocals'], { template: '{date} {model} {stem}' }).files[0]!.name).toBe('2026-11-20 duovae Vocals')
  })

  it('files that a template does not tell apart are numbered', () => {
    expect(planOf(project, ['Vocals', 'Music'], { template: '{title}' }).files.map(({ name }) => name)).toEqual(['Night_ drive', 'Night_ drive 2'])
  })

  it('mono sound stays mono until something is panned', () => {
    const mono = songSource('m', { channels: 1 })
    const one = (pan: number) => planMixdown(projectOf([mono], [trackOf('A', [wholeClip(mono)], { pan })])).files[0]!.channels
    expect([one(0), one(0.1)]).toEqual([1, 2])
  })

  it('a track that is silent in the part is left out and named', () => {
    const plan = planOf(project, ['Vocals', 'Music', 'Empty'], { range: { start: 40_000, end: 44_100 } })
    expect(plan.files.map(({ stem }) => stem)).toEqual(['Vocals'])
    expect(plan.warnings).toHaveLength(2)
    expect(plan.warnings.join()).toContain('"Empty"')
  })

  it.each([
    ['no sound', () => planOf(project, ['Empty'])],
    ['an empty project', () => planMixdown(emptyProject('p', 'P'))],
    ['no length', () => planMixdown(project, { range: { start: 5, end: 5 } })],
    ['a part after the end', () => planMixdown(project, { range: { start: 50_000, end: 60_000 } })],
    ['an unknown track', () => planOf(project, ['nothing'])],
    ['an unknown field', () => planMixdown(project, { template: '{titel}' })],
  ])('%s is refused', (_, plan) => expect(plan).toThrowError(expect.objectContaining({ code: 'INVALID_INPUT' })))
})
