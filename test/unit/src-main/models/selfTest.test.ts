import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '#main/engine/engine'
import { duoVae } from '#main/models/duoVae'
import { initialParameters } from '#main/models/initialise'
import { requireSelfTest, selfTestMask } from '#main/models/selfTest'
import { presets } from '#main/training/presets'
import { randomStream } from '#shared/random'
import { openTestEngine } from '#test/testEngine'

const config = presets.tiny.model
const parameters = initialParameters(duoVae(config).parameters, randomStream(1))

let engine: Engine
let mask: number[]
beforeAll(async () => {
  engine = await openTestEngine()
  mask = await selfTestMask(config, parameters, engine, 5)
})
afterAll(() => engine.dispose())

describe('self-test of a model', () => {
  it('passes for the weights and the card that belong together', async () => {
    await requireSelfTest({ seed: 5, mask }, config, parameters, engine)
  })

  it.each([
    ['weights are others', () => requireSelfTest({ seed: 5, mask }, config, { ...parameters, ...changed() }, engine)],
    ['card describes another network', () => requireSelfTest({ seed: 5, mask }, { ...config, frames: config.frames + 1 }, parameters, engine)],
    ['card holds other masks', () => requireSelfTest({ seed: 5, mask: mask.slice(1) }, config, parameters, engine)],
  ])('fails where the %s', async (_, check) => {
    await expect(check()).rejects.toThrow(expect.objectContaining({ code: 'MODEL_CORRUPT' }))
  })
})

function changed() {
  const name = 'decoder/vocals/output/bias'
  return { [name]: parameters[name]!.map(() => 1) }
}
