import { describe, expect, it } from 'vitest'
import { songLesson, voiceLesson } from '#main/datasets/lessons'
import { wholeFile, type Manifest, type ManifestSong } from '#main/datasets/manifest'

const song = (name: string, split: ManifestSong['split'] = 'train'): ManifestSong => ({
  name,
  vocals: [wholeFile(`${name}/vocals.wav`)],
  accompaniment: [{ path: `${name}/mix.wav`, gain: 1, delay: 0 }, { path: `${name}/vocals.wav`, gain: -1, delay: 100 }],
  split,
})
const manifest = (...songs: ManifestSong[]): Manifest => ({ entries: [], songs })
const minute = { frames: 60_000, sampleRate: 1000 }

describe('songLesson', () => {
  it('keeps the end of each song from training, in pieces that neither overlap nor leave anything out', () => {
    const { songs } = songLesson(manifest(song('a')), new Map([['a', minute]]))
    expect(songs.map(({ split, vocals }) => [split, vocals[0]!.delay, vocals[0]!.end])).toEqual([
      ['train', 0, 42_000],
      ['validation', -42_000, 9000],
      ['test', -51_000, 9000],
    ])
    // What is subtracted moves along with what it is subtracted from.
    expect(songs[2]!.accompaniment.map(({ delay, gain }) => [delay, gain])).toEqual([[-51_000, 1], [-50_900, -1]])
  })

  it('takes whole songs where some are kept for validation and for test', () => {
    const songs = [song('a'), song('b', 'validation'), song('c', 'test')]
    expect(songLesson(manifest(...songs), new Map()).songs).toEqual(songs)
  })

  it('learns from no frame that it is measured on', () => {
    const { entries } = songLesson(manifest(song('a'), song('b')), new Map([['a', minute], ['b', minute]]))
    const learned = entries.filter(({ split, kind }) => split === 'train' && kind === 'songVocals')
    expect(learned.map(({ parts }) => parts[0]!.end)).toEqual([42_000, 42_000])
    expect(new Set(entries.map(({ id, split }) => `${id} ${split}`)).size).toBe(entries.length)
  })

  it('refuses songs that are too short to keep anything', () => {
    expect(() => songLesson(manifest(song('a')), new Map([['a', { frames: 19_000, sampleRate: 1000 }]]))).toThrow(/at least 20 seconds/)
  })
})

describe('voiceLesson', () => {
  const voice = { path: '/v.wav', name: 'Me', sampleRate: 1000, start: 5000, end: 45_000 }
  const music = { path: '/m.wav', name: 'Band', sampleRate: 2000, start: 0, end: 80_000 }

  it('measures with what neither the voice nor the music of training holds', () => {
    const { entries, songs } = voiceLesson([voice], [music])
    const trained = entries.filter(({ split }) => split === 'train')
    expect(trained.map(({ kind, parts: [part] }) => [kind, part!.delay, part!.end])).toEqual([['voice', -5000, 28_000], ['music', 0, 56_000]])
    expect(songs.map(({ split, vocals: [part] }) => [split, part!.delay, part!.end])).toEqual([['validation', -33_000, 6000], ['test', -39_000, 6000]])
    expect(songs.map(({ accompaniment: [part] }) => [part!.delay, part!.end])).toEqual([[-56_000, 12_000], [-68_000, 12_000]])
  })

  it('refuses a voice that is too short', () => {
    expect(() => voiceLesson([{ ...voice, end: 15_000 }], [music])).toThrow(/15 seconds of one voice/)
  })
})
