import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Program } from '#main/engine/engine'
import type { Tensor4D } from '#main/engine/tf'
import { pictureShape } from '#main/models/unmixer'
import { mixTensors, unmixByMask } from '#main/models/unmixing'
import { mixingRules, mixPictures, pictureSize, type Mixing } from '#shared/images/mixing'
import { randomStream } from '#shared/random'
import { openRungs, type FoundRung } from '#test/engines'
import { runProgram } from '#test/testEngine'
import { batchOf, blobPicture } from '#test/unmixers'

const levels = [0, 1e-7, 1e-3, 0.3, 0.5, 0.7, 0.999, 1]
const mixings: Mixing[] = mixingRules.flatMap((rule) => (rule === 'alpha' ? levels : [0.5]).map((level) => ({ rule, level })))

const first = batchOf([blobPicture(1), blobPicture(2)])
const second = batchOf([blobPicture(3), blobPicture(4)])

/** Masks of every kind: none, all, halves, and any. */
function masks(): Float32Array {
  const random = randomStream(5)
  const some = [0, 1, 0.5, 1e-7, 1 - 1e-7]
  return Float32Array.from({ length: 2 * pictureSize }, (_, i) => (i % 3 === 0 ? some[Math.floor(i / 3) % some.length]! : random.uniform()))
}

function unmixing({ rule }: Mixing): Program {
  const shape = pictureShape(2)
  return {
    name: `unmixing ${rule}`,
    parameters: {},
    inputs: { mask: shape, mixture: shape, level: [1] },
    run(_, inputs) {
      const pair = unmixByMask(inputs.mask as Tensor4D, inputs.mixture as Tensor4D, rule, inputs.level!)
      return { ...pair, mixture: mixTensors(pair, rule, inputs.level!) }
    },
  }
}

const furthest = (a: Float32Array, b: Float32Array) => a.reduce((most, value, i) => Math.max(most, Number.isNaN(value) ? Infinity : Math.abs(value - b[i]!)), 0)

let rungs: FoundRung[]
beforeAll(async () => {
  const program = unmixing({ rule: 'average', level: 0.5 })
  const none = new Float32Array(2 * pictureSize)
  rungs = await openRungs((engine) => runProgram(engine, program, {}, { mask: none, mixture: none, level: Float32Array.of(0) }))
})
afterAll(() => Promise.all(rungs.map((rung) => 'engine' in rung && rung.engine.dispose())))

describe.each(mixings)('pictures by a mask, rule $rule, level $level', (mixing) => {
  // Would catch an interval that is a little too wide or too narrow, a division by a weight of 0, and rounding that a small weight blows up.
  it('are in range and mix to the mixture on every engine, whatever the mask', async () => {
    const mixture = mixPictures(first, second, mixing)
    for (const rung of rungs) {
      if (!('engine' in rung)) continue
      const found = await runProgram(rung.engine, unmixing(mixing), {}, { mask: masks(), mixture, level: Float32Array.of(mixing.level) })
      for (const picture of [found.first!, found.second!]) expect(picture.every((value) => value >= 0 && value <= 1), rung.id).toBe(true)
      expect(furthest(mixPictures(found.first!, found.second!, mixing), mixture), rung.id).toBeLessThanOrEqual(1e-6)
      expect(furthest(found.mixture!, mixture), rung.id).toBeLessThanOrEqual(1e-6)
    }
  })

  // Would catch a family that leaves pictures out: then no network could ever be right.
  it('can be any that mix to it: some mask gives back the true ones', async () => {
    const mixture = mixPictures(first, second, mixing)
    const [engine] = rungs.flatMap((found) => ('engine' in found ? [found.engine] : []))
    const extreme = async (value: number) => runProgram(engine!, unmixing(mixing), {}, { mask: mixture.map(() => value), mixture, level: Float32Array.of(mixing.level) })
    const [brightest, darkest] = [await extreme(1), await extreme(0)]
    // A rounding error of the mixture counts the more, the less of it is the picture's.
    const slack = mixing.rule === 'alpha' ? 2e-7 / Math.max(1e-7, Math.min(mixing.level, 1 - mixing.level)) : 1e-6
    // Below a weight of a millionth a picture is nothing that a mixture could tell.
    const told = mixing.rule === 'alpha' ? { first: mixing.level > 1e-6, second: mixing.level < 1 - 1e-6 } : { first: true, second: true }
    if (told.first) expect(first.every((value, i) => value <= brightest.first![i]! + slack && value >= darkest.first![i]! - slack)).toBe(true)
    if (told.second) expect(second.every((value, i) => value >= brightest.second![i]! - slack && value <= darkest.second![i]! + slack)).toBe(true)
  })
})

describe('mixing of tensors', () => {
  it.each(mixings)('is that of arrays for rule $rule, level $level', async (mixing) => {
    const shape = pictureShape(2)
    const program: Program = {
      name: `mixing ${mixing.rule}`,
      parameters: {},
      inputs: { first: shape, second: shape, level: [1] },
      run: (_, inputs) => ({ mixture: mixTensors({ first: inputs.first as Tensor4D, second: inputs.second as Tensor4D }, mixing.rule, inputs.level!) }),
    }
    for (const rung of rungs) {
      if (!('engine' in rung)) continue
      const { mixture } = await runProgram(rung.engine, program, {}, { first, second, level: Float32Array.of(mixing.level) })
      expect(furthest(mixture!, mixPictures(first, second, mixing)), rung.id).toBeLessThan(1e-6)
    }
  })
})
