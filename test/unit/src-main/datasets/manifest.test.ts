import { describe, expect, it } from 'vitest'
import { readManifest, requireTrainable } from '#main/datasets/manifest'

const options = { validation: ['b'], test: ['c'], without: ['voices/x'] }
const paths = [
  'stems/a/vocals.ogg', 'stems/a/accompaniment.ogg', 'stems/b/vocals.wav', 'stems/b/accompaniment.wav',
  'stems/c/vocals.wav', 'stems/c/accompaniment.wav', 'voices/x/EN-Alto-1-take-1.ogg', 'voices/y/EN-Alto-1-take-1.ogg',
  'voices/y/pack__line 1.ogg', 'music/band/song.ogg', 'notes.txt', 'other/live.mp3',
]

describe('manifest', () => {
  it('splits by song and never lets a stem of a kept song into training', () => {
    const { entries, songs } = readManifest(paths, options)
    expect(songs.map(({ name, split }) => `${name} ${split}`)).toEqual(['a train', 'b validation', 'c test'])
    expect(entries.filter(({ group, split }) => split === 'train' && (group === 'b' || group === 'c'))).toEqual([])
  })

  it('knows voices by singer, music by album, the rest as mixtures, and leaves out what it is told to', () => {
    const loose = readManifest(paths, options).entries.filter(({ kind }) => !kind.startsWith('song'))
    expect(loose.map(({ kind, group, id }) => `${kind} ${group} ${id}`)).toEqual([
      'voice y/EN-Alto-1 voices/y/EN-Alto-1-take-1.ogg',
      'voice y/pack voices/y/pack__line 1.ogg',
      'music band music/band/song.ogg',
      'mixture other other/live.mp3',
    ])
  })

  it('refuses half a song, an unknown song, and a folder with nothing to learn from', () => {
    expect(() => readManifest(['a/vocals.wav'], { validation: [], test: [], without: [] })).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }))
    expect(() => readManifest(paths, { ...options, test: ['z'] })).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }))
    const nothing = readManifest(['voices/x/a.wav'], { validation: [], test: [], without: [] })
    expect(() => requireTrainable(nothing, false)).toThrow(expect.objectContaining({ code: 'DATASET_EMPTY' }))
  })
})
