import type { NamedArrays } from '#main/engine/engine'

/**
 * Runs `run` over `count` things, `batch` at a time, and gives all its outputs as if they had been one batch. Arrays begin with
 * the axis of things; the last batch is filled up with zeros.
 */
export async function inBatches(inputs: NamedArrays, count: number, batch: number, run: (inputs: NamedArrays) => Promise<NamedArrays>): Promise<NamedArrays> {
  const outputs: Record<string, Float32Array> = {}
  for (let from = 0; from < count; from += batch) {
    const many = Math.min(batch, count - from)
    const part = await run(mapValues(inputs, (values) => slice(values, from, many, count, batch)))
    for (const [name, values] of Object.entries(part)) {
      const size = values.length / batch
      outputs[name] ??= new Float32Array(count * size)
      outputs[name].set(values.subarray(0, many * size), from * size)
    }
  }
  return outputs
}

function slice(values: Float32Array, from: number, many: number, count: number, batch: number): Float32Array {
  const size = values.length / count
  const out = new Float32Array(batch * size)
  out.set(values.subarray(from * size, (from + many) * size))
  return out
}

function mapValues(arrays: NamedArrays, change: (values: Float32Array) => Float32Array): NamedArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, change(values)]))
}
