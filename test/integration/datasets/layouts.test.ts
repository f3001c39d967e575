import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readIdx } from '#main/datasets/idxImages'
import { decodeStereo, partsBelow } from '#main/node/summedSound'
import type { DatasetService } from '#main/services/datasetService'
import { blip, idxBytes, idxFiles, noise, openDatasets, rate, removeFolder, writeStemFile, writeTree } from '#test/datasetFiles'
import { largestDifference, readAll } from '#test/soundFiles'

let library: string
let folder: string
let datasets: DatasetService
let close: () => void

beforeAll(() => {
  library = mkdtempSync(join(tmpdir(), 'stemwright-datasets-'))
  ;({ datasets, close } = openDatasets(library))
})
afterAll(() => {
  close()
  removeFolder(library)
})
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stemwright-folder-'))))
afterEach(() => removeFolder(folder))

/** Adds the folder in the layout that is found first, and gives what of it is asked for most. */
async function added(expected: string) {
  const findings = await datasets.inspectFolder(folder)
  expect(findings.layouts[0]?.layout, JSON.stringify(findings.layouts.map(({ layout, summary }) => [layout, summary]))).toBe(expected)
  const { layout } = findings.layouts[0]!
  const dataset = await datasets.add({ folder, layout, name: 'Test' })
  const { manifest } = await datasets.open(dataset.id)
  const items = await datasets.items(dataset.id)
  return { findings, dataset, manifest, items, splitOf: (name: string) => items.find((item) => item.name === name)?.split }
}

const decoded = (parts: Parameters<typeof partsBelow>[1]) => decodeStereo(partsBelow(folder, parts), rate)

describe('stem folders', () => {
  it('are songs with accompaniment, or with drums, bass and other, whose sum is the music to the bit', async () => {
    const [drums, bass, other] = [blip(10), blip(20), blip(30)]
    writeTree(folder, {
      'one/Vocals.wav': blip(1),
      'one/accompaniment.wav': blip(3),
      'two/vocals.wav': blip(5),
      'two/drums.wav': drums,
      'two/bass.wav': bass,
      'two/other.wav': other,
      'two/mixture.wav': blip(7),
      'three/vocals.wav': blip(8),
      'notes.txt': 'for the band',
      'demo.mp3': 'no song of the set',
    })
    const { manifest, findings, dataset } = await added('stemFolders')
    expect(manifest.songs.map(({ name }) => name).toSorted()).toEqual(['one', 'two'])
    const two = manifest.songs.find(({ name }) => name === 'two')!
    const expected = [0, 1].map((side) => bass[side]!.map((value, i) => Math.fround(Math.fround(value + drums[side]![i]!) + other[side]![i]!)))
    expect(largestDifference(await decoded(two.accompaniment), expected)).toBe(0)
    expect(two.mixture).toEqual([{ path: 'two/mixture.wav', gain: 1, delay: 0 }])
    expect(findings.warnings.join(' ')).toMatch(/"three" has no music.*1 other sound file without stems was left out/)
    expect(dataset.warnings).toEqual(findings.warnings)
  })

  it('may be the folder of one song, and songs of one name in two places are two', async () => {
    writeTree(folder, { 'vocals.wav': blip(), 'instrumental.wav': blip() })
    expect((await added('stemFolders')).manifest.songs.map(({ name }) => name)).toEqual([folder.split('/').at(-1)])
    writeTree(folder, { 'a/Song/vocals.wav': blip(), 'a/Song/music.wav': blip(), 'b/Song/vocals.wav': blip(), 'b/Song/music.wav': blip() })
    expect((await added('stemFolders')).manifest.songs.map(({ name }) => name).toSorted()).toEqual(['a/Song', 'b/Song', folder.split('/').at(-1)].toSorted())
  })

  it('stand beside loose voices and music, which only train', async () => {
    writeTree(folder, {
      'stems/a/vocals.wav': blip(), 'stems/a/accompaniment.wav': blip(), 'stems/b/vocals.wav': blip(), 'stems/b/accompaniment.wav': blip(),
      'voices/pack/EN-Alto-1-take.wav': blip(), 'voices/pack/EN-Alto-1-more.wav': blip(), 'music/band/tune.wav': blip(),
    })
    const { manifest, items } = await added('stemFolders')
    expect(manifest.entries.filter(({ kind }) => !kind.startsWith('song')).map(({ kind, group, split }) => `${kind} ${group} ${split}`)).toEqual([
      'voice pack/EN-Alto-1 train', 'voice pack/EN-Alto-1 train', 'music band train',
    ])
    expect(items.map(({ name, what }) => `${what} ${name}`)).toEqual(['song a', 'song b', 'voices voices/pack/EN-Alto-1', 'music music/band'])
  })

  it('takes the WAV file where the same stem is there in two formats', async () => {
    writeTree(folder, { 'a/vocals.mp3': 'x', 'a/vocals.wav': blip(), 'a/accompaniment.wav': blip(), 'a/accompaniment.ogg': 'x' })
    expect((await added('stemFolders')).manifest.songs[0]).toMatchObject({ vocals: [{ path: 'a/vocals.wav' }], accompaniment: [{ path: 'a/accompaniment.wav' }] })
  })
})

describe('MUSDB', () => {
  it('reads streams of .stem.mp4: vocals are the fifth, music the sum of the second to the fourth', async () => {
    const sounds = [1, 3, 5, 7, 9].map((seed) => [noise(seed, 8820), noise(seed + 1, 8820)])
    const files = writeStemFile(join(folder, 'train/Band - Song.stem.mp4'), sounds)
    const alone = await Promise.all(files.map((file) => readAll(file)))
    removeFolder(join(folder, 'train'))
    writeStemFile(join(folder, 'train/Band - Song.stem.mp4'), sounds).forEach(removeFolder)
    writeStemFile(join(folder, 'test/Band - Other.stem.mp4'), sounds).forEach(removeFolder)
    const { manifest, splitOf } = await added('musdb')
    const song = manifest.songs.find(({ name }) => name === 'Band - Song')!
    expect(largestDifference(await decoded(song.vocals), alone[4]!)).toBe(0)
    expect(largestDifference(await decoded(song.mixture!), alone[0]!)).toBe(0)
    const music = [0, 1].map((side) => alone[1]![side]!.map((value, i) => Math.fround(Math.fround(value + alone[2]![side]![i]!) + alone[3]![side]![i]!)))
    expect(largestDifference(await decoded(song.accompaniment), music)).toBe(0)
    expect(splitOf('Band - Other')).toBe('test')
    expect(splitOf('Band - Song')).not.toBe('test')
    await expect(decoded([{ path: 'test/Band - Other.stem.mp4', stream: 5, gain: 1, delay: 0 }])).rejects.toMatchObject({ code: 'NOT_AUDIO' })
  })

  it('keeps its own songs for validation, and what its folders say', async () => {
    const song = (place: string) => Object.fromEntries(['mixture', 'vocals', 'drums', 'bass', 'other'].map((stem) => [`${place}/${stem}.wav`, blip()]))
    writeTree(folder, {
      ...song('train/ANiMAL - Rockshow'), ...song('train/A Classic Education - NightOwl'), ...song('train/Steven Clark - Bounty'), ...song('test/AM Contra - Heart Peripheral'),
    })
    const { splitOf } = await added('musdb')
    expect(['ANiMAL - Rockshow', 'A Classic Education - NightOwl', 'Steven Clark - Bounty', 'AM Contra - Heart Peripheral'].map(splitOf)).toEqual([
      'validation', 'train', 'train', 'test',
    ])
  })
})

describe('multitrack folders', () => {
  const session = {
    'Song A/01_Kick.wav': blip(1), 'Song A/02_LeadVox.wav': blip(3), 'Song A/03 - Gtr Left.wav': blip(5), 'Song A/Song A_Mix.wav': blip(7),
    'Song B/1_Kick_2.wav': blip(9), 'Song B/LeadVox1.wav': blip(11), 'Song B/BGVs.wav': blip(13), 'Song B/Zither.wav': blip(15),
  }

  it('guess which tracks are vocals, and ask by name', async () => {
    writeTree(folder, session)
    const { findings, manifest } = await added('multitrack')
    expect(Object.fromEntries(findings.tracks.map(({ name, role, songs }) => [name, `${role} ${songs}`]))).toEqual({
      kick: 'accompaniment 2', 'lead vox': 'vocals 2', 'gtr left': 'accompaniment 1', mix: 'leave 1', bgvs: 'vocals 1', zither: 'accompaniment 1',
    })
    const song = manifest.songs.find(({ name }) => name === 'Song B')!
    expect(song.vocals.map(({ path }) => path)).toEqual(['Song B/BGVs.wav', 'Song B/LeadVox1.wav'])
    expect(song.accompaniment.map(({ path }) => path)).toEqual(['Song B/1_Kick_2.wav', 'Song B/Zither.wav'])
    expect(manifest.songs.find(({ name }) => name === 'Song A')!.accompaniment.map(({ path }) => path)).toEqual(['Song A/01_Kick.wav', 'Song A/03 - Gtr Left.wav'])
  })

  it('do as they are told, and say so in their hash', async () => {
    writeTree(folder, session)
    const guessed = await datasets.add({ folder, layout: 'multitrack', name: 'Guessed' })
    const told = await datasets.add({ folder, layout: 'multitrack', name: 'Told', roles: { zither: 'vocals', 'lead vox': 'leave' } })
    expect(told.hash).not.toBe(guessed.hash)
    const { manifest } = await datasets.open(told.id)
    expect(manifest.songs.map(({ name, vocals }) => [name, vocals.map(({ path }) => path)])).toEqual([['Song B', ['Song B/BGVs.wav', 'Song B/Zither.wav']]])
    // A song of which only music is left can still be remixed.
    expect(manifest.entries.filter(({ kind }) => kind === 'music').map(({ id }) => id)).toEqual(['Song A/01_Kick.wav', 'Song A/03 - Gtr Left.wav'])
  })
})

describe('pairs', () => {
  const frames = 5 * rate
  const voice = [noise(1, frames, 0.2), noise(2, frames, 0.2)]
  // The singer pauses, as singers do.
  for (const side of voice) side.fill(0, rate, 2 * rate)
  const band = [noise(3, frames, 0.25), noise(4, frames, 0.25)]

  /** The music is written `delay` samples earlier than it plays in the mixture, and divided by `gain`. */
  function pair(delay: number, gain: number, mixture = 'Song.wav', instrumental = 'Song (Instrumental).wav') {
    const shifted = band.map((side) => Float32Array.from({ length: frames }, (_, i) => (side[i + delay] ?? 0) / gain))
    const mixed = voice.map((side, c) => side.map((value, i) => value + band[c]![i]!))
    writeTree(folder, { [mixture]: mixed, [instrumental]: shifted })
  }

  it.each([
    [0, 1],
    [1234, 1],
    [-37, 0.8],
    [20_001, -1],
    [-9_999, 1.7],
  ])('give the vocals back to the sample when the music is shifted by %i samples, with a gain of %f', async (delay, gain) => {
    pair(delay, gain)
    const { manifest, items } = await added('pairs')
    expect(items).toMatchObject([{ name: 'Song', what: 'song', files: ['Song.wav', 'Song (Instrumental).wav'] }])
    const [song] = manifest.songs
    const vocals = await decoded(song!.vocals)
    // Both files cover what is not cut off by the shift.
    const [start, length] = [Math.max(0, delay), frames - Math.abs(delay)]
    const truth = (planes: Float32Array[]) => planes.map((side) => side.subarray(start, start + length))
    expect(largestDifference(vocals, truth(voice)), 'vocals').toBeLessThan(2e-6)
    expect(largestDifference(await decoded(song!.accompaniment), truth(band)), 'music').toBeLessThan(2e-6)
  })

  it('work from folders of mixtures and instrumentals, from an a cappella, and leave out what does not belong together', async () => {
    pair(10, 1, 'mixtures/First Song.wav', 'instrumentals/First Song.wav')
    const mixed = voice.map((side, c) => side.map((value, i) => value + band[c]![i]!))
    writeTree(folder, {
      'Second/mix.wav': mixed, 'Second/acapella.wav': voice,
      'mixtures/Third.wav': [noise(8, frames)], 'instrumentals/Third.wav': [noise(9, frames)],
      'mixtures/Master of Songs.wav': mixed, 'instrumentals/Master of Songs.wav': band,
      'instrumentals/Fourth.wav': blip(), 'mixtures/Fifth.wav': blip(), 'mixtures/Broken.wav': 'no sound', 'instrumentals/Broken.wav': blip(),
    })
    const { manifest, dataset } = await added('pairs')
    expect(manifest.songs.map(({ name }) => name).toSorted()).toEqual(['First Song', 'Master of Songs', 'Second'])
    const second = manifest.songs.find(({ name }) => name === 'Second')!
    expect(largestDifference(await decoded(second.accompaniment), band)).toBeLessThan(1e-6)
    const said = dataset.warnings.join('\n')
    expect(said).toMatch(/"Third" have nothing in common/)
    expect(said).toMatch(/"Broken" was left out: .*Broken\.wav/)
    expect(said).toMatch(/"instrumentals\/Fourth\.wav", "mixtures\/Fifth\.wav"; left out/)
  })

  it('say so when the two run at different speeds', async () => {
    const slow = band.map((side) => Float32Array.from({ length: frames }, (_, i) => {
      const at = i * 1.0005
      const [a, b] = [side[Math.floor(at)] ?? 0, side[Math.floor(at) + 1] ?? 0]
      return a + (b - a) * (at % 1)
    }))
    writeTree(folder, { 'a/mix.wav': band, 'a/karaoke.wav': slow, 'b/mix.wav': band, 'b/karaoke.wav': band })
    const { dataset } = await added('pairs')
    expect(dataset.warnings.join('\n')).toMatch(/"a" (run at different speeds|have nothing in common)/)
  })

  it('are aligned once, and again only when a file changes', async () => {
    pair(50, 1)
    const first = await datasets.add({ folder, layout: 'pairs', name: 'P' })
    expect((await datasets.open(first.id)).dataset.hash).toBe(first.hash)
    pair(80, 1)
    const { dataset, manifest } = await datasets.open(first.id)
    expect(dataset.hash).not.toBe(first.hash)
    expect(manifest.songs[0]!.vocals[0]).toMatchObject({ path: 'Song.wav', delay: -80 })
  })
})

describe('IRMAS', () => {
  it('uses excerpts with a voice, by song, and its test folder by the annotations', async () => {
    const training = ['[voi][pop_roc]0063__1', '[voi][pop_roc]0063__2', '[voi][jaz_blu]0100__1'].map((name) => [`IRMAS-TrainingData/voi/${name}.wav`, blip()])
    writeTree(folder, {
      ...Object.fromEntries(training),
      'IRMAS-TrainingData/cel/[cel][nod][cla]0058__1.wav': blip(),
      'IRMAS-TestingData-Part1/Part1/01 - Song-1.wav': blip(), 'IRMAS-TestingData-Part1/Part1/01 - Song-1.txt': 'gel\t\nvoi\t\n',
      'IRMAS-TestingData-Part1/Part1/01 - Song-2.wav': blip(), 'IRMAS-TestingData-Part1/Part1/01 - Song-2.txt': 'voi\t\n',
      'IRMAS-TestingData-Part1/Part1/02 - Tune-1.wav': blip(), 'IRMAS-TestingData-Part1/Part1/02 - Tune-1.txt': 'pia\t\n',
    })
    const { items, manifest, dataset, splitOf } = await added('irmas')
    expect(items.map(({ name, files }) => `${name}: ${files.length}`)).toEqual(['training 0100: 1', 'training 0063: 2', 'testing 01 - Song: 2'])
    expect(splitOf('testing 01 - Song')).toBe('test')
    expect(new Set([splitOf('training 0063'), splitOf('training 0100')])).toEqual(new Set(['train', 'validation']))
    expect(manifest.entries.every(({ kind }) => kind === 'mixture')).toBe(true)
    expect(dataset.warnings).toEqual(['2 excerpts without a voice were left out.'])
  })
})

describe('clips', () => {
  it('of ESC lie in folders of classes, or have a table, and its folds are held out', async () => {
    writeTree(folder, { '001 - Dog bark/1-30226-A.wav': blip(), '001 - Dog bark/5-203128-A.wav': blip(), '001 - Dog bark/5-203128-B.wav': blip(), '002 - Rain/4-161579-A.wav': blip() })
    const folders = await added('esc')
    expect(folders.manifest.clips!.map(({ label, group, split }) => `${label} | ${group} | ${split}`)).toEqual([
      'Dog bark | Dog bark/1-30226 | train', 'Dog bark | Dog bark/5-203128 | test', 'Dog bark | Dog bark/5-203128 | test', 'Rain | Rain/4-161579 | validation',
    ])
    removeFolder(folder)
    writeTree(folder, {
      'audio/1-100032-A-0.wav': blip(), 'audio/2-104952-A-40.wav': blip(),
      'meta/esc50.csv': 'filename,fold,target,category,esc10,src_file,take\n1-100032-A-0.wav,1,0,dog,True,100032,A\n2-104952-A-40.wav,2,40,vacuum_cleaner,False,104952,A\n',
    })
    const table = await added('esc')
    expect(table.manifest.clips!.map(({ label }) => label)).toEqual(['dog', 'vacuum cleaner'])
  })

  it('of spoken digits keep the first takes for the test', async () => {
    writeTree(folder, Object.fromEntries(['7_jackson_0', '7_jackson_7', '7_jackson_32', '3_theo_4', '3_theo_49'].map((name) => [`recordings/${name}.wav`, blip()])))
    const { manifest, dataset } = await added('fsdd')
    expect(manifest.clips!.map(({ label, split }) => `${label} ${split}`)).toEqual(['3 test', '3 train', '7 test', '7 train', '7 validation'])
    expect(dataset.counts).toEqual({ train: 2, validation: 1, test: 2 })
  })
})

describe('IDX pictures', () => {
  it('are counted by their headers, packed or not, and the last of the training file validate', async () => {
    writeTree(join(folder, 'mnist'), idxFiles(24, 10))
    const { manifest, dataset } = await added('idx')
    expect(manifest.images).toEqual([
      { name: 'mnist/t10k', images: 'mnist/t10k-images-idx3-ubyte', labels: 'mnist/t10k-labels-idx1-ubyte', from: 0, to: 10, split: 'test' },
      { name: 'mnist/train', images: 'mnist/train-images-idx3-ubyte.gz', labels: 'mnist/train-labels-idx1-ubyte.gz', from: 0, to: 22, split: 'train' },
      { name: 'mnist/train, held out', images: 'mnist/train-images-idx3-ubyte.gz', labels: 'mnist/train-labels-idx1-ubyte.gz', from: 22, to: 24, split: 'validation' },
    ])
    expect(dataset.counts).toEqual({ train: 22, validation: 2, test: 10 })
  })

  it('that are damaged are left out with a sentence', async () => {
    writeTree(folder, { ...idxFiles(12, 5), 'more-images-idx3-ubyte.gz': 'not packed', 'other-images-idx3-ubyte': 'short' })
    const { dataset } = await added('idx')
    expect(dataset.warnings.filter((warning) => warning.includes('left out'))).toHaveLength(2)
  })

  it('are read to the byte, and a file that was cut off is refused', () => {
    const values = Uint8Array.from({ length: 32 }, (_, i) => i)
    const { shape, values: read } = readIdx(idxBytes([2, 4, 4], values), 3)
    expect({ shape, read: [...read] }).toEqual({ shape: [2, 4, 4], read: [...values] })
    expect(() => readIdx(idxBytes([2, 4, 4], values.subarray(1)), 3)).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }))
    expect(() => readIdx(idxBytes([32], values), 3)).toThrow(expect.objectContaining({ code: 'DATASET_INVALID' }))
  })
})

describe('loose recordings', () => {
  it('are voices and music by their folders, with a word about validation; or mixtures, by folders that say what for', async () => {
    writeTree(folder, { 'voices/pack/a.wav': blip(), 'music/band/b.wav': blip() })
    const named = await added('loose')
    expect(named.dataset).toMatchObject({ content: 'songs', counts: { train: 2, validation: 0, test: 0 } })
    expect(named.dataset.warnings.join()).toContain('no song with both stems')
    removeFolder(folder)
    writeTree(folder, { 'train/a.wav': blip(), 'train/b.wav': blip(), 'test/c.wav': blip() })
    const mixtures = await added('loose')
    expect(mixtures.dataset).toMatchObject({ content: 'mixtures', counts: { train: 1, validation: 1, test: 1 } })
    expect(mixtures.splitOf('test/c.wav')).toBe('test')
  })
})
