import { describe, expect, it } from 'vitest'
import { errorSpread, orderPairs } from '#shared/images/batchOrder'
import { checkPermutation, permutationSentence } from '#shared/images/permutation'

const grey = (...values: number[]) => Float32Array.from(values)
const digit = grey(1, 0, 0, 0)
const garment = grey(0, 0, 1, 1)
const truth = { first: digit, second: garment }
const right = { truth, output: { first: grey(0.75, 0, 0, 0), second: grey(0, 0, 1, 0.5) } }
const swapped = { truth, output: { first: garment, second: digit } }
const perfect = { truth, output: truth }

describe('the permutation check', () => {
  // Would catch: a table that is transposed, sums in place of means, the off-diagonal of one pair used for another.
  it('says how far each decoder is from each picture', () => {
    const { errors, right: count } = checkPermutation([right, right])
    expect(count).toBe(2)
    expect(errors[0][0]).toBeCloseTo(0.0625 / 4, 12)
    expect(errors[0][1]).toBeCloseTo((0.5625 + 2) / 4, 12)
    expect(errors[1][0]).toBeCloseTo((1 + 1 + 0.25) / 4, 12)
    expect(errors[1][1]).toBeCloseTo(0.25 / 4, 12)
  })

  // Would catch: a network with exchanged decoders that is called right because its pictures are good ones.
  it('finds decoders that have changed places', () => {
    expect(checkPermutation([swapped, swapped]).right).toBe(0)
    const { errors, right: count } = checkPermutation([right, swapped, perfect])
    expect(count).toBe(2)
    expect(errors[0][0]).toBeCloseTo((0.0625 / 4 + 3 / 4 + 0) / 3, 12)
  })

  it('does not call two equal pictures swapped', () => {
    const pair = { first: digit, second: digit }
    expect(checkPermutation([{ truth: pair, output: { first: garment, second: digit } }]).right).toBe(1)
  })

  it('is told in a sentence', () => {
    const sentence = (count: number, right: number) => permutationSentence({ count, right, errors: [[0, 1], [1, 0]] })
    expect(sentence(64, 64)).toBe('Each decoder gave its own picture in all 64 pairs.')
    expect(sentence(64, 0)).toMatch(/^The decoders changed places in all 64 pairs/)
    expect(sentence(64, 60)).toMatch(/in 60 of 64 pairs \(93\.8 %\); in the others/)
    expect(sentence(64, 10)).toMatch(/only 10 of 64 pairs \(15\.6 %\)/)
  })
})

describe('the order of a batch', () => {
  // Would catch: the error of one part alone, an order of text, an index that is that of the sorted list.
  it('is by the error of both pictures', () => {
    const pairs = [right, swapped, perfect]
    expect(orderPairs(pairs, 'worst').map(({ index }) => index)).toEqual([1, 0, 2])
    expect(orderPairs(pairs, 'best').map(({ index }) => index)).toEqual([2, 0, 1])
    expect(orderPairs(pairs, 'drawn').map(({ index }) => index)).toEqual([0, 1, 2])
    expect(orderPairs(pairs, 'worst')[1]!.error).toBeCloseTo((0.0625 / 4 + 0.25 / 4) / 2, 12)
  })

  it('leaves pairs of equal error as they were drawn', () => {
    expect(orderPairs([perfect, right, perfect, right], 'worst').map(({ index }) => index)).toEqual([1, 3, 0, 2])
  })

  it('tells mean and standard deviation', () => {
    const { mean, deviation } = errorSpread([{ index: 0, error: 1 }, { index: 1, error: 3 }])
    expect([mean, deviation]).toEqual([2, 1])
    expect(errorSpread([])).toEqual({ mean: 0, deviation: 0 })
  })
})
