import { createSegmentPlan, type SegmentPlan } from '#shared/dsp/segments'
import type { Quality } from '#shared/contract/separation'

const overlaps: Readonly<Record<Quality, number>> = { fast: 0.25, best: 0.75 }

/** Which overlapping segments of something that arrives piece by piece can be computed, and what is known then. */
export class SegmentWalk {
  private readonly plan: SegmentPlan
  private received = 0
  private done = 0
  private count = Infinity

  /** @param size positions (frames or samples) of a segment */
  constructor(size: number, quality: Quality) {
    this.plan = createSegmentPlan({ size, overlap: overlaps[quality] })
  }

  push(length: number): void {
    this.received += length
  }

  end(): void {
    this.count = this.received === 0 ? 0 : this.plan.count(this.received)
  }

  get finished(): boolean {
    return this.done >= this.count
  }

  /** Positions before this are not needed any more. */
  get origin(): number {
    return this.done * this.plan.step
  }

  /** Positions before this have all that goes into them. */
  get known(): number {
    return this.finished ? this.received : Math.min(this.received, this.origin)
  }

  /**
   * The first positions and the weights of the next `most` segments, or as many as there are at the end; none while some
   * of these are not there yet.
   */
  next(most: number): { start: number; weights: Float32Array }[] {
    const { plan } = this
    // What overlaps a segment decides its weights: it waits until that is there, or is known not to come.
    const ready = Math.floor((this.received - 1 - plan.size) / plan.step) - plan.reach + 2
    const count = this.count === Infinity ? (ready - this.done >= most ? most : 0) : Math.min(most, this.count - this.done)
    const segments = Array.from({ length: Math.max(0, count) }, (_, i) => {
      const index = this.done + i
      return { start: index * plan.step, weights: plan.weights(index, this.count) }
    })
    this.done += segments.length
    return segments
  }
}
