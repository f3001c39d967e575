import type { RvqVaeConfig } from '#main/models/quantise/rvqVae'

/** A quantised VAE of pictures of two planes, as small as can be. */
export const smallRvqVae: RvqVaeConfig = {
  family: 'rvqvae',
  sound: { sampleRate: 8000, fftSize: 32, hopLength: 8, magnitude: 'linear' },
  frames: 16,
  bins: 16,
  channels: 2,
  widths: [6, 8],
  quantiser: { layers: 2, codes: 4, dimensions: 4, start: 'glorot', gamma: 0.9, average: 'residuals', restartBelow: 0 },
  probabilistic: false,
}
