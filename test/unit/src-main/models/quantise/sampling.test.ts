import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { longestSound, polarPicture, soundOfPolarPicture, type PolarConfig } from '#main/datasets/clips/polarPicture'
import type { Engine } from '#main/engine/engine'
import { initialParameters } from '#main/models/initialise'
import { realNvp } from '#main/models/quantise/flow/realNvp'
import { realNvpBeginProgram, realNvpInverseProgram } from '#main/models/quantise/flow/realNvpLoss'
import { mapStatistics, priorVariant } from '#main/models/quantise/flow/variants'
import { rvqDecodeProgram, rvqEncodeProgram, rvqVae } from '#main/models/quantise/rvqVae'
import { takeRunningState } from '#main/models/runningState'
import { createStft } from '#shared/dsp/stft'
import { priorVariants } from '#shared/contract/quantising'
import { randomStream } from '#shared/random'
import { smallRvqVae } from '#test/rvqVaes'
import { openTestEngine, runProgram } from '#test/testEngine'

const polar: PolarConfig = { sampleRate: 8000, fftSize: 32, hopLength: 8, frames: 16, magnitude: 'log' }
const batch = 4

let engine: Engine
beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.dispose())

// Would catch parts whose shapes, names or scales do not go together.
describe.each(priorVariants)('a prior of kind %s', (variant) => {
  it('gives latents that are decoded to sounds, other ones for another seed and the same for the same', async () => {
    const stft = await createStft(polar)
    const random = randomStream(1)
    const sounds = Array.from({ length: batch }, () => Float32Array.from({ length: longestSound(polar) }, () => random.normal()))
    const picture = Float32Array.from(sounds.flatMap((sound) => Array.from(polarPicture(sound, 1, stft, polar))))
    const parameters = initialParameters(rvqVae(smallRvqVae).parameters, random.fork('coder'))
    const { quantised } = await runProgram(engine, rvqEncodeProgram(smallRvqVae, batch), parameters, { picture })
    const { flow } = priorVariant(variant, [4, 4, 4], mapStatistics([quantised!]))
    const config = { ...flow, filters: [3], couplings: 1, residualBlocks: 0 }
    const learned = initialParameters(realNvp(config).parameters, random.fork('prior'))
    takeRunningState({ parameters: learned, average: { ...learned } }, await runProgram(engine, realNvpBeginProgram(config, batch), learned, { map: quantised! }))

    const soundOf = async (seed: number) => {
      const latents = realNvp(config).sample(learned, 1, 0.8, randomStream(seed))
      const { map } = await runProgram(engine, realNvpInverseProgram(config, 1), learned, Object.fromEntries(latents.map((values, i) => [`latent${i}`, values])))
      const decoded = await runProgram(engine, rvqDecodeProgram(smallRvqVae, 1, { snap: true }), parameters, { latent: map! })
      return soundOfPolarPicture(decoded.picture!, 1, stft, polar)
    }
    const [sound, other, again] = [await soundOf(7), await soundOf(8), await soundOf(7)]
    stft.dispose()
    expect(sound.length).toBe(longestSound(polar))
    expect(sound.every(Number.isFinite)).toBe(true)
    expect(sound.some((value) => Math.abs(value) > 1e-4)).toBe(true)
    expect(again).toEqual(sound)
    expect(other).not.toEqual(sound)
  })
})
