import { describe, expect, it } from 'vitest'
import { drawLatents, gaussianOf, latentPath, standardNormal } from '#main/generating/latentDraws'
import { latentAt, layOut } from '#main/generating/latentMaps'
import { classMeans, correlation, statisticsOf } from '#main/generating/latentStatistics'
import { principalComponents, projected } from '#main/generating/principalComponents'
import { tsne } from '#main/generating/tsne'
import { CancelledError } from '#shared/errors'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'

/** Three clouds far apart in ten dimensions. */
function clouds(each = 30): { points: Float32Array[]; labels: string[] } {
  const random = randomStream(2)
  const labels = Array.from({ length: 3 * each }, (_, i) => `cloud ${i % 3}`)
  const points = labels.map((_, i) => Float32Array.from({ length: 10 }, (_, d) => (d === i % 3 ? 8 : 0) + random.normal()))
  return { points, labels }
}

/** Share of points whose nearest neighbour on the map is of their own cloud. */
function neighbourShare(places: readonly { x: number; y: number }[]): number {
  const own = places.map((place, i) => {
    const others = places.map((other, j) => ({ j, distance: (other.x - place.x) ** 2 + (other.y - place.y) ** 2 })).filter(({ j }) => j !== i)
    return others.toSorted((a, b) => a.distance - b.distance)[0]!.j % 3 === i % 3
  })
  return own.filter(Boolean).length / places.length
}

describe('principal components', () => {
  it('are the axes along which points vary most, at right angles', () => {
    const random = randomStream(1)
    const points = Array.from({ length: 500 }, () => {
      const [a, b] = [5 * random.normal(), 2 * random.normal()]
      return Float32Array.of((a + b) / Math.SQRT2 + 3, (a - b) / Math.SQRT2, 0.1 * random.normal())
    })
    const { axes, variances, totalVariance, mean } = principalComponents(points, 2)
    expect(mean[0]).toBeCloseTo(3, 0)
    expect(Math.abs(axes[0]![0]!)).toBeCloseTo(Math.SQRT1_2, 1)
    expect(Math.sqrt(variances[0]!)).toBeCloseTo(5, 0)
    expect(Math.sqrt(variances[1]!)).toBeCloseTo(2, 0)
    expect(axes[0]!.reduce((sum, value, i) => sum + value * axes[1]![i]!, 0)).toBeCloseTo(0, 8)
    expect((variances[0]! + variances[1]!) / totalVariance).toBeGreaterThan(0.99)
    expect(projected(Float32Array.from(mean), principalComponents(points, 2))).toEqual([expect.closeTo(0, 4), expect.closeTo(0, 4)])
  })
})

describe('t-SNE', () => {
  it('keeps neighbours together, the same way for the same seed', async () => {
    const { points } = clouds()
    const map = await layOut(points, 'tsne', { perplexity: 10, seed: 1 }, quietContext())
    expect(neighbourShare(map.places)).toBeGreaterThan(0.98)
    expect(await layOut(points, 'tsne', { perplexity: 10, seed: 1 }, quietContext())).toEqual(map)
  })

  it('takes few points, equal points, and more neighbours than there are points', async () => {
    const same = Array.from({ length: 5 }, () => Float32Array.of(1, 2))
    expect((await tsne(same, { perplexity: 30, iterations: 20, seed: 1 }, quietContext())).every(Number.isFinite)).toBe(true)
    expect(await tsne([Float32Array.of(1, 2)], { perplexity: 30, iterations: 20, seed: 1 }, quietContext())).toHaveLength(2)
  })

  it('ends when it is cancelled', async () => {
    await expect(layOut(clouds().points, 'tsne', { perplexity: 10, seed: 1 }, quietContext(AbortSignal.abort(new CancelledError())))).rejects.toThrow(CancelledError)
  })
})

describe('a map', () => {
  it('fills the square from -1 to 1, and gives a point of it that point back', async () => {
    const { points } = clouds()
    const { places, explained } = await layOut(points, 'pca', { perplexity: 30, seed: 1 }, quietContext())
    expect(Math.max(...places.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]))).toBeCloseTo(1, 5)
    expect(explained).toBeGreaterThan(0.5)
    const { x, y } = places[7]!
    latentAt(x, y, places, points).forEach((value, i) => expect(value).toBeCloseTo(points[7]![i]!, 2))
  })

  it('between points mixes those that are near', () => {
    const places = [{ x: -1, y: 0 }, { x: 1, y: 0 }]
    const mixed = latentAt(0, 0, places, [Float32Array.of(0, 4), Float32Array.of(2, 0)])
    expect([...mixed]).toEqual([expect.closeTo(1, 4), expect.closeTo(2, 4)])
  })
})

describe('draws', () => {
  it('have the mean and the deviation of their Gaussian, and are the same for the same seed', () => {
    const drawn = drawLatents([{ mean: [3, -1], deviation: 0.5 }], 4000, randomStream(1))
    const { mean, deviation } = statisticsOf(drawn)
    expect([...mean]).toEqual([expect.closeTo(3, 1), expect.closeTo(-1, 1)])
    expect([...deviation]).toEqual([expect.closeTo(0.5, 1), expect.closeTo(0.5, 1)])
    expect(drawLatents([{ mean: [3, -1], deviation: 0.5 }], 3, randomStream(1))).toEqual(drawn.slice(0, 3))
  })

  it('of several components come from all of them', () => {
    const drawn = drawLatents([{ mean: [10], deviation: 1 }, { mean: [-10], deviation: 1 }], 400, randomStream(1))
    const above = drawn.filter(([value]) => value! > 0).length
    expect(Math.abs(above - 200)).toBeLessThan(60)
  })

  it('lie on a line from one to the other, ends included', () => {
    expect(latentPath([0, 4], [2, 0], 3).map((point) => [...point])).toEqual([[0, 4], [1, 2], [2, 0]])
  })

  it('around points take their spread; around one alone a quarter of that of all', () => {
    const all = { mean: [0, 0], deviation: [4, 8] }
    expect([...(gaussianOf([Float32Array.of(1, 1), Float32Array.of(3, 1)], all).deviation as Float32Array)]).toEqual([1, 0])
    expect([...(gaussianOf([Float32Array.of(1, 1)], all).deviation as Float32Array)]).toEqual([1, 2])
    expect(standardNormal(3).mean).toHaveLength(3)
  })
})

describe('statistics', () => {
  it('mean the points of each label', () => {
    const { points, labels } = clouds()
    const means = classMeans(points, labels)
    expect(means.map(({ label }) => label)).toEqual(['cloud 0', 'cloud 1', 'cloud 2'])
    means.forEach(({ mean }, i) => expect(mean[i]).toBeCloseTo(8, 0))
  })

  it('correlate', () => {
    expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 6)
    expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 6)
    expect(correlation([1, 1, 1], [3, 2, 1])).toBe(0)
  })
})
