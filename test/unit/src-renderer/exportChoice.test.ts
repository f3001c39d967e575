import { describe, expect, it } from 'vitest'
import { type ExportChoice, firstTrackIds, formatLoudness, formatTruePeak, namesOf, requestOf, soundKeyOf } from '#renderer/features/studio/export/exportChoice'
import { projectOf, trackOf, wholeClip } from '#test/rendering'
import { songSource, stemsOf } from '#test/projects'

const song = songSource('a', { name: 'Night' })
const { vocals, accompaniment } = stemsOf(song, 'x')
const project = projectOf(
  [song, vocals, accompaniment],
  [
    trackOf('Mix', [wholeClip(song)], { role: 'mixture' }),
    trackOf('Vocals', [wholeClip(vocals)], { role: 'vocals' }),
    trackOf('Music', [wholeClip(accompaniment)], { role: 'accompaniment' }),
    trackOf('Empty', []),
  ],
)
const choice: ExportChoice = { what: 'tracks', trackIds: ['Music', 'Vocals'], part: 'all', format: 'flac', template: '{title} - {stem}' }

describe('what the export dialog asks for', () => {
  it('begins with the stems, or with what there is', () => {
    expect(firstTrackIds(project)).toEqual(['Vocals', 'Music'])
    expect(firstTrackIds({ ...project, tracks: project.tracks.slice(0, 1) })).toEqual(['Mix'])
  })

  it('keeps the order of the lanes, and names the files as they will be written', () => {
    const request = requestOf(project, choice, undefined)
    expect(request.what).toEqual({ kind: 'tracks', trackIds: ['Vocals', 'Music'] })
    expect(namesOf(request, '2026-11-20')).toEqual({ names: ['Night - Vocals.flac', 'Night - Music.flac'] })
    expect(namesOf(requestOf(project, { ...choice, what: 'mixdown', format: 'wav16', template: '{date}' }, undefined), '2026-11-20')).toEqual({ names: ['2026-11-20.wav'] })
  })

  // Would catch: a selection that is exported although everything was asked for, and the other way round.
  it('takes the selection only where it was asked for and is there', () => {
    const selection = { start: 10, end: 20 }
    expect(requestOf(project, choice, selection).range).toBeUndefined()
    expect(requestOf(project, { ...choice, part: 'selection' }, selection).range).toEqual(selection)
    expect(requestOf(project, { ...choice, part: 'selection' }, undefined).range).toBeUndefined()
  })

  it('says why there would be no file', () => {
    const problemOf = (over: Partial<ExportChoice>) => namesOf(requestOf(project, { ...choice, ...over }, undefined), '2026-11-20').problem
    expect(problemOf({ trackIds: [] })).toBe('Choose at least one track.')
    expect(problemOf({ trackIds: ['Empty'] })).toMatch(/^There is no sound in the part to be exported/)
    expect(problemOf({ template: '{titel}' })).toMatch(/^\{titel\} means nothing/)
    expect(problemOf({})).toBeUndefined()
  })

  it('is measured again only when other sound is asked for', () => {
    const key = (over: Partial<ExportChoice>) => soundKeyOf(requestOf(project, { ...choice, ...over }, { start: 1, end: 9 }))
    expect(key({ format: 'mp3', template: 'x' })).toBe(key({}))
    expect(new Set([key({}), key({ part: 'selection' }), key({ what: 'mixdown' }), key({ trackIds: ['Mix'] })]).size).toBe(4)
  })

  it('shows levels as meters do', () => {
    expect([formatLoudness(-14.04), formatLoudness(undefined), formatLoudness(0.02)]).toEqual(['−14.0 LUFS', '–', '0.0 LUFS'])
    expect([formatTruePeak(-0.96), formatTruePeak(1.3), formatTruePeak(-200)]).toEqual(['−1.0 dBTP', '1.3 dBTP', 'silence'])
  })
})
