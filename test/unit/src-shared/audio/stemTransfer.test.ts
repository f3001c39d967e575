import { describe, expect, it } from 'vitest'
import { altered, transferred } from '#shared/audio/stemTransfer'
import { randomStream } from '#shared/random'

const random = randomStream(11)
const size = 4000
const onGrid = (bits: number, level = 0.9) => Float32Array.from({ length: size }, () => Math.round(random.between(-level, level) * 2 ** (bits - 1)) / 2 ** (bits - 1))
/** A change in the middle only. */
const change = () => Float32Array.from({ length: size }, (_, i) => (i >= 1000 && i < 3000 ? random.between(-0.5, 0.5) : 0))

describe('moving sound from one stem to the other', () => {
  // Would catch: both stems rounded on their own, and samples that are touched where nothing moves.
  it.each([16, 24] as const)('integers of %i bits keep their sum, in range, and stay where nothing moves', (bits) => {
    const [vocals, music, moved] = [onGrid(bits, 0.6), onGrid(bits, 0.4), change()]
    const out = transferred(bits, { vocals: [vocals], music: [music] }, [moved], bits === 16 ? randomStream(1) : undefined)
    const [voice, rest] = [out.vocals[0] as Int32Array, out.music[0] as Int32Array]
    const scale = 2 ** (bits - 1)
    for (let i = 0; i < size; i++) {
      expect(voice[i]! + rest[i]!).toBe((vocals[i]! + music[i]!) * scale)
      if (moved[i] === 0) expect(voice[i]).toBe(vocals[i]! * scale)
      expect(Math.max(Math.abs(voice[i]! + 0.5), Math.abs(rest[i]! + 0.5))).toBeLessThan(scale)
    }
  })

  it.each([16, 24])('floats that came from %i bits keep their sum exactly, also beyond full scale and next to silence', (bits) => {
    for (const level of [1, 2 ** -8]) {
      const scaled = (values: Float32Array) => values.map((value) => Math.round(value * level * 2 ** (bits - 1)) / 2 ** (bits - 1))
      const [vocals, music, moved] = [scaled(onGrid(bits)), scaled(onGrid(bits)), change()]
      const out = transferred(undefined, { vocals: [vocals], music: [music] }, [moved])
      for (let i = 0; i < size; i++) {
        expect(out.vocals[0]![i]! + out.music[0]![i]!).toBe(vocals[i]! + music[i]!)
        if (moved[i] === 0) expect([out.vocals[0]![i], out.music[0]![i]]).toEqual([vocals[i], music[i]])
        else expect(out.vocals[0]![i]).toBeCloseTo(vocals[i]! + moved[i]!, 6)
      }
    }
  })

  // Would catch: a sum that is taken in doubles and loses the tail of the smaller stem where nothing moves.
  it('floats of any kind stay to the bit where nothing moves', () => {
    const vocals = Float32Array.from({ length: size }, () => random.between(-1, 1))
    const music = Float32Array.from({ length: size }, () => random.between(-1, 1) * 2 ** -40)
    const out = transferred(undefined, { vocals: [vocals], music: [music] }, [new Float32Array(size)])
    expect(out.music[0]).toEqual(music)
    expect(out.vocals[0]).toEqual(vocals)
  })
})

describe('changing one stem', () => {
  it('is exact where nothing changes, and limited to full scale in integers only', () => {
    const [stem, added] = [onGrid(24), change()]
    const integers = altered(24, [stem], [added], 4)[0] as Int32Array
    const floats = altered(undefined, [stem], [added], 4)[0]!
    for (let i = 0; i < size; i++) {
      if (added[i] === 0) expect([integers[i], floats[i]]).toEqual([stem[i]! * 2 ** 23, stem[i]])
      else expect(integers[i]! / 2 ** 23).toBeCloseTo(Math.min(1, Math.max(-1, floats[i]!)), 5)
    }
    expect(Math.max(...floats)).toBeGreaterThan(1.5)
  })
})
