/** How a codebook is used by all that was encoded. */
export interface CodeUsage {
  /** Codes that were chosen at least once. */
  readonly used: number
  /** exp of the entropy of how often each was chosen: from 1, all the same, to the number of codes, all alike. */
  readonly perplexity: number
  /** How often each code was chosen. */
  readonly counts: readonly number[]
}

/** Counts codes over any number of batches, for charts of a whole collection. */
export class CodeUsageMeter {
  private readonly counts: Float64Array[]

  constructor(layers: number, private readonly codes: number) {
    this.counts = Array.from({ length: layers }, () => new Float64Array(codes))
  }

  /** Adds numbers of codes, `[position, layer]`, as `rvqEncodeProgram` gives them. */
  add(numbers: Float32Array): void {
    const layers = this.counts.length
    numbers.forEach((code, i) => this.counts[i % layers]![code]!++)
  }

  /** Of every layer, first to last; a perplexity of 0 where nothing was added. */
  result(): CodeUsage[] {
    return this.counts.map((counts) => {
      const total = counts.reduce((a, b) => a + b, 0)
      const entropy = counts.reduce((sum, count) => (count > 0 ? sum - (count / total) * Math.log(count / total) : sum), 0)
      const used = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0)
      return { used, perplexity: total > 0 ? Math.exp(Math.min(entropy, Math.log(this.codes))) : 0, counts: [...counts] }
    })
  }
}
