import { expect, it } from 'vitest'
import { sizeOf } from '#main/engine/engine'
import { duoVae, latentShape, sampledMaskProgram } from '#main/models/duoVae'
import { initialParameters } from '#main/models/initialise'
import { presets } from '#main/training/presets'
import { maskProgram } from '#main/models/separatorNetwork'
import { featureShape } from '#main/models/spectralNetwork'
import { randomStream } from '#shared/random'
import { openTestEngine } from '#test/testEngine'

// Would catch: noise that reaches only one decoder, or none, and a sample that is not centred on the mean.
it('masks of latent samples are those of the means where the noise is 0, and move with the noise of either stem', async () => {
  const config = presets.tiny.model
  const engine = await openTestEngine()
  const random = randomStream(4)
  const normal = (size: number) => Float32Array.from({ length: size }, () => random.normal())
  const parameters = initialParameters(duoVae(config).parameters, random)
  const [plain, sampled] = [await engine.compile(maskProgram(config, 1), parameters), await engine.compile(sampledMaskProgram(config, 1), parameters)]
  const features = normal(sizeOf(featureShape(config, 1)))
  const size = sizeOf(latentShape(config, 1))
  const none = new Float32Array(size)
  const masks = async (vocalNoise: Float32Array, musicNoise: Float32Array) => (await sampled.run({ features, vocalNoise, musicNoise })).vocalMask!.slice()
  const distance = (a: Float32Array, b: Float32Array) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

  const mean = (await plain.run({ features })).vocalMask!.slice()
  expect(distance(await masks(none, none), mean)).toBeLessThan(1e-5)
  expect(distance(await masks(normal(size), none), mean)).toBeGreaterThan(1e-3)
  expect(distance(await masks(none, normal(size)), mean)).toBeGreaterThan(1e-3)
  plain.dispose()
  sampled.dispose()
  await engine.dispose()
})
