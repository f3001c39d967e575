import type { GeneratorConfig } from '#main/models/generate/generatorConfig'
import type { Preset } from '#main/training/presets'
import { decibelPictureDefaults } from '#shared/dsp/decibelPicture'

/** Learns from short sounds. */
const clips = { kind: 'clips', contents: ['clips'] } as const

const standard = {
  family: 'soundvae',
  features: decibelPictureDefaults,
  channels: [512, 256, 128, 64, 32],
  frameStrides: [2, 2, 2, 2, 1],
  latents: 128,
  prior: { kind: 'standard' },
} as const satisfies GeneratorConfig

const mixture = { ...standard, latents: 256, prior: { kind: 'mixture', components: 2, posterior: 'triangular', samples: 3 } } as const satisfies GeneratorConfig

/** As the document has it: Adam as it comes, a rate that stays, weights as they are trained. An epoch is 2,400 digits. */
const training = {
  batchSize: 64,
  learningRate: 5e-4,
  learningRateSchedule: 'constant',
  secondMoment: 0.999,
  weightDecay: 0,
  maxGradientNorm: 1e12,
  averageDecay: 0,
  beta: 1,
  klSchedule: 'constant',
  stepsPerEpoch: 38,
  totalSteps: 38 * 200,
  patience: 1000,
  loss: { reconstructionWeight: 1e6 },
} as const

/** Smaller batches and a rate that falls, which come further in less time. */
const quickly = { ...training, batchSize: 32, learningRate: 1e-3, learningRateSchedule: 'cosine', stepsPerEpoch: 75, totalSteps: 75 * 60 } as const

const mixtureTraining = { ...training, batchSize: 16, stepsPerEpoch: 150, totalSteps: 150 * 15 } as const

/** Networks that make short sounds, the one to begin with first. */
export const generatePresets = {
  generateSmall: {
    ...clips,
    name: 'Sound VAE, small',
    summary: '0.6 million parameters: makes short sounds like those that it learns from; trains in an hour on two cores.',
    model: { ...standard, channels: [16, 32, 64, 64, 32] },
    training: quickly,
  },
  generateTiny: {
    ...clips,
    name: 'Sound VAE, tiny',
    summary: '0.5 million parameters: a third of the work of the small one, in batches of 16, for the first sounds within minutes.',
    model: { ...standard, channels: [8, 16, 32, 64, 32] },
    training: { ...quickly, batchSize: 16, learningRate: 2e-3, stepsPerEpoch: 150, totalSteps: 150 * 60 },
  },
  generateLite: {
    ...clips,
    name: 'Sound VAE, lite',
    summary: '0.7 million parameters: four times the work of the small one, and somewhat clearer sounds.',
    model: { ...standard, channels: [64, 64, 64, 64, 32] },
    training: quickly,
  },
  generateStandard: {
    ...clips,
    name: 'Standard VAE',
    summary: "3.6 million parameters: the document's network of spoken digits, to the last weight; for a graphics card.",
    model: standard,
    training,
  },
  generateMixture: {
    ...clips,
    name: 'Gaussian-mixture VAE',
    summary: '37 million parameters: the document\'s other network, whose prior is a trained mixture of two Gaussians; for a graphics card.',
    model: mixture,
    training: mixtureTraining,
  },
  generateMixtureDiagonal: {
    ...clips,
    name: 'Gaussian-mixture VAE, diagonal',
    summary: 'The same with a diagonal posterior: 3.9 million parameters.',
    model: { ...mixture, prior: { ...mixture.prior, posterior: 'diagonal' } },
    training: mixtureTraining,
  },
  generateMixtureSmall: {
    ...clips,
    name: 'Gaussian-mixture VAE, small',
    summary: 'The diagonal one with the small network, to compare with: 0.7 million parameters.',
    model: { ...mixture, channels: [16, 32, 64, 64, 32], latents: 128, prior: { ...mixture.prior, posterior: 'diagonal' } },
    training: { ...quickly, loss: {} },
  },
} as const satisfies Record<string, Preset>
