import { describe, expect, it } from 'vitest'
import type { OpenParts, OpenSound, SoundItem, SoundRole } from '#main/datasets/check/checkedSounds'
import { soundItems } from '#main/datasets/check/checkedSounds'
import { measureItem } from '#main/datasets/check/measureItem'
import { checkSounds, type CheckOutcome } from '#main/datasets/check/soundCheck'
import { wholeFile, type Split } from '#main/datasets/manifest'
import type { CheckFinding } from '#shared/contract/datasets'
import { AppError } from '#shared/errors'
import type { WorkProgress } from '#shared/jobs/work'
import { hiss, melody } from '#test/melodies'
import { quietContext } from '#test/soundFiles'

const rate = 8000

/** Sounds by path, in blocks of an odd size; a path that is not there cannot be read. */
function shelf(sounds: Record<string, Float32Array[] | { sampleRate: number; channels: Float32Array[] }>): OpenParts {
  return async ([part]) => {
    const sound = sounds[part!.path]
    if (!sound) throw new AppError('NOT_AUDIO', `${part!.path} is not a sound file.`)
    const { sampleRate, channels } = Array.isArray(sound) ? { sampleRate: rate, channels: sound } : sound
    return {
      sampleRate,
      channels: channels.length,
      frames: channels[0]!.length,
      warnings: part!.path.includes('cut') ? ['The file is cut off.'] : [],
      async *blocks() {
        for (let at = 0; at < channels[0]!.length; at += 5001) yield channels.map((samples) => samples.subarray(at, at + 5001))
      },
      close: async () => {},
    }
  }
}

function item(name: string, split: Split, ...roles: SoundRole[]): SoundItem {
  return { name, split, sounds: roles.map((role) => ({ role, parts: [wholeFile(`${name}/${role}`)] })) }
}

const song = (name: string, split: Split, withMixture = false) => item(name, split, 'vocals', 'accompaniment', ...(withMixture ? (['mixture'] as const) : []))
const tune = (seed: number, seconds = 12) => [melody(seed, seconds, rate)]

function stems(name: string, seed: number, seconds = 12): Record<string, Float32Array[]> {
  return { [`${name}/vocals`]: tune(seed, seconds), [`${name}/accompaniment`]: tune(seed + 1000, seconds) }
}

const check = (items: SoundItem[], open: OpenParts): Promise<CheckOutcome> => checkSounds(items, open, quietContext())
const of = (report: CheckOutcome, kind: CheckFinding['kind']) => report.findings.filter((finding) => finding.kind === kind)
const problems = (report: CheckOutcome) => report.findings.filter(({ level }) => level === 'problem')

describe('check of songs', () => {
  it('finds nothing wrong with songs that are as they should be', async () => {
    const sounds = { ...stems('a', 1, 65), ...stems('b', 2, 65), ...stems('c', 3, 60) }
    const report = await check([song('a', 'train'), song('b', 'train'), song('c', 'validation')], shelf(sounds))
    expect(problems(report)).toEqual([])
    expect(report.seconds).toEqual({ train: 130, validation: 60, test: 0 })
    expect(report.items[0]).toMatchObject({ name: 'a', split: 'train', seconds: 65, sampleRate: rate, channels: 1, clipped: 0 })
    expect(report.items[0]!.vocalActivity).toBeGreaterThan(0.9)
  })

  it('goes on where one file cannot be read, and says which', async () => {
    const report = await check([song('a', 'train'), song('broken', 'train'), song('c', 'validation')], shelf({ ...stems('a', 1), ...stems('c', 3) }))
    expect(of(report, 'unreadable')).toEqual([
      expect.objectContaining({ level: 'problem', items: ['broken'], message: expect.stringContaining('broken/vocals is not a sound file.') }),
    ])
    expect(report.items.map(({ name, seconds }) => [name, seconds])).toEqual([['a', 12], ['broken', undefined], ['c', 12]])
  })

  it('passes on what could not be read of a file', async () => {
    const report = await check([item('cut', 'train', 'recording')], shelf({ 'cut/recording': tune(1) }))
    expect(of(report, 'unreadable')).toEqual([expect.objectContaining({ level: 'note', message: expect.stringContaining('The file is cut off.') })])
  })

  it('does not take a defect for a file that cannot be read', async () => {
    const broken: OpenParts = () => Promise.reject(new TypeError('a defect'))
    await expect(check([song('a', 'train')], broken)).rejects.toThrow('a defect')
  })

  it('finds a song of the training among those of the validation, under another name, softer and cut', async () => {
    const original = melody(1, 20, rate)
    const copy = original.slice(4 * rate, 16 * rate).map((value) => value * 0.4)
    const report = await check(
      [song('hit', 'train'), item('copy.mp3', 'validation', 'recording'), song('other', 'train')],
      shelf({ ...stems('hit', 7, 20), 'hit/vocals': [original], 'copy.mp3/recording': [copy], ...stems('other', 4) }),
    )
    const [finding, ...others] = of(report, 'duplicate')
    expect(others).toEqual([])
    expect(finding).toMatchObject({ level: 'problem', items: ['hit', 'copy.mp3'] })
    expect(finding!.message).toMatch(/^The vocals of “hit” \(training\) and “copy\.mp3” \(validation\) hold the same recording: 1\d s, from 0:0[45] in the first/)
    expect(finding!.fix).not.toBe('')
  })

  it('finds a mixture that is made of stems of another split', async () => {
    const music = melody(1007, 20, rate)
    const mixture = melody(7, 20, rate).map((value, i) => value + music[i]!)
    const report = await check([song('hit', 'train'), item('mix', 'test', 'recording')], shelf({ ...stems('hit', 7, 20), 'mix/recording': [mixture] }))
    expect(of(report, 'duplicate')).toMatchObject([{ level: 'problem', message: expect.stringContaining('“hit” (training) and “mix” (test)') }])
  })

  it('only notes what is twice in one split', async () => {
    const report = await check([item('a', 'train', 'recording'), item('b', 'train', 'recording')], shelf({ 'a/recording': tune(1), 'b/recording': tune(1) }))
    expect(of(report, 'duplicate')).toMatchObject([{ level: 'note', items: ['a', 'b'] }])
  })

  it('measures by how much stems miss their mixture', async () => {
    const sounds = { ...stems('whole', 1), ...stems('short', 5) }
    const mixed = sounds['whole/vocals']![0]!.map((value, i) => value + sounds['whole/accompaniment']![0]![i]!)
    const report = await check(
      [song('whole', 'train', true), song('short', 'validation', true)],
      shelf({ ...sounds, 'whole/mixture': [mixed], 'short/mixture': [sounds['short/vocals']![0]!.map((value, i) => value + mixed[i]!)] }),
    )
    expect(report.items[0]!.sumErrorDb).toBeLessThan(-100)
    expect(report.items[1]!.sumErrorDb).toBeGreaterThan(-6)
    expect(of(report, 'sum')).toMatchObject([{ level: 'problem', items: ['short'] }])
  })

  it('sees that both stems are one sound, and that a subtraction took nothing away', async () => {
    const same: SoundItem = song('same', 'train')
    const subtracted: SoundItem = {
      ...song('pair', 'train'),
      sounds: [
        { role: 'vocals', parts: [wholeFile('pair/vocals'), { ...wholeFile('pair/accompaniment'), gain: -1 }] },
        { role: 'accompaniment', parts: [wholeFile('pair/accompaniment')] },
      ],
    }
    const music = tune(8)
    const voice = melody(9, 12, rate)
    const left = music[0]!.map((value, i) => 0.5 * value + 0.5 * voice[i]!)
    const report = await check([same, subtracted], shelf({ 'same/vocals': tune(1), 'same/accompaniment': tune(1), 'pair/vocals': [left], 'pair/accompaniment': music }))
    expect(of(report, 'sum').map(({ level, items }) => [level, items])).toEqual([['problem', ['pair']], ['problem', ['same']]])
  })

  it('names silent stems, stems without vocals, clipped peaks, stems of other lengths and lost channels', async () => {
    const quiet = [new Float32Array(12 * rate)]
    const clipped = melody(3, 12, rate).map((value) => Math.max(-1, Math.min(1, 12 * value)))
    const report = await check(
      [song('empty', 'train'), song('loud', 'train'), song('short', 'train'), song('left', 'validation')],
      shelf({
        'empty/vocals': quiet,
        'empty/accompaniment': tune(1),
        'loud/vocals': [clipped],
        'loud/accompaniment': tune(2),
        'short/vocals': tune(4, 8),
        'short/accompaniment': tune(5, 12),
        'left/vocals': [melody(6, 12, rate), new Float32Array(12 * rate)],
        'left/accompaniment': tune(7),
      }),
    )
    expect(of(report, 'vocalActivity')).toMatchObject([{ level: 'problem', items: ['empty'] }])
    expect(of(report, 'clipping')).toMatchObject([{ level: 'problem', items: ['loud'] }])
    expect(of(report, 'length')[0]).toMatchObject({ level: 'problem', items: ['short'] })
    expect(of(report, 'channels')[0]).toMatchObject({ level: 'note', items: ['left'] })
  })

  it('says that rates differ, that some are low and that some cannot be converted', async () => {
    const sounds = { 'a/recording': tune(1), 'b/recording': { sampleRate: 44100, channels: [melody(2, 5, 44100)] }, 'c/recording': { sampleRate: 6000, channels: tune(3) } }
    const report = await check([item('a', 'train', 'recording'), item('b', 'train', 'recording'), item('c', 'train', 'recording')], shelf(sounds))
    expect(of(report, 'rate').map(({ level, items }) => [level, items])).toEqual([['problem', ['c']], ['note', ['a']], ['ok', []]])
  })

  it('misses a split, and training material', async () => {
    const report = await check([song('a', 'train')], shelf(stems('a', 1)))
    expect(of(report, 'amount').map(({ level, message }) => [level, message])).toEqual([
      ['problem', 'There are only 12 s to train on.'],
      ['note', 'No song is kept for validation.'],
      ['ok', 'Training: 1 song (12 s); validation: nothing; test: nothing.'],
    ])
  })

  it('stops within a block when it is cancelled, and closes what it read', async () => {
    const controller = new AbortController()
    let [opened, closed, blocks] = [0, 0, 0]
    const endless = async (): Promise<OpenSound> => {
      opened++
      const close = async () => void closed++
      return {
        sampleRate: rate,
        channels: 1,
        frames: undefined,
        warnings: [],
        async *blocks() {
          for (;;) {
            if (++blocks === 9) controller.abort()
            yield [hiss(1, 4000, 0.1)]
          }
        },
        close,
      }
    }
    await expect(checkSounds([song('a', 'train')], endless, quietContext(controller.signal))).rejects.toThrow('aborted')
    expect([opened, closed, blocks]).toEqual([2, 2, expect.any(Number)])
    expect(blocks).toBeLessThan(12)
  })

  it('tells its progress, which never goes back within a stage', async () => {
    const told: WorkProgress[] = []
    const context = { ...quietContext(), onProgress: (progress: WorkProgress) => void told.push(progress) }
    await checkSounds([song('a', 'train'), song('b', 'validation')], shelf({ ...stems('a', 1), ...stems('b', 2) }), context)
    const measuring = told.filter(({ stage }) => stage === 'measuring').map(({ completed }) => completed)
    expect(measuring).toEqual(measuring.toSorted((a, b) => a - b))
    expect(measuring.filter((value) => !Number.isInteger(value)).length).toBeGreaterThan(5)
    expect(told.at(-1)!.stage).toBe('comparing')
  })
})

describe('check of clips', () => {
  const clip = (name: string, label: string, split: Split): SoundItem => ({ ...item(name, split, 'recording'), label })

  it('counts classes, and finds short clips that are equal in two splits', async () => {
    const word = [melody(1, 0.4, rate)]
    const sounds = { 'a/recording': word, 'b/recording': [word[0]!.slice()], 'c/recording': [melody(2, 0.4, rate)], 'd/recording': [new Float32Array(3000)], 'e/recording': [new Float32Array(3000)] }
    const items = [clip('a', 'one', 'train'), clip('b', 'one', 'test'), clip('c', 'two', 'test'), clip('d', 'one', 'train'), clip('e', 'one', 'test')]
    const report = await check(items, shelf(sounds))
    expect(of(report, 'duplicate')).toMatchObject([{ level: 'problem', items: ['a', 'b'] }])
    expect(of(report, 'labels')[0]).toMatchObject({ level: 'problem', items: ['two'], message: 'Nothing of “two” is there to train on.' })
    expect(of(report, 'rate')).toMatchObject([{ level: 'ok' }])
  })
})

describe('measuring an item', () => {
  it('holds a block of each sound and little more, however long they are', async () => {
    const seconds = 600
    let ahead = 0
    const counters = [0, 0]
    const long = (index: number): OpenSound => ({
      sampleRate: rate,
      channels: 1,
      frames: seconds * rate,
      warnings: [],
      async *blocks() {
        const noise = hiss(index + 1, 16000, 0.2)
        for (let at = 0; at < seconds * rate; at += noise.length) {
          counters[index]!++
          ahead = Math.max(ahead, Math.abs(counters[0]! - counters[1]!))
          yield [noise]
        }
      },
      close: async () => {},
    })
    let next = 0
    const facts = await measureItem(song('a', 'train'), async () => long(next++), quietContext(), () => {})
    expect(ahead).toBeLessThanOrEqual(1)
    expect(counters).toEqual([300, 300])
    for (const { marks } of facts.landmarks) expect(marks.kinds.byteLength + marks.frames.byteLength).toBeLessThan(1200 * seconds)
  })
})

describe('the sounds of a manifest', () => {
  it('are songs with their stems once, loose recordings and clips', () => {
    const vocals = [wholeFile('a/vocals.wav')]
    const accompaniment = [wholeFile('a/accompaniment.wav')]
    const entry = (path: string) => ({ id: path, parts: [wholeFile(path)], group: 'g', split: 'train' as const })
    const items = soundItems({
      songs: [{ name: 'a', vocals, accompaniment, split: 'test' }],
      entries: [
        { ...entry('a/vocals.wav'), kind: 'songVocals' },
        { ...entry('a/accompaniment.wav'), kind: 'songMusic' },
        { ...entry('music/b.wav'), kind: 'music' },
      ],
      clips: [{ path: 'dogs/1.wav', label: 'dog', group: 'x', split: 'train' }],
    })
    expect(items.map(({ name, label, sounds }) => [name, label, sounds.map(({ role }) => role)])).toEqual([
      ['a', undefined, ['vocals', 'accompaniment']],
      ['music/b.wav', undefined, ['recording']],
      ['dogs/1.wav', 'dog', ['recording']],
    ])
  })
})
