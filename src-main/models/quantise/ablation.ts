import type { RvqVaeConfig } from '#main/models/quantise/rvqVae'
import type { QuantiserModel } from '#shared/contract/quantising'

/** Weight of the commitment, Adam's learning rate and epochs that the document has. */
export const quantiserTraining = { commitment: 0.25, learningRate: 3e-4, epochs: 40 } as const

const basic: RvqVaeConfig = {
  family: 'rvqvae',
  sound: { sampleRate: 8000, fftSize: 256, hopLength: 48, magnitude: 'log' },
  frames: 128,
  bins: 128,
  channels: 2,
  widths: [32, 64],
  quantiser: { layers: 5, codes: 128, dimensions: 128, start: 'uniform', gamma: 0.99, average: 'residuals', restartBelow: 0 },
  probabilistic: false,
}

/** The document does not say how many layers "more" are. */
const moreLayers = 8

const changes: Record<QuantiserModel, Partial<RvqVaeConfig['quantiser']> & { probabilistic?: boolean }> = {
  M1: {},
  M2: { start: 'glorot' },
  // It was scrapped: the later models go on from M2.
  M3: { start: 'glorot', probabilistic: true },
  M4: { start: 'glorot', gamma: 0.999 },
  M5: { start: 'glorot', gamma: 0.999, layers: moreLayers },
  ours: { start: 'kMeans', gamma: 0.99, layers: moreLayers, restartBelow: 0.05 },
}

/** One of the models; `average` says whether codebooks follow the residuals or, as most likely in the document, themselves. */
export function quantiserModel(model: QuantiserModel, average: RvqVaeConfig['quantiser']['average'] = 'residuals'): RvqVaeConfig {
  const { probabilistic = false, ...quantiser } = changes[model]
  return { ...basic, probabilistic, quantiser: { ...basic.quantiser, ...quantiser, average } }
}
