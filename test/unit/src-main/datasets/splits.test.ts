import { describe, expect, it } from 'vitest'
import { assignSplits } from '#main/datasets/splits'
import type { Split } from '#shared/contract/datasets'

const any: Split[] = ['train', 'validation', 'test']
const songs = (count: number, splits = any) => Array.from({ length: count }, (_, i) => ({ name: `song ${i}`, splits }))
const share = (splits: Record<string, Split>, wanted: Split) => Object.values(splits).filter((split) => split === wanted).length

describe('splits', () => {
  it('are eight, one and one of ten, by the name alone: order and other songs change nothing', () => {
    const many = assignSplits(songs(2000), {}, {})
    expect([share(many, 'train'), share(many, 'validation'), share(many, 'test')].map((count) => Math.round(count / 100))).toEqual([16, 2, 2])
    const fewer = assignSplits(songs(1000).toReversed(), {}, {})
    for (const [name, split] of Object.entries(fewer)) expect(split).toBe(many[name])
  })

  it('always train and validate something, whatever the names are, and stay when songs are added', () => {
    for (let count = 2; count < 12; count++) {
      for (let first = 0; first < 40; first++) {
        const few = songs(60).slice(first, first + count)
        const splits = assignSplits(few, {}, {})
        expect(share(splits, 'train'), `${first} ${count}`).toBeGreaterThan(0)
        expect(share(splits, 'validation'), `${first} ${count}`).toBeGreaterThan(0)
        const later = assignSplits(songs(60), splits, {})
        for (const { name } of few) expect(later[name]).toBe(splits[name])
      }
    }
    for (const { name } of songs(60)) expect(assignSplits([{ name, splits: any }], {}, {})[name]).toBe('train')
  })

  it('are what the folder says, then what the user says; what may only train is never held out', () => {
    const test = assignSplits(songs(20, ['test']), {}, {})
    expect(share(test, 'test')).toBe(20)
    const held = assignSplits(songs(200, ['train', 'validation']), {}, {})
    expect(share(held, 'test')).toBe(0)
    expect(share(held, 'validation')).toBeGreaterThan(5)
    expect(share(assignSplits(songs(30, ['train']), {}, {}), 'train')).toBe(30)
    expect(assignSplits(songs(3, ['test']), {}, { 'song 1': 'train' })).toMatchObject({ 'song 0': 'test', 'song 1': 'train' })
  })

  it('leave it to the user to have no validation', () => {
    const songsThere = songs(4)
    const chosen = Object.fromEntries(songsThere.map(({ name }) => [name, 'train' as const]))
    expect(share(assignSplits(songsThere, {}, chosen), 'validation')).toBe(0)
  })
})
