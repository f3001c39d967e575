import { describe, expect, it } from 'vitest'
import { moveChannels, type Posterior, rankChannels } from '#shared/images/latentChannels'
import { between, pathBetween, swing } from '#shared/images/latentPath'
import { drawLatents, fitLatents, latentWidth, standardPrior } from '#shared/images/priorSamples'
import { randomStream } from '#shared/random'

/** Posteriors of maps with two places and three channels, where channel 1 says most and channel 2 nothing. */
function maps(count: number): Posterior[] {
  const stream = randomStream(1)
  return Array.from({ length: count }, () => ({
    mean: [0, 1].flatMap(() => [0.3 * stream.normal(), 5 + 2 * stream.normal(), 0]),
    logVariance: [0, 1].flatMap(() => [Math.log(0.9), Math.log(0.01), 0]),
  }))
}

describe('latents', () => {
  // Would catch: channels first instead of last, an order by size of the mean alone, a channel that is left out.
  it('come in the order of what they say of a mixture', () => {
    const ranked = rankChannels(maps(40), 3)
    expect(ranked.map(({ channel }) => channel)).toEqual([1, 0, 2])
    expect(ranked[2]!.kl).toBeCloseTo(0, 12)
  })

  // Would catch: a KL divergence that is halved, averaged over places or summed over mixtures.
  it('say as many nats as Gaussians are from the prior, summed over places and averaged over mixtures', () => {
    const one = { mean: [2, 0], logVariance: [Math.log(4), 0] }
    const other = { mean: [0, 1], logVariance: [0, 0] }
    const nats = 0.5 * (4 + 4 - Math.log(4) - 1)
    expect(rankChannels([one], 1)[0]!.kl).toBeCloseTo(nats, 12)
    expect(rankChannels([one, other], 1)[0]!.kl).toBeCloseTo((nats + 0.5) / 2, 12)
    expect(rankChannels([one], 2).map(({ channel, kl }) => [channel, Number(kl.toFixed(9))])).toEqual([[0, Number(nats.toFixed(9))], [1, 0]])
  })

  // Would catch: steps in units of one posterior's own width, which hardly move the picture, or measured about 0.
  it('are moved in units of how far they go from mixture to mixture', () => {
    const [most, second, silent] = rankChannels(maps(4000), 3)
    expect(most!.deviation).toBeCloseTo(Math.sqrt(4 + 0.01), 1)
    expect(second!.deviation).toBeCloseTo(Math.sqrt(0.09 + 0.9), 1)
    expect(silent!.deviation).toBeCloseTo(1, 12)
  })

  // Would catch: a slider that moves another channel than its own, or only its first place; means that are changed in place.
  it('move a whole channel and nothing else', () => {
    const ranked = rankChannels(maps(100), 3)
    const mean = [1, 2, 3, 4, 5, 6]
    const moved = moveChannels(mean, ranked, new Map([[1, 2]]))
    const step = 2 * ranked.find(({ channel }) => channel === 1)!.deviation
    expect(moved).toEqual([1, 2 + step, 3, 4, 5 + step, 6])
    expect(moveChannels(mean, ranked, new Map())).toEqual(mean)
    expect(mean).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('the way between two mixtures', () => {
  const from = { latents: { first: [0, 10], second: [1] }, mixture: [0, 1] }
  const to = { latents: { first: [4, -10], second: [3] }, mixture: [1, 0] }

  // Would catch: ends that are left out, mixtures that stay while the latents go, parts that are exchanged.
  it('begins and ends at them, and takes latents and mixtures along', () => {
    const path = pathBetween(from, to, 5)
    expect(path).toHaveLength(5)
    expect(path[0]).toEqual(from)
    expect(path[4]).toEqual(to)
    expect(path[1]).toEqual({ latents: { first: [1, 5], second: [1.5] }, mixture: [0.25, 0.75] })
  })

  it('has exactly its ends, without rounding', () => {
    expect(between([0.1, 1 / 3], [0.7, 1e-9], 0)).toEqual([0.1, 1 / 3])
    expect(between([0.1, 1 / 3], [0.7, 1e-9], 1)).toEqual([0.7, 1e-9])
  })

  // Would catch: a playhead that jumps back to the beginning, or leaves 0..1 after some rounds.
  it('is played there and back', () => {
    expect([0, 1, 2, 3, 4, 5, 8].map((seconds) => swing(seconds, 2))).toEqual([0, 0.5, 1, 0.5, 0, 0.5, 0])
    expect(swing(1e6 + 0.5, 2)).toBeCloseTo(0.25, 6)
  })
})

describe('samples of the prior', () => {
  const priorLatents = (seed: number, count: number, sizes: { first: number; second: number }, spread: number) =>
    drawLatents(seed, count, { first: standardPrior(sizes.first), second: standardPrior(sizes.second) }, spread)
  const sizes = { first: 20, second: 20 }

  // Would catch: samples that change while one looks at them, or that are the same after Again.
  it('are a function of the seed', () => {
    expect(priorLatents(7, 4, sizes, 1)).toEqual(priorLatents(7, 4, sizes, 1))
    expect(priorLatents(8, 4, sizes, 1)).not.toEqual(priorLatents(7, 4, sizes, 1))
  })

  // Would catch: one stream for all, by which more samples, or a longer first part, change the ones before.
  it('do not depend on one another', () => {
    expect(priorLatents(7, 12, sizes, 1).slice(0, 4)).toEqual(priorLatents(7, 4, sizes, 1))
    const longer = priorLatents(7, 4, { first: 384, second: 20 }, 1)
    expect(longer.map(({ second }) => second)).toEqual(priorLatents(7, 4, sizes, 1).map(({ second }) => second))
  })

  // Would catch: uniform numbers, a spread that is a variance, equal latents for both parts.
  it('are standard normal numbers times the spread', () => {
    for (const spread of [1, 0.5]) {
      const [{ first, second }] = priorLatents(3, 1, { first: 40_000, second: 40_000 }, spread) as [{ first: number[]; second: number[] }]
      const mean = first.reduce((sum, value) => sum + value, 0) / first.length
      const deviation = Math.sqrt(first.reduce((sum, value) => sum + value ** 2, 0) / first.length)
      const fourth = first.reduce((sum, value) => sum + (value / deviation) ** 4, 0) / first.length
      const together = first.reduce((sum, value, at) => sum + value * second[at]!, 0) / first.length
      expect(Math.abs(mean)).toBeLessThan(0.02)
      expect(deviation).toBeCloseTo(spread, 1)
      expect(Math.abs(fourth - 3)).toBeLessThan(0.15)
      expect(Math.abs(together)).toBeLessThan(0.03)
    }
  })

  it('without spread are the middle of the prior', () => {
    expect(priorLatents(3, 2, { first: 2, second: 1 }, 0).flatMap(({ first, second }) => [...first, ...second]).every((value) => value === 0)).toBe(true)
  })

  // Would catch: samples of fitted Gaussians that keep only the means' variance, or centre on 0.
  it('can follow the latents of real mixtures instead', () => {
    const posteriors = [{ mean: [10, 0], logVariance: [0, Math.log(4)] }, { mean: [14, 0], logVariance: [0, Math.log(4)] }]
    const fitted = fitLatents(posteriors)
    expect(fitted.mean).toEqual([12, 0])
    expect(fitted.deviation[0]).toBeCloseTo(Math.sqrt(4 + 1), 12)
    expect(fitted.deviation[1]).toBeCloseTo(2, 12)
    const drawn = drawLatents(5, 4000, { first: fitted, second: fitted }, 1).map(({ first }) => first[0]!)
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length
    expect(mean).toBeCloseTo(12, 0)
    expect(Math.sqrt(drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length)).toBeCloseTo(Math.sqrt(5), 1)
    expect(drawLatents(5, 1, { first: fitted, second: fitted }, 0)[0]!.first).toEqual([12, 0])
  })

  it('tell how far latents are from the prior', () => {
    expect(latentWidth(standardPrior(7))).toBe(1)
    expect(latentWidth({ mean: [3, 0], deviation: [4, 5] })).toBe(5)
  })
})
