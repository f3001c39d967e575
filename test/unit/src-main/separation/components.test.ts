import { describe, expect, it } from 'vitest'
import type { Executable } from '#main/engine/engine'
import { hearComponents } from '#main/separation/components'
import { hearBlind } from '#main/training/hearBlind'
import { measureSdr } from '#shared/metrics/sdr'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'

const sampleRate = 44100
const config = { stft: { sampleRate, fftSize: 512, hopLength: 256 }, frames: 64, bins: 257 }
const length = 40_000

/** A deep tone on the left and hiss above 8 kHz on the right; both in the middle. */
function sounds() {
  const random = randomStream(1)
  const hiss = Float32Array.from({ length }, () => random.normal() * 0.05)
  const high = hiss.map((value, i) => value - ((hiss[i - 1] ?? 0) + (hiss[i - 2] ?? 0) + (hiss[i - 3] ?? 0)) / 3)
  const tone = Float32Array.from({ length }, (_, i) => 0.4 * Math.sin((2 * Math.PI * 440 * i) / sampleRate))
  return { low: { sampleRate, channels: [tone, tone.map((value) => value / 2)] }, high: { sampleRate, channels: [high.map((value) => value / 2), high] } }
}

/** Says that the first component is what lies below bin 40, and the second the rest, and tells the mixture as it is. */
const knowing: Executable = {
  async run({ mixture }) {
    const part = (mine: (bin: number) => boolean) => mixture!.map((value, i) => (mine(i % config.bins) ? value : value - 1.5))
    return { first: part((bin) => bin < 40), second: part((bin) => bin >= 40), reconstruction: mixture!.slice() }
  },
  dispose() {},
}

describe('components of a blind network', () => {
  const { low, high } = sounds()
  const mixture = { sampleRate, channels: low.channels.map((samples, side) => samples.map((value, i) => value + high.channels[side]![i]!)) }

  it('are masks on the mixture in stereo, and add up to it', async () => {
    const { first, second } = await hearComponents(mixture, config, knowing, quietContext())
    expect(measureSdr(low, first).usdr).toBeGreaterThan(15)
    for (let i = 0; i < length; i += 11) expect(first.channels[0]![i]! + second.channels[0]![i]!).toBeCloseTo(mixture.channels[0]![i]!, 6)
    const loudness = (samples: Float32Array) => samples.reduce((sum, value) => sum + value * value, 0)
    expect(loudness(first.channels[1]!) / loudness(first.channels[0]!)).toBeCloseTo(0.25, 1)
  })

  // What lies more than 80 dB below the loudest is raised to there; nothing else may be lost on the way.
  it('come with a reconstruction that is the mixture where the network is perfect, across the seams of its patches', async () => {
    const { reconstruction } = await hearComponents(mixture, config, knowing, quietContext())
    const mono = { sampleRate, channels: [mixture.channels[0]!.map((value, i) => (value + mixture.channels[1]![i]!) / 2)] }
    expect(measureSdr(mono, reconstruction).usdr).toBeGreaterThan(40)
  })

  it('are measured against the part that they fit, whichever comes first', async () => {
    const clip = (targets: Record<string, typeof low>) => ({ name: 'a', split: 'validation' as const, mixture, span: { start: 0, end: length }, targets })
    const straight = await hearBlind(clip({ vocals: low, accompaniment: high }), config, knowing, quietContext())
    const crossed = await hearBlind(clip({ vocals: high, accompaniment: low }), config, knowing, quietContext())
    expect(straight.sdr.first).toBeGreaterThan(15)
    expect(crossed.sdr).toEqual(straight.sdr)
    expect((await hearBlind(clip({}), config, knowing, quietContext())).sdr).toEqual({ reconstruction: straight.sdr.reconstruction })
  })
})
