import { describe, expect, it } from 'vitest'
import { checkImages, type ImageSet } from '#main/datasets/check/imageCheck'
import type { IdxArray } from '#main/datasets/idxImages'
import type { Split } from '#main/datasets/manifest'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'

function pictures(seed: number, count: number, size = 4): IdxArray {
  const random = randomStream(seed)
  return { shape: [count, size, size], values: Uint8Array.from({ length: count * size * size }, () => random.integer(256)) }
}

function labels(...values: number[]): IdxArray {
  return { shape: [values.length], values: Uint8Array.from(values) }
}

function set(split: Split, images: IdxArray, of: IdxArray | undefined, from = 0, to = images.shape[0]!): ImageSet {
  return { name: `${split} pictures`, split, images, labels: of, from, to }
}

const alternating = (count: number) => labels(...Array.from({ length: count }, (_, i) => i % 2))

async function findings(sets: ImageSet[], kind: string) {
  const { findings: all } = await checkImages(sets, [], quietContext())
  return all.filter((finding) => finding.kind === kind)
}

describe('check of pictures', () => {
  it('finds nothing in two sets that are as they should be', async () => {
    const { findings: all } = await checkImages([set('train', pictures(1, 40), alternating(40)), set('validation', pictures(2, 20), alternating(20))], [], quietContext())
    expect(all.filter(({ level }) => level !== 'ok')).toEqual([])
    expect(all.find(({ kind }) => kind === 'amount')!.message).toBe('Training: 40 pictures; validation: 20; test: 0.')
  })

  it('counts pictures that are in two splits, and only looks at those of the set', async () => {
    const train = pictures(1, 40)
    const test = pictures(2, 20)
    test.values.set(train.values.subarray(0, 16), 16)
    const twice = await findings([set('train', train, undefined), set('test', test, undefined)], 'duplicate')
    expect(twice).toMatchObject([{ level: 'note', message: '1 picture is both learned from and scored with, equal to the last dot.' }])
    expect(await findings([set('train', train, undefined, 1, 40), set('test', test, undefined)], 'duplicate')).toMatchObject([{ level: 'ok' }])
  })

  it('sees labels that do not belong to the pictures, classes nobody trains on, and blank pictures', async () => {
    const images = pictures(1, 20)
    images.values.fill(7, 0, 16)
    expect((await findings([set('train', images, labels(1, 2, 3))], 'labels'))[0]).toMatchObject({ level: 'problem', items: ['train pictures'] })
    const unseen = await findings([set('train', pictures(1, 8), labels(0, 0, 0, 0, 0, 0, 0, 0)), set('test', pictures(2, 8), labels(1, 1, 1, 1, 1, 1, 1, 1))], 'labels')
    expect(unseen[0]).toMatchObject({ level: 'problem', message: 'Nothing of “1” is there to train on.' })
    expect(await findings([set('train', images, undefined)], 'silence')).toMatchObject([{ level: 'note', message: '1 picture is of one grey (5 %).' }])
  })

  it('does not take pictures of two sizes for one dataset, nor a file that cannot be read for a failure', async () => {
    expect(await findings([set('train', pictures(1, 8), undefined), set('test', pictures(1, 8, 5), undefined)], 'length')).toMatchObject([{ level: 'problem' }])
    const report = await checkImages([], [{ name: 'train pictures', message: 'It was cut off.' }], quietContext())
    expect(report.findings[0]).toMatchObject({ kind: 'unreadable', level: 'problem', items: ['train pictures'] })
  })
})
