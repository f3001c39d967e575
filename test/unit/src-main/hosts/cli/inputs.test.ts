import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findInputs } from '#main/hosts/cli/inputs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stemwright-inputs-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(...paths: string[]) {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), '')
  }
}
const find = (given: string[], out = 'stems') => findInputs(given, folder, join(folder, out))

describe('inputs', () => {
  it('searches folders to the bottom for sound files, in order, leaving hidden ones out', async () => {
    put('album/2.WAV', 'album/disc/1.flac', 'album/cover.jpg', 'album/.hidden/3.wav', 'album/._2.wav')
    expect((await find(['album'])).files).toEqual([join('album', '2.WAV'), join('album', 'disc', '1.flac')])
  })

  it('takes a file that is named itself whatever it is called, and each file once', async () => {
    put('recording.xyz', 'a.wav')
    expect((await find(['recording.xyz', 'a.wav', './a.wav', 'a.wav'])).files).toEqual(['recording.xyz', 'a.wav'])
  })

  it('leaves out what was written earlier into a folder inside the searched one', async () => {
    put('song.wav', 'stems/song - Vocals.wav', 'stems2/other.wav')
    expect((await find(['.'])).files).toEqual(['song.wav', join('stems2', 'other.wav')])
  })

  it('searches the output folder when it is the one that was asked for', async () => {
    put('stems/song.wav')
    expect((await find(['stems'])).files).toEqual([join('stems', 'song.wav')])
  })

  it('tells of a folder without songs and hands missing files on', async () => {
    put('empty/readme.txt')
    const { files, failed } = await find(['empty', 'gone.wav'])
    expect(failed).toMatchObject([{ input: 'empty', code: 'FILE_NOT_FOUND' }])
    expect(files).toEqual(['gone.wav'])
  })
})
