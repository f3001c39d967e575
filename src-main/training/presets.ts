import type { ConvVaeConfig } from '#main/models/convVae'
import type { DuoVaeConfig } from '#main/models/duoVae'
import type { TrainingConfigInput } from '#shared/training/config'

/** A network and the hyper-parameters that go with it. */
export interface Preset {
  /** What a user reads when choosing. */
  readonly summary: string
  readonly model: DuoVaeConfig | ConvVaeConfig
  readonly training: TrainingConfigInput
}

const stft = { sampleRate: 44100, fftSize: 4096, hopLength: 1024 } as const

// One row a bin up to 2.7 kHz, where almost all of a voice's energy lies, three bins a row up to 11 kHz.
const groups = [
  { firstBin: 0, width: 1, count: 256 },
  { firstBin: 256, width: 3, count: 256 },
] as const

// Twelve seconds either way hold several bars of most songs; half a second is no repetition but the same note.
const repetition = { reach: 516, nearest: 22 } as const

/** What the networks that are made to be used share; they differ in their channels. */
const fullBand = {
  family: 'duovae',
  stft,
  frames: 128,
  layout: { groups, pack: 4, framePack: 2 },
  repetition,
  frequencyReduction: 4,
} as const

export const presets = {
  s: {
    summary: '1.4 million parameters: quick to train and to use.',
    model: {
      ...fullBand,
      encoderChannels: [64, 80, 112, 144],
      decoderChannels: [32, 48, 64],
      latentChannels: 48,
    },
    training: {},
  },
  m: {
    summary: '2.9 million parameters: better with much data and time.',
    model: {
      ...fullBand,
      encoderChannels: [80, 112, 160, 224],
      decoderChannels: [48, 64, 96],
      latentChannels: 64,
    },
    training: {},
  },
  tiny: {
    summary: '60 thousand parameters: to see training work within seconds.',
    model: {
      family: 'duovae',
      stft: { sampleRate: 44100, fftSize: 2048, hopLength: 1024 },
      frames: 32,
      layout: { groups: [{ firstBin: 0, width: 4, count: 128 }], pack: 4, framePack: 2 },
      repetition: { reach: 128, nearest: 22 },
      encoderChannels: [16, 24, 32],
      decoderChannels: [8, 16],
      latentChannels: 8,
      frequencyReduction: 4,
    },
    training: {
      batchSize: 4,
      totalSteps: 200,
      stepsPerEpoch: 50,
      learningRate: 3e-3,
      averageDecay: 0.98,
      takes: { vocalSeconds: 3, musicSeconds: 6 },
      patches: { vocalPool: 8, musicPool: 4, scenes: 4, reuse: 2 },
    },
  },
  conv000: {
    summary: 'The blind convolutional VAE that the project began with: learns without stems, as a baseline.',
    model: {
      family: 'convvae',
      stft: { sampleRate: 44100, fftSize: 512, hopLength: 256 },
      // Three seconds, the length of the excerpts that it was described with.
      frames: 517,
      bins: 257,
      encoderChannels: [16, 32, 64, 128],
      latentChannels: 64,
      varianceParameter: 'logStd',
    },
    training: { batchSize: 16, learningRate: 1e-3, weightDecay: 0, stepsPerEpoch: 20, totalSteps: 1000, betaWarmUp: 1e-9, averageDecay: 0 },
  },
} as const satisfies Record<string, Preset>

export type PresetId = keyof typeof presets
