import type { OpenSound, SoundItem } from '#main/datasets/check/checkedSounds'
import type { Step } from '#main/datasets/check/together'

export interface StemRelation {
  /** Correlation of vocals and accompaniment, -1 to 1. */
  readonly likeness: number | undefined
  /** Level of mixture minus stems against the mixture, decibels. */
  readonly sumErrorDb: number | undefined
  /** Level of the vocals against the sum of both stems, decibels. */
  readonly vocalsDb: number | undefined
}

/** How vocals, accompaniment and mixture of a song go together. */
export class StemPair {
  /** True where both stems are there at one rate, so that they can be summed. */
  readonly isWhole: boolean
  private readonly hasMixture: boolean
  private product = 0
  private energies: [number, number] = [0, 0]
  private left = 0
  private whole = 0

  constructor({ sounds }: SoundItem, opened: readonly OpenSound[]) {
    const rate = opened[0]?.sampleRate
    this.isWhole = sounds[0]?.role === 'vocals' && opened[1]?.sampleRate === rate
    this.hasMixture = this.isWhole && opened[2]?.sampleRate === rate
  }

  add([vocals, music, mixture]: Step): void {
    if (!this.isWhole) return
    for (const side of [0, 1]) {
      const [v, m, x] = [vocals, music, mixture].map((block) => block?.[Math.min(side, block.length - 1)])
      if (v) this.energies[0] += product(v, v)
      if (m) this.energies[1] += product(m, m)
      if (v && m) this.product += product(v, m)
      if (!this.hasMixture || !(x ?? v ?? m)) continue
      const { length } = (x ?? v ?? m)!
      for (let i = 0; i < length; i++) {
        const mixed = x ? x[i]! : 0
        this.whole += mixed * mixed
        this.left += (mixed - (v ? v[i]! : 0) - (m ? m[i]! : 0)) ** 2
      }
    }
  }

  finish(): StemRelation {
    const [vocals, music] = this.energies
    const scale = Math.sqrt(vocals * music)
    const sum = vocals + music + 2 * this.product
    return {
      likeness: scale > 0 ? this.product / scale : undefined,
      vocalsDb: sum > 0 ? decibels(this.energies[0] / sum) : undefined,
      sumErrorDb: this.hasMixture && this.whole > 0 ? decibels(this.left / this.whole) : undefined,
    }
  }
}

function decibels(ratio: number): number {
  return 10 * Math.log10(Math.max(ratio, 1e-20))
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
