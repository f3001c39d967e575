import { describe, expect, it } from 'vitest'
import { added, inStep, shared, type Blocks } from '#main/separation/blocks'

const closed: string[] = []
/** Counts up in blocks of the given sizes, in two channels that differ by 100. */
async function* counting(name: string, ...sizes: number[]): AsyncGenerator<Float32Array[]> {
  let at = 0
  try {
    for (const size of sizes) {
      yield [0, 100].map((more) => Float32Array.from({ length: size }, (_, i) => at + i + more))
      at += size
    }
  } finally {
    closed.push(name)
  }
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

describe('two sounds in step', () => {
  it('come in blocks of equal length, in order, to the end of the shorter one', async () => {
    const pairs = await all(inStep(counting('a', 3, 0, 4, 1), counting('b', 1, 5, 9)))
    expect(pairs.every(([a, b]) => a[0]!.length === b[0]!.length && a[0]!.length > 0)).toBe(true)
    for (const side of [0, 1] as const) {
      expect(pairs.flatMap((pair) => [...pair[side][0]!])).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
      expect(pairs.flatMap((pair) => [...pair[side][1]!])).toEqual([100, 101, 102, 103, 104, 105, 106, 107])
    }
  })

  it('are both closed, also the one that is not read to its end', async () => {
    closed.length = 0
    await all(inStep(counting('short', 2), counting('long', 2, 2, 2)))
    expect(closed.toSorted()).toEqual(['long', 'short'])
  })

  it('add and subtract sample by sample', () => {
    const [a, b] = [[Float32Array.of(1, 2)], [Float32Array.of(10, 30)]]
    expect([...added(a, b)[0]!, ...added(b, a, -1)[0]!]).toEqual([11, 32, 9, 28])
  })
})

describe('one stream for several readers', () => {
  it('gives each of them everything, however they take turns', async () => {
    const [first, second] = shared(counting('source', 1, 2, 3, 4), 2) as [Blocks, Blocks]
    const ahead = first[Symbol.asyncIterator]()
    await ahead.next()
    await ahead.next()
    const sizes = (blocks: readonly (readonly Float32Array[])[]) => blocks.map((block) => block[0]!.length)
    expect(sizes(await all(second))).toEqual([1, 2, 3, 4])
    expect((await ahead.next()).value![0]!.length).toBe(3)
  })

  it('reads the source once where two ask at the same time', async () => {
    const readers = shared(counting('source', 5, 6), 2)
    const [a, b] = await Promise.all(readers.map(all))
    expect(a).toEqual(b)
    expect(a!.length).toBe(2)
  })
})
