import { quantiserModel, quantiserTraining } from '#main/models/quantise/ablation'
import type { Preset } from '#main/training/presets'
import type { PriorVariant, QuantiserModel } from '#shared/contract/quantising'

/** Learns from short sounds. */
const clips = { kind: 'clips', contents: ['clips'] } as const

/** As the document has it where it says something; it has no decay, no running mean of the weights and no schedule of the rate. */
const training = {
  batchSize: 8,
  learningRate: quantiserTraining.learningRate,
  learningRateSchedule: 'constant',
  secondMoment: 0.999,
  weightDecay: 0,
  averageDecay: 0,
  beta: 0,
  stepsPerEpoch: 300,
  totalSteps: 300 * quantiserTraining.epochs,
  patience: 1000,
  loss: { commitment: quantiserTraining.commitment },
} as const

/** Codebooks of the document's models hardly move, which is why commitment rises in M1 and ever larger ones help; ours follow what chose them. */
function rvq(model: QuantiserModel, name: string, summary: string): Preset {
  const average = model === 'ours' ? 'residuals' : 'as-published'
  return { ...clips, name, summary, model: quantiserModel(model), training: { ...training, codebooks: { average } } }
}

/** A step is costly: a flow over maps of 32 × 32 × 128 is a hundred times as much as what it is decoded by. */
const priorTraining = {
  batchSize: 4,
  learningRate: 1e-3,
  weightDecay: 0,
  averageDecay: 0,
  beta: 0,
  stepsPerEpoch: 50,
  totalSteps: 2000,
  patience: 1000,
} as const

function prior(variant: PriorVariant, name: string, summary: string): Preset {
  return { ...clips, name, summary: `${summary} Start it from a quantised VAE.`, model: { family: 'rvqprior', variant, coder: quantiserModel('ours') }, training: priorTraining }
}

/** The five models of source 004, as it most likely trained them, and ours, which code short sounds as sums of vectors out of codebooks. */
export const quantisePresets = {
  rvqM1: rvq('M1', 'Quantised VAE M1', 'The first of five: codebooks that begin at random, five layers of 128 codes.'),
  rvqM2: rvq('M2', 'Quantised VAE M2', 'M1 whose codebooks begin with Glorot\'s normal distribution.'),
  rvqM3: rvq('M3', 'Quantised VAE M3', 'M2 with a decoder that gives a distribution; the document scrapped it.'),
  rvqM4: rvq('M4', 'Quantised VAE M4', 'M2 whose codebooks follow ten times as slowly.'),
  rvqM5: rvq('M5', 'Quantised VAE M5', 'M4 with eight layers in place of five: the best of the document.'),
  rvqOurs: rvq('ours', 'Quantised VAE', 'Eight layers whose codebooks begin by k-means and replace codes that nobody uses: the one to begin with.'),
  priorPublished: prior('published', 'RealNVP prior', 'Draws codes of a quantised VAE, as the document has it: its samples failed there.'),
  priorSigmoid: prior('sigmoid', 'RealNVP prior, sigmoid', 'The first of three remedies that the document proposes: a sigmoid before the logit.'),
  priorNoPreprocess: prior('noPreprocess', 'RealNVP prior, no preprocess', 'Latents as they are, without a logit.'),
  priorMoreBlocks: prior('moreBlocks', 'RealNVP prior, more blocks', 'The second remedy: five couplings in place of three.'),
  priorMultiModal: prior('multiModal', 'RealNVP prior, several modes', 'The third remedy: a base distribution of four modes.'),
  priorOurs: prior('ours', 'RealNVP prior, ours', 'ActNorm, a base of four modes, and noise that makes codes continuous: the one to begin with.'),
} as const satisfies Record<string, Preset>
