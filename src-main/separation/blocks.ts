/** Sound in blocks of one Float32Array a channel, of any sizes. */
export type Blocks = AsyncIterable<readonly Float32Array[]>

/**
 * Reads two sounds of equally many channels in step: blocks of equal length, which end with the shorter sound.
 * Holds no more than a block of each.
 */
export async function* inStep(a: Blocks, b: Blocks): AsyncGenerator<[Float32Array[], Float32Array[]]> {
  const readers = [a, b].map((blocks) => ({ iterator: blocks[Symbol.asyncIterator](), rest: [] as readonly Float32Array[] }))
  try {
    for (;;) {
      for (const reader of readers) {
        while ((reader.rest[0]?.length ?? 0) === 0) {
          const { value, done } = await reader.iterator.next()
          if (done) return
          reader.rest = value
        }
      }
      const length = Math.min(...readers.map(({ rest }) => rest[0]!.length))
      const heads = readers.map(({ rest }) => rest.map((samples) => samples.subarray(0, length)))
      for (const reader of readers) reader.rest = reader.rest.map((samples) => samples.subarray(length))
      yield heads as [Float32Array[], Float32Array[]]
    }
  } finally {
    for (const { iterator } of readers) await iterator.return?.()
  }
}

/** Sum, or difference, of two blocks of one shape. */
export function added(a: readonly Float32Array[], b: readonly Float32Array[], sign = 1): Float32Array[] {
  return a.map((samples, channel) => {
    const other = b[channel]!
    return samples.map((value, i) => value + sign * other[i]!)
  })
}

/**
 * Serves one stream to some readers that take turns in any order; what one has read and another has not is kept.
 * Whoever opened the stream closes it.
 */
export function shared<T>(source: AsyncIterable<T>, readers: number): AsyncIterable<T>[] {
  const iterator = source[Symbol.asyncIterator]()
  const queues: T[][] = Array.from({ length: readers }, () => [])
  let reading: Promise<boolean> | undefined
  const readOn = async () => {
    const { value, done } = await iterator.next()
    reading = undefined
    if (!done) for (const queue of queues) queue.push(value)
    return !done
  }
  return queues.map((queue) => ({
    async *[Symbol.asyncIterator]() {
      for (;;) {
        if (queue.length === 0 && !(await (reading ??= readOn())) && queue.length === 0) return
        const value = queue.shift()
        if (value !== undefined) yield value
      }
    },
  }))
}
