import { describe, expect, it } from 'vitest'
import type { Executable } from '#main/engine/engine'
import { measureBlind, measureSeparator } from '#main/separation/heldOutScores'
import type { Separator } from '#main/separation/separator'
import type { ReferencePiece } from '#main/separation/validation'
import { presets } from '#main/training/presets'
import { quietContext } from '#test/soundFiles'

const { model } = presets.conv000
const sampleRate = 44100

/** Vocals below 2 kHz, music above 8 kHz, as loud: easy to tell apart by place alone. */
function piece(name: string, swapped = false): ReferencePiece {
  const tone = (hertz: number) => Float32Array.from({ length: 6 * sampleRate }, (_, i) => 0.2 * Math.sin((2 * Math.PI * hertz * i) / sampleRate))
  const [low, high] = [tone(1000), tone(10_000)]
  const [vocals, music] = swapped ? [high, low] : [low, high]
  return { name, sampleRate, vocals: [vocals, vocals], accompaniment: [music, music] }
}

/** A blind network that gives its first component everything below bin 64 and the second everything above. */
const splitting = network((value, bin) => (bin < 64 ? [value, 0] : [0, value]))
/** One that does not separate. */
const idle = network((value) => [value, value])

function network(split: (value: number, bin: number) => [number, number]): Executable {
  return {
    run: async ({ mixture }) => {
      const parts = [...mixture!].map((value, i) => split(value, i % model.bins))
      return { first: Float32Array.from(parts, ([a]) => a), second: Float32Array.from(parts, ([, b]) => b), reconstruction: mixture! }
    },
    dispose: () => {},
  }
}

describe('what a blind network is worth', () => {
  it('finds the component that is the vocals, whichever it is', async () => {
    const straight = await measureBlind([piece('a')], model, splitting, quietContext())
    const crossed = await measureBlind([piece('b', true)], model, splitting, quietContext())
    for (const { best, fixed } of [straight, crossed]) {
      expect(best).toBeGreaterThan(15)
      expect(fixed).toBeCloseTo(best!, 5)
    }
  })

  it('tells a network whose components change places from one that can be relied on', async () => {
    const { best, fixed } = await measureBlind([piece('a'), piece('b', true)], model, splitting, quietContext())
    expect(best).toBeGreaterThan(15)
    expect(fixed).toBeLessThan(best! - 5)
  })

  it('finds nothing in a network that halves the mixture, though the mixture itself scores worse', async () => {
    const { gain, half, reconstruction } = await measureBlind([piece('a')], model, idle, quietContext())
    expect(gain).toBeCloseTo(0, 2)
    // Half of two equally loud sounds is wrong by half of each: 10·log10(1 / 0.5).
    expect(half).toBeCloseTo(3.01, 1)
    expect(reconstruction).toBeCloseTo(0, 3)
  })
})

describe('what a separator is worth', () => {
  it('is the SDR of both stems, and what is gained over the mixture', async () => {
    const config = presets.tiny.model
    const masks: Executable = { run: async ({ features }) => ({ vocalMask: new Float32Array((features!.length / 5) * 2).fill(0.5) }), dispose: () => {} }
    const separator = { config, engine: {}, batch: 4, masks, dispose: () => {} } as unknown as Separator
    const { vocals, music, mixture, gain } = await measureSeparator([piece('a')], separator, quietContext())
    expect(mixture).toBeCloseTo(0, 1)
    expect(vocals).toBeCloseTo(3.01, 1)
    expect(music).toBeCloseTo(3.01, 1)
    expect(gain).toBeCloseTo(vocals! - mixture!, 5)
  })
})
