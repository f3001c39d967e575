/** A block of each of some sounds, of one length; undefined for those that have ended. */
export type Step = readonly (readonly Float32Array[] | undefined)[]

/** Reads sounds in step until the longest has ended. Holds no more than a block of each. */
export async function* together(sounds: readonly AsyncIterable<readonly Float32Array[]>[]): AsyncGenerator<{ length: number; step: Step }> {
  const readers = sounds.map((blocks) => ({ iterator: blocks[Symbol.asyncIterator](), rest: undefined as readonly Float32Array[] | undefined, ended: false }))
  try {
    for (;;) {
      for (const reader of readers) {
        while (!reader.ended && (reader.rest?.[0]?.length ?? 0) === 0) {
          const { value, done } = await reader.iterator.next()
          reader.ended = done === true
          reader.rest = done ? undefined : value
        }
      }
      const lengths = readers.flatMap(({ rest }) => rest?.[0]?.length ?? [])
      if (lengths.length === 0) return
      const length = Math.min(...lengths)
      yield { length, step: readers.map(({ rest }) => rest?.map((samples) => samples.subarray(0, length))) }
      for (const reader of readers) reader.rest = reader.rest?.map((samples) => samples.subarray(length))
    }
  } finally {
    for (const { iterator } of readers) await iterator.return?.()
  }
}
