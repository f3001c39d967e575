import type { Preset } from '#main/training/presets'

/** Learns to take mixtures of pictures apart, from pictures of two kinds. */
const unmixer = { kind: 'images', contents: ['images'] } as const

const average = { family: 'unmixer', mixing: { rule: 'average', level: 0.5 } } as const

const training = {
  batchSize: 64,
  learningRate: 3e-3,
  weightDecay: 1e-4,
  stepsPerEpoch: 1000,
  totalSteps: 30_000,
  beta: 1e-4,
  patience: 1000,
} as const

/** For networks that see the mixture at full size, which learn from half as many at once in the same time. */
const sharp = { ...training, batchSize: 32, learningRate: 2e-3, totalSteps: 60_000 } as const

/** Networks that take a mixture of a digit and a garment apart, the one to begin with first. */
export const unmixerPresets = {
  unmixSkip: {
    ...unmixer,
    name: 'Unmixer with skips',
    summary: 'A convolutional VAE whose decoders also see the mixture at every level: by far the sharpest, and its pictures always mix to the mixture.',
    model: {
      ...average,
      network: 'skip',
      fieldSide: 1,
      encoderChannels: [32, 48, 64],
      encoderBlocks: [1, 1, 2],
      decoderChannels: [16, 32, 48],
      decoderBlocks: [1, 1, 1],
      latentChannels: 8,
    },
    // The least that keeps the latents close to a normal distribution: what the skips tell is far more exact than any sample.
    training: { ...sharp, beta: 1e-6 },
  },
  unmixDense: {
    ...unmixer,
    name: 'Dense unmixer',
    summary: 'A VAE of dense layers, which draws both pictures from 20 numbers each; to compare with.',
    model: { ...average, network: 'dense', hiddenUnits: [512, 256], latentUnits: 20 },
    training: { ...training, learningRate: 1e-3, totalSteps: 15_000 },
  },
  unmixBottleneck: {
    ...unmixer,
    name: 'Bottleneck unmixer',
    summary: 'A convolutional VAE, which sees a mixture only through its latent maps.',
    model: {
      ...average,
      network: 'bottleneck',
      fieldSide: 2,
      encoderChannels: [48, 64],
      encoderBlocks: [1, 2],
      decoderChannels: [32, 48],
      decoderBlocks: [1, 1],
      latentChannels: 8,
    },
    training,
  },
  unmixUnet: {
    ...unmixer,
    name: 'U-Net for pictures',
    summary: 'As large as the unmixer with skips, without what makes that a VAE; to compare with.',
    model: {
      ...average,
      network: 'unet',
      fieldSide: 1,
      encoderChannels: [32, 48, 64],
      encoderBlocks: [1, 1, 2],
      decoderChannels: [32, 48, 64],
      decoderBlocks: [1, 1, 1],
      latentChannels: 0,
    },
    training: sharp,
  },
  unmixTiny: {
    ...unmixer,
    name: 'Unmixer tiny',
    summary: 'To see pictures being taken apart within seconds.',
    model: {
      ...average,
      network: 'skip',
      fieldSide: 2,
      encoderChannels: [8, 12],
      encoderBlocks: [0, 1],
      decoderChannels: [8, 12],
      decoderBlocks: [0, 1],
      latentChannels: 4,
    },
    training: { ...training, batchSize: 16, learningRate: 5e-3, stepsPerEpoch: 50, totalSteps: 400, averageDecay: 0.98 },
  },
} as const satisfies Record<string, Preset>
