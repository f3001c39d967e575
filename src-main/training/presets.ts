import type { BlindVaeConfig } from '#main/models/blindVae'
import type { DetectorVaeConfig } from '#main/models/detect/detectorVae'
import type { GeneratorConfig } from '#main/models/generate/generatorConfig'
import type { SeparatorConfig } from '#main/models/separatorNetwork'
import type { RvqPriorConfig } from '#main/models/quantise/rvqPrior'
import type { RvqVaeConfig } from '#main/models/quantise/rvqVae'
import type { UnmixerConfig } from '#main/models/unmixerConfig'
import { detectPresets } from '#main/training/detectPresets'
import { generatePresets } from '#main/training/generatePresets'
import { quantisePresets } from '#main/training/quantisePresets'
import { unmixerPresets } from '#main/training/unmixerPresets'
import type { DatasetContent } from '#shared/contract/datasets'
import type { NetworkKind } from '#shared/contract/training'
import type { TrainingConfigInput } from '#shared/training/config'

/** A network that can be trained; its `family` says what it is. */
export type NetworkConfig = SeparatorConfig | BlindVaeConfig | UnmixerConfig | RvqVaeConfig | RvqPriorConfig | GeneratorConfig | DetectorVaeConfig

/** A network and the hyper-parameters that go with it. */
export interface Preset {
  readonly name: string
  /** What a user reads when choosing. */
  readonly summary: string
  readonly kind: NetworkKind
  /** Contents of datasets that it can learn from. */
  readonly contents: readonly DatasetContent[]
  readonly model: NetworkConfig
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
  stft,
  frames: 128,
  layout: { groups, pack: 4, framePack: 2 },
  repetition,
  frequencyReduction: 4,
} as const

/** What the smallest networks share, which are there to be tried within seconds. */
const quick = {
  stft: { sampleRate: 44100, fftSize: 2048, hopLength: 1024 },
  frames: 32,
  layout: { groups: [{ firstBin: 0, width: 4, count: 128 }], pack: 4, framePack: 2 },
  repetition: { reach: 128, nearest: 22 },
  encoderChannels: [16, 24, 32],
  frequencyReduction: 4,
} as const

const quickTraining = {
  batchSize: 4,
  totalSteps: 200,
  stepsPerEpoch: 50,
  learningRate: 3e-3,
  averageDecay: 0.98,
  takes: { vocalSeconds: 3, musicSeconds: 6 },
  patches: { vocalPool: 8, musicPool: 4, scenes: 4, reuse: 2 },
} as const

/** Learns to take songs apart, from songs whose parts are known. */
const separator = { kind: 'separator', contents: ['songs'] } as const
/** Learns from mixtures alone. */
const blind = { kind: 'blind', contents: ['songs', 'mixtures'] } as const

const blindStft = { sampleRate: 44100, fftSize: 512, hopLength: 256 } as const

const blindTraining = {
  batchSize: 16,
  learningRate: 1e-3,
  weightDecay: 0,
  stepsPerEpoch: 20,
  totalSteps: 1000,
  betaWarmUp: 1e-9,
  averageDecay: 0,
} as const

export const presets = {
  s: {
    ...separator,
    name: 'DuoVAE S',
    summary: '1.4 million parameters: quick to train and to use.',
    model: { ...fullBand, family: 'duovae', encoderChannels: [64, 80, 112, 144], decoderChannels: [32, 48, 64], latentChannels: 48 },
    training: {},
  },
  m: {
    ...separator,
    name: 'DuoVAE M',
    summary: '2.9 million parameters: better with much data and time.',
    model: { ...fullBand, family: 'duovae', encoderChannels: [80, 112, 160, 224], decoderChannels: [48, 64, 96], latentChannels: 64 },
    training: {},
  },
  tiny: {
    ...separator,
    name: 'DuoVAE tiny',
    summary: '60 thousand parameters: to see training work within seconds.',
    model: { ...quick, family: 'duovae', decoderChannels: [8, 16], latentChannels: 8 },
    training: quickTraining,
  },
  unet: {
    ...separator,
    name: 'U-Net S',
    summary: '1.4 million parameters: as large as DuoVAE S, without what makes that a VAE; to compare with.',
    model: { ...fullBand, family: 'unet', encoderChannels: [64, 80, 112, 144], decoderChannels: [48, 64, 96] },
    training: {},
  },
  unetTiny: {
    ...separator,
    name: 'U-Net tiny',
    summary: '60 thousand parameters: as large as DuoVAE tiny, to compare with within seconds.',
    model: { ...quick, family: 'unet', decoderChannels: [8, 24] },
    training: quickTraining,
  },
  conv000: {
    ...blind,
    name: 'Blind ConvVAE',
    summary: 'The blind convolutional VAE that the project began with: learns without stems, as a baseline.',
    model: {
      family: 'convvae',
      stft: blindStft,
      // Three seconds, the length of the excerpts that it was described with.
      frames: 517,
      bins: 257,
      encoderChannels: [16, 32, 64, 128],
      latentChannels: 64,
      varianceParameter: 'logStd',
    },
    training: blindTraining,
  },
  dense000: {
    ...blind,
    name: 'Blind dense VAE',
    summary: 'The same of dense layers, as large as the convolutional one; to compare with.',
    model: {
      family: 'densevae',
      stft: blindStft,
      // As near to three seconds as groups of frames allow.
      frames: 515,
      bins: 257,
      groupFrames: 5,
      hiddenUnits: [128],
      latentUnits: 32,
      varianceParameter: 'logStd',
    },
    training: blindTraining,
  },
  ...unmixerPresets,
  ...generatePresets,
  ...detectPresets,
  ...quantisePresets,
} as const satisfies Record<string, Preset>

export type PresetId = keyof typeof presets

/** What networks of a family are made for, as their presets say. */
export function kindOfFamily(family: NetworkConfig['family']): NetworkKind {
  return Object.values<Preset>(presets).find(({ model }) => model.family === family)!.kind
}

/** The preset of a separator's network, however many members it has and however it leans; undefined where it is none of ours. */
export function presetOfNetwork(config: SeparatorConfig): PresetId | undefined {
  const network = { ...config, members: undefined, lean: undefined }
  const alike = (other: NetworkConfig) => sorted(other) === sorted(network)
  return (Object.keys(presets) as PresetId[]).find((id) => alike(presets[id].model))
}

/** As text that does not depend on the order of keys. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
}
