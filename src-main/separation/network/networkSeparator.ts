import type { Engine } from '#main/engine/engine'
import { fitNetwork, probeNetwork } from '#main/separation/network/contract'
import { NetworkSamples } from '#main/separation/network/networkSamples'
import { NetworkSpectra } from '#main/separation/network/networkSpectra'
import type { SongSeparator } from '#main/separation/separator'
import { samplesOfSpectra, vocalsAtRate } from '#main/separation/vocalStream'
import type { NetworkAdapter } from '#shared/contract/networkAdapter'
import { createStft } from '#shared/dsp/stft'
import { AppError } from '#shared/errors'

/** What a network answered when it was imported. */
export interface NetworkSelfTest {
  readonly seed: number
  readonly values: readonly number[]
}

/** Part of the size of the answer by which engines may differ. */
const tolerance = 1e-2

/**
 * Makes a network that was made elsewhere ready on an engine of ONNX Runtime.
 * @param expected what it answered before; without, nothing is compared
 * @throws AppError MODEL_INCOMPATIBLE where it is not as its adapter says; MODEL_CORRUPT where it answers otherwise than before;
 *   ENGINE_UNAVAILABLE, ENGINE_OUT_OF_MEMORY, ENGINE_LOST
 */
export async function openNetworkSeparator(
  model: Uint8Array,
  adapter: NetworkAdapter,
  engine: Engine,
  batch: number,
  expected?: NetworkSelfTest,
): Promise<SongSeparator> {
  if (!engine.openNetwork) throw new AppError('ENGINE_UNAVAILABLE', `${engine.label} can't compute ONNX networks. ONNX Runtime is needed, and does not load here.`)
  const network = await engine.openNetwork(model)
  try {
    const fitted = fitNetwork(network, adapter, batch)
    if (expected) requireSame(await probeNetwork(fitted, expected.seed), expected.values, engine)
    return {
      engine,
      vocals: (input, { quality }, context) => vocalsAtRate(input, adapter.sampleRate, () => openSamples(quality, input.channels), context),
      dispose: () => network.dispose(),
    }
    async function openSamples(quality: 'fast' | 'best', channels: number) {
      if (!adapter.stft) return new NetworkSamples(fitted, quality, channels)
      const stft = await createStft(adapter.stft)
      return samplesOfSpectra(stft, new NetworkSpectra(fitted, quality, channels, stft.bins), channels)
    }
  } catch (error) {
    network.dispose()
    throw error
  }
}

function requireSame(found: readonly number[], expected: readonly number[], engine: Engine): void {
  const power = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0)
  const error = Math.sqrt(power(found.map((value, i) => value - (expected[i] ?? NaN))))
  if (found.length === expected.length && error <= tolerance * Math.sqrt(power(expected)) + 1e-6) return
  const message = `The network failed its self-test on ${engine.label}: it answers otherwise than when it was imported.`
  throw new AppError('MODEL_CORRUPT', `${message} It was not used; import it again, or choose another model.`)
}
