import { describe, expect, it } from 'vitest'
import { measureOf, scrubbedUrls, soundsOf } from '#renderer/features/train/listen/clipSounds'
import { spokenCheckpoint } from '#renderer/features/train/listen/listenText'
import type { MadeComparison } from '#renderer/stores/resultStore'
import type { ResultClip } from '#shared/contract/results'

const heard = (url: string) => ({ url, spectrogramUrl: `${url}.png` })

function clip(parts: readonly string[], over: Partial<ResultClip> = {}): ResultClip {
  const epochs = [1, 2, 4, 8]
  const sdrOf = (epoch: number) => Object.fromEntries(parts.map((part) => [part, epoch]))
  return {
    id: '1',
    name: 'Evening, 1:12',
    split: 'validation',
    seconds: 6,
    input: heard('in'),
    targets: { vocals: heard('true-v'), accompaniment: heard('true-m') },
    outputs: epochs.map((epoch) => ({ epoch, step: epoch, parts: Object.fromEntries(parts.map((part) => [part, heard(`${epoch}-${part}`)])), sdr: sdrOf(epoch) })),
    scores: [1, 2, 3, 4, 8].map((epoch) => ({ epoch, step: epoch, sdr: sdrOf(epoch) })),
    ...over,
  }
}
const none = { bestEpoch: undefined, comparisons: [] }
const titles = (...args: Parameters<typeof soundsOf>) => soundsOf(...args).map(({ title }) => title)

describe('what is heard of a clip', () => {
  it('of a separator is the part that was chosen, beside the truth of that part, and others that do the same clip', () => {
    const comparisons: MadeComparison[] = [{ key: 'a', name: 'DuoVAE', clips: { 1: { parts: { vocals: heard('a-v') }, sdr: { vocals: 7.25 }, learned: 'no' } } }, { key: 'b', name: 'Other clips', clips: {} }]
    const sounds = soundsOf(clip(['vocals', 'accompaniment']), 'vocals', 4, { bestEpoch: 4, comparisons })
    expect(sounds.map(({ title, url, figure, note }) => [title, url, figure, note])).toEqual([
      ['Mixture', 'in', undefined, undefined],
      ['True vocals', 'true-v', undefined, undefined],
      ['Epoch 4', '4-vocals', '4.0 dB', 'the best, which is kept'],
      ['DuoVAE', 'a-v', '7.3 dB', 'compared'],
    ])
  })

  // Nothing told a blind network which of its parts are the vocals, so neither may the page.
  it('of a blind network has both truths, and none beside its reconstruction', () => {
    const blind = clip(['first', 'second', 'reconstruction'])
    expect(titles(blind, 'first', 8, none)).toEqual(['Mixture', 'True vocals', 'True music', 'Epoch 8'])
    expect(titles(blind, 'reconstruction', 8, none)).toEqual(['Mixture', 'Epoch 8'])
    expect(titles(clip(['first', 'second'], { targets: {} }), 'first', 8, none)).toEqual(['Mixture', 'Epoch 8'])
    expect(measureOf(blind, 'reconstruction')).toBe('SDR against the mixture')
    expect(measureOf(blind, 'first')).toMatch(/fit better/)
  })

  it('says of another model that it knows the song', () => {
    const noteOf = (learned: 'yes' | 'no' | 'unknown') => {
      const comparisons: MadeComparison[] = [{ key: 'a', name: 'DuoVAE', clips: { 1: { parts: { vocals: heard('a-v') }, sdr: {}, learned } } }]
      return soundsOf(clip(['vocals']), 'vocals', 4, { bestEpoch: 4, comparisons }).at(-1)!.note
    }
    expect([noteOf('yes'), noteOf('no'), noteOf('unknown')]).toEqual(['compared; it learned from this song', 'compared', 'compared; it may have learned from this song'])
  })

  it('says where it is from where the network learns from it', () => {
    expect(soundsOf(clip(['vocals'], { split: 'train' }), 'vocals', 8, none)[0]!.note).toBe('from training data')
  })

  it('is fetched from the nearest checkpoint on', () => {
    expect(scrubbedUrls(clip(['vocals']), 'vocals', 4)).toEqual(['4-vocals', '2-vocals', '1-vocals', '8-vocals'])
  })

  it('is told to those who do not see it', () => {
    expect(spokenCheckpoint(clip(['vocals']), 4, 'vocals', 4)).toBe('Epoch 4, vocals 4.0 decibels, the best, which is kept')
    expect(spokenCheckpoint(clip([]), 4, 'vocals', 8)).toBe('Epoch 4')
  })
})
