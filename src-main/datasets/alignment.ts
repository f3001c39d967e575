import { createFft, fftSizeAtLeast } from '#shared/dsp/fft'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** Where a stem lies in a mixture; or why it does not. */
export type Placement =
  | { kind: 'found'; /** Frame of the mixture at which the stem begins. */ delay: number; /** Factor of the stem in the mixture. */ gain: number }
  /** The sounds have nothing in common. */
  | { kind: 'unlike' }
  /** They belong together, and run at different speeds. */
  | { kind: 'drifting' }

/** Samples that the coarse search may transform at once. */
const coarseLength = 2 ** 21
/** Correlation of the differenced sounds up to which they are strangers; a voice 12 dB above its music leaves 0.24. */
const likeness = 0.2
const stretchLength = 32768
const stretchCount = 8
const gainBlock = 4096

/**
 * Finds a stem in a mixture of the same sample rate, both mono: to the sample by cross-correlation, first coarsely over all
 * delays, then finely; its gain from the blocks in which little else sounds.
 */
export async function placeStem(mixture: Float32Array, stem: Float32Array, context: WorkContext): Promise<Placement> {
  const factor = Math.max(8, Math.ceil((mixture.length + stem.length) / coarseLength))
  const coarse = factor * (await coarseDelay(thinned(mixture, factor), thinned(stem, factor)))
  await checkpointCancel(context)
  const stretches = correlatedStretches(mixture, stem, coarse, 2 * factor)
  if (stretches.length === 0) return { kind: 'unlike' }
  const total = stretches[0]!.correlation.map((_, i) => stretches.reduce((sum, { correlation }) => sum + correlation[i]!, 0))
  const best = strongest(total)
  const alike = stretches.filter(isLike)
  if (alike.length * 4 < stretches.length || alike.length === 0) return { kind: 'unlike' }
  const elsewhere = alike.filter(({ correlation }) => Math.abs(strongest(correlation) - best) > 1)
  if (elsewhere.length * 3 > alike.length) return { kind: 'drifting' }
  const delay = coarse + best - 2 * factor
  return { kind: 'found', delay, gain: stemGain(mixture, stem, delay) }
}

/** The differences of means over `factor` samples: music's weight is in the bass, which tells little of time. */
function thinned(signal: Float32Array, factor: number): Float32Array {
  const out = new Float32Array(Math.floor(signal.length / factor))
  let before = 0
  for (let i = 0; i < out.length; i++) {
    let mean = 0
    for (let j = 0; j < factor; j++) mean += signal[i * factor + j]! / factor
    out[i] = mean - before
    before = mean
  }
  return out
}

/** The delay with the strongest correlation of either sign. */
async function coarseDelay(mixture: Float32Array, stem: Float32Array): Promise<number> {
  const fft = await createFft(fftSizeAtLeast(mixture.length + stem.length))
  try {
    const transform = (signal: Float32Array) => {
      const padded = new Float32Array(fft.size)
      padded.set(signal)
      const spectrum = { re: new Float32Array(fft.bins), im: new Float32Array(fft.bins) }
      fft.forward(padded, spectrum.re, spectrum.im)
      return spectrum
    }
    const [a, b] = [transform(mixture), transform(stem)]
    for (let k = 0; k < fft.bins; k++) {
      const [re, im] = [a.re[k]! * b.re[k]! + a.im[k]! * b.im[k]!, a.im[k]! * b.re[k]! - a.re[k]! * b.im[k]!]
      a.re[k] = re
      a.im[k] = im
    }
    const correlation = new Float32Array(fft.size)
    fft.inverse(a.re, a.im, correlation)
    const at = strongest(correlation)
    return at < mixture.length ? at : at - fft.size
  } finally {
    fft.dispose()
  }
}

interface Stretch {
  /** By delay, from the smallest that is tried. */
  readonly correlation: number[]
  readonly mixtureEnergy: number
  readonly stemEnergy: number
}

/** Stretches of what both cover, where the stem sounds, correlated at every delay within `reach` of `centre`. */
function correlatedStretches(mixture: Float32Array, stem: Float32Array, centre: number, reach: number): Stretch[] {
  const [from, to] = [Math.max(1, 1 + reach - centre), Math.min(stem.length, mixture.length - centre - reach)]
  const length = Math.min(stretchLength, to - from)
  if (length < 1024) return []
  const count = Math.min(stretchCount, Math.ceil((to - from) / length))
  const stretches = Array.from({ length: count }, (_, number) => {
    const start = Math.floor(from + (number * (to - from - length)) / Math.max(1, count - 1))
    return correlate(differences(mixture, start + centre - reach, length + 2 * reach), differences(stem, start, length))
  })
  const loudest = Math.max(...stretches.map(({ stemEnergy }) => stemEnergy))
  return stretches.filter(({ stemEnergy }) => stemEnergy > 1e-3 * loudest && stemEnergy > 0)
}

/** Correlates a stretch of the stem with the mixture around it, at each place where it fits in. */
function correlate(around: Float32Array, stem: Float32Array): Stretch {
  const reach = (around.length - stem.length) / 2
  const correlation = Array.from({ length: 2 * reach + 1 }, (_, shift) => {
    let product = 0
    for (let i = 0; i < stem.length; i++) product += stem[i]! * around[i + shift]!
    return product
  })
  return { correlation, mixtureEnergy: energy(around.subarray(reach, reach + stem.length)), stemEnergy: energy(stem) }
}

function differences(signal: Float32Array, start: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => signal[start + i]! - signal[start + i - 1]!)
}

function energy(signal: Float32Array): number {
  let total = 0
  for (let i = 0; i < signal.length; i++) total += signal[i]! ** 2
  return total
}

function isLike({ correlation, mixtureEnergy, stemEnergy }: Stretch): boolean {
  return Math.abs(correlation[strongest(correlation)]!) > likeness * Math.sqrt(mixtureEnergy * stemEnergy)
}

/**
 * The most likely factor of a stem in a mixture, when what else sounds is noise whose level differs from block to block: the
 * blocks with little else decide.
 */
function stemGain(mixture: Float32Array, stem: Float32Array, delay: number): number {
  const blocks = blockProducts(mixture, stem, delay)
  const floor = 1e-10 * (sum(blocks.map(({ mm }) => mm)) / blocks.length) + 1e-20
  const rest = ({ mm, ms, ss }: BlockProducts, gain: number) => Math.max(0, mm - 2 * gain * ms + gain ** 2 * ss) + floor
  const surprise = (gain: number) => sum(blocks.map((block) => Math.log(rest(block, gain)))) / blocks.length
  let gain = sum(blocks.map(({ ms }) => ms)) / sum(blocks.map(({ ss }) => ss))
  for (let round = 0; round < 40; round++) {
    const weights = blocks.map((block) => 1 / rest(block, gain))
    gain = sum(blocks.map(({ ms }, i) => weights[i]! * ms)) / sum(blocks.map(({ ss }, i) => weights[i]! * ss))
  }
  // Most mixtures are made without a change of level; what can't be told from that is taken for it.
  const plain = Math.sign(gain)
  return surprise(plain) <= surprise(gain) + 1e-3 ? plain : gain
}

interface BlockProducts {
  readonly mm: number
  readonly ms: number
  readonly ss: number
}

function blockProducts(mixture: Float32Array, stem: Float32Array, delay: number): BlockProducts[] {
  const [from, to] = [Math.max(0, -delay), Math.min(stem.length, mixture.length - delay)]
  const blocks: BlockProducts[] = []
  for (let start = from; start < to; start += gainBlock) {
    let [mm, ms, ss] = [0, 0, 0]
    for (let i = start; i < Math.min(to, start + gainBlock); i++) {
      const [m, s] = [mixture[i + delay]!, stem[i]!]
      mm += m * m
      ms += m * s
      ss += s * s
    }
    if (ss > 0) blocks.push({ mm, ms, ss })
  }
  return blocks
}

function strongest(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i]!) > Math.abs(values[best]!)) best = i
  return best
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
