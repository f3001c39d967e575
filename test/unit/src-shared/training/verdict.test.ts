import { describe, expect, it } from 'vitest'
import { madeUpHistory } from '#test/trainingHistories'
import type { HistoryLine } from '#shared/training/history'
import { type VerdictKind, verdictsOf } from '#shared/training/verdict'

const kindsOf = (lines: readonly HistoryLine[]) => verdictsOf(lines).map(({ kind }) => kind)
const textOf = (lines: readonly HistoryLine[]) => verdictsOf(lines)[0].text

/** A history with these scores, and training losses where they matter; noise and spikes are those of real runs. */
function scored(scores: readonly number[], losses: readonly number[] = scores.map(() => 0.5)): HistoryLine[] {
  let best = -Infinity
  return scores.map((score, i) => {
    const line = { ...madeUpHistory({ epochs: 1 })[0]!, epoch: i + 1, step: 100 * (i + 1), score, best: score > best, klPerLatent: undefined }
    best = Math.max(best, score)
    return { ...line, train: { loss: losses[i]!, kl: 0 }, validation: {} }
  })
}

describe('verdicts', () => {
  it('say nothing before there is anything to say', () => {
    expect(kindsOf([])).toEqual(['none'])
    expect(textOf(scored([3.6, 3.3]))).toBe('Too early to tell: 2 epochs so far')
    expect(textOf(scored([3.6]))).toBe('Too early to tell: 1 epoch so far')
  })

  // The scores of real runs of a few epochs, whose noise must not be taken for overfitting.
  it.each<[VerdictKind, number[]]>([
    ['improving', [-2.49, 1.13, 1.33, 1.64]],
    ['improving', [3.2, 3.5, 4.0, 4.3, 4.3, 4.6, 4.5, 4.7]],
    ['improving', [4.08, 4.78, 4.22, 4.39, 4.72, 5.15, 4.86, 5.0]],
    ['flat', [1.64, 2.69, 4.52, 3.31, 3.93, 4.19, 4.28, 4.25]],
  ])('are %s for the scores of a real run', (kind, scores) => {
    expect(kindsOf(scored(scores))[0]).toBe(kind)
  })

  // A real run that fell behind its first epoch and is on its way back.
  it('do not call a run improving that is below an early best', () => {
    expect(textOf(scored([-0.0575, -0.129, -0.0846, -0.0793, -0.0715]))).toBe('No better for 4 epochs; the best was epoch 1')
    expect(textOf(scored([4.08, 4.78, 4.22, 4.39, 4.72, 5.15, 4.86, 5.0, 4.95]))).toBe('No better for 3 epochs; the best was epoch 6')
  })

  it.each([1, 2, 3, 4, 5])('see a run that learns, and the same run stand still in the end (seed %i)', (seed) => {
    const lines = madeUpHistory({ epochs: 90, seed })
    expect(kindsOf(lines.slice(0, 15))).toEqual(['improving'])
    expect(kindsOf(lines)).toEqual(['flat'])
    expect(textOf(lines)).toMatch(/^Flat for \d+ epochs; the best was epoch \d+$/)
  })

  it.each([1, 2, 3, 4, 5])('see overfitting, and name the best epoch (seed %i)', (seed) => {
    const lines = madeUpHistory({ epochs: 40, seed, pace: 9, turnsAt: 24, decay: 0.12 })
    const best = lines.findLast((line) => line.best)!.epoch
    const text = `Overfitting: validation has got worse for ${40 - best} epochs while training got better; the best was epoch ${best}`
    expect(textOf(lines)).toBe(text)
    expect(best).toBeGreaterThan(18)
    expect(best).toBeLessThan(30)
  })

  it('tell overfitting from a run that falls apart as a whole', () => {
    const scores = [1, 2, 3, 4, 3.8, 3.5, 3.3, 3.0, 2.6, 2.2]
    const falling = scores.map((_, i) => 0.8 - 0.04 * i)
    const rising = scores.map((_, i) => 0.5 + 0.03 * i)
    expect(kindsOf(scored(scores, falling))).toEqual(['overfitting'])
    expect(kindsOf(scored(scores, rising))).toEqual(['worsening'])
  })

  // Would catch: a loss that rises with beta's warm-up, taken for training that does not get better.
  it('leave the growing weight of the KL divergence out of the training loss', () => {
    const scores = [1, 2, 3, 4, 3.8, 3.5, 3.3, 3.0, 2.6, 2.2]
    const lines = scored(scores).map((line, i) => {
      const beta = 0.01 * i
      return { ...line, beta, train: { loss: 0.8 - 0.04 * i + beta * 12, kl: 12 } }
    })
    expect(kindsOf(lines)).toEqual(['overfitting'])
  })

  it('do not call one lucky epoch before a plateau overfitting', () => {
    const plateau = [4.1, 4.0, 4.15, 4.05, 4.1, 4.0, 4.12, 4.07]
    const losses = [1, 2, 3, 4.9, ...plateau].map((_, i) => 0.8 - 0.02 * i)
    expect(kindsOf(scored([1, 2, 3, 4.9, ...plateau], losses))).toEqual(['flat'])
  })

  it('count slow progress, but not creeping by hundredths of what was learned', () => {
    const learned = [0, 2, 3, 4, 4.5, 4.8, 5]
    const slow = Array.from({ length: 12 }, (_, i) => 5 + 0.02 * (i + 1))
    const creeping = Array.from({ length: 12 }, (_, i) => 5 + 0.0005 * (i + 1))
    expect(kindsOf(scored([...learned, ...slow]))[0]).toBe('improving')
    expect(textOf(scored([...learned, ...creeping]))).toBe('Flat for 12 epochs; the best was epoch 19')
  })

  it('work for scores that are losses with their sign changed', () => {
    const falling = Array.from({ length: 10 }, (_, i) => -(0.02 + 0.5 * 0.6 ** i))
    expect(kindsOf(scored(falling.slice(0, 6)))).toEqual(['improving'])
  })

  it('see channels that carry nothing, besides how learning goes', () => {
    const lines = madeUpHistory({ epochs: 15, channels: 48, collapsed: 40 })
    expect(kindsOf(lines)).toEqual(['improving', 'collapsed'])
    expect(verdictsOf(lines)[1]!.text).toMatch(/^Collapsed: 40 of 48 latent channels carry nothing/)
    expect(kindsOf(madeUpHistory({ epochs: 15, channels: 48, collapsed: 8 }))).toEqual(['improving'])
  })

  it('see a loss that is no number, and where to go on from', () => {
    const lines = scored([1, 2, 3, 3.2, 3.1])
    const broken = lines.map((line, i) => (i === 4 ? { ...line, train: { loss: Number.NaN } } : line))
    expect(kindsOf(broken)).toEqual(['diverged'])
    expect(textOf(broken)).toContain('since epoch 5 the loss is no number; go on from the best, epoch 4')
  })

  // A real run: one epoch with gradients forty times as long as the others', after which it went on well.
  it('mention a loss that jumped, until that is past', () => {
    const losses = [0.9, 0.6, 0.55, 0.52, 0.51, 1.3, 0.52, 0.5, 0.49, 0.48]
    const scores = [1, 1.5, 1.9, 2.2, 2.5, 2.4, 2.7, 2.9, 3.1, 3.3]
    expect(kindsOf(scored(scores.slice(0, 7), losses))).toEqual(['improving', 'unstable'])
    expect(kindsOf(scored(scores, losses))).toEqual(['improving'])
  })

  it('mention an engine that waits for its data', () => {
    expect(kindsOf(madeUpHistory({ epochs: 12, waiting: 0.41 }))).toEqual(['improving', 'starved'])
    expect(verdictsOf(madeUpHistory({ epochs: 12, waiting: 0.41 }))[1]!.text).toMatch(/^Slowed down: 4\d % of the time/)
  })
})
