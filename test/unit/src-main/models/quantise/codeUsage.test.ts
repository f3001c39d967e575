import { describe, expect, it } from 'vitest'
import { CodeUsageMeter } from '#main/models/quantise/codeUsage'
import { mapStatistics, priorVariant } from '#main/models/quantise/flow/variants'
import { priorVariants } from '#shared/contract/quantising'
import { realNvp } from '#main/models/quantise/flow/realNvp'

describe('use of codes', () => {
  // Would catch layers that are mixed up, batches that replace one another, or entropies of another base.
  it('counts each layer by itself, over all batches', () => {
    const meter = new CodeUsageMeter(2, 4)
    meter.add(Float32Array.of(0, 3, 1, 3))
    meter.add(Float32Array.of(2, 3, 3, 3))
    const [first, second] = meter.result()
    expect(first).toMatchObject({ used: 4, counts: [1, 1, 1, 1] })
    expect(first!.perplexity).toBeCloseTo(4, 9)
    expect(second).toMatchObject({ used: 1, counts: [0, 0, 0, 4] })
    expect(second!.perplexity).toBeCloseTo(1, 9)
  })

  it('is nothing where nothing was encoded', () => {
    expect(new CodeUsageMeter(1, 3).result()).toEqual([{ used: 0, perplexity: 0, counts: [0, 0, 0] }])
  })
})

describe('priors of source 004', () => {
  it('are told the range and the deviation of all maps together', () => {
    const { range, deviation } = mapStatistics([Float32Array.of(1, 3), Float32Array.of(5, 7)])
    expect(range).toEqual([1, 7])
    expect(deviation).toBeCloseTo(Math.sqrt(5), 9)
  })

  it('are flows over maps of 32 × 32 × 128 that differ as they are named', () => {
    const priors = priorVariants.map((variant) => priorVariant(variant, [32, 32, 128], { range: [-3, 3], deviation: 0.5 }))
    for (const { flow } of priors) expect(realNvp(flow).latentShapes).toEqual([[16, 16, 256], [8, 8, 512], [8, 8, 512]])
    expect(new Set(priors.map((prior) => JSON.stringify(prior))).size).toBe(priorVariants.length)
    expect(priors.map(({ flow }) => flow.preprocess.kind)).toEqual(['logit', 'sigmoid', 'none', 'none', 'none', 'none'])
    expect(priors.at(-1)!.loss.dequantisation).toBeCloseTo(0.05, 9)
  })
})
