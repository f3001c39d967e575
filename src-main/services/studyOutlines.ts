import type { StudyMeasure, StudyOutline, StudyRequest } from '#shared/contract/studies'
import { pictureLosses, reconstructionLosses, type KlSchedule, type PictureLoss } from '#shared/training/config'

/** A run of a study, but for its data. */
export interface PlannedRow {
  readonly id: string
  readonly factors: Readonly<Record<string, string>>
  readonly seed: number
  readonly presetId: string
  readonly overrides: Readonly<Record<string, unknown>>
}

/** One combination of what a study asks about. */
interface Case {
  readonly factors: Readonly<Record<string, string>>
  readonly presetId: string
  readonly overrides: Readonly<Record<string, unknown>>
}

interface Outline extends Omit<StudyOutline, 'variants'> {
  readonly variants: readonly { readonly id: string; readonly name: string; cases(): Case[] }[]
  readonly measures: readonly StudyMeasure[]
}

const separated: readonly StudyMeasure[] = [
  { id: 'vocals', name: 'Vocals SDR', unit: 'dB', higherIsBetter: true },
  { id: 'gain', name: 'Gain over the mixture', unit: 'dB', higherIsBetter: true },
  { id: 'music', name: 'Music SDR', unit: 'dB', higherIsBetter: true },
]
const blindly: readonly StudyMeasure[] = [
  { id: 'reconstruction', name: 'Error of the mixture', unit: 'dB', higherIsBetter: false },
  { id: 'best', name: 'Vocals SDR, best pairing', unit: 'dB', higherIsBetter: true },
  { id: 'fixed', name: 'Vocals SDR, one pairing', unit: 'dB', higherIsBetter: true },
  { id: 'gain', name: 'Gain over halving', unit: 'dB', higherIsBetter: true },
  { id: 'kl', name: 'KL', unit: 'nats', higherIsBetter: true },
]
const unmixed: readonly StudyMeasure[] = [
  { id: 'mse', name: 'MSE', unit: '', higherIsBetter: false, decimals: 5 },
  { id: 'psnr', name: 'PSNR', unit: 'dB', higherIsBetter: true },
  { id: 'ssim', name: 'SSIM', unit: '', higherIsBetter: true, decimals: 4 },
  { id: 'kl', name: 'KL', unit: 'nats a pixel', higherIsBetter: true, decimals: 4 },
]
const speed: StudyMeasure = { id: 'seconds', name: 'Training', unit: 's', higherIsBetter: false }

const betas = [0, 0.001, 0.1] as const
const lossNames = { mse: 'squared error', l1: 'absolute error', crossEntropy: 'cross-entropy' } as const

const blindLosses = (presetId: string) => () =>
  reconstructionLosses.flatMap((loss) =>
    betas.map((beta) => ({
      factors: { Loss: lossNames[loss], 'KL weight': String(beta) },
      presetId,
      overrides: { loss: { reconstruction: loss }, beta },
    })),
  )

const pictureLossNames: Record<PictureLoss, string> = { mse: 'squared error', l1: 'absolute error', bce: 'cross-entropy', mseSsim: 'squared error + SSIM' }
const scheduleNames: Record<KlSchedule, string> = { constant: 'constant', warmUp: 'warm-up', cyclical: 'cyclical' }

/**
 * Every loss with every weight of the KL divergence by every schedule, one schedule after the other, so that a study that is broken off
 * has a whole answer for the first. Where the divergence has no weight, a schedule changes nothing, and one run does for all.
 */
const pictureLossCases = (presetId: string, weights: readonly number[], schedules: readonly KlSchedule[]) => () =>
  schedules.flatMap((klSchedule, round) =>
    pictureLosses.flatMap((picture) =>
      weights.filter((beta) => beta > 0 || round === 0).map((beta) => ({
        factors: { Loss: pictureLossNames[picture], 'KL weight': String(beta), 'KL schedule': beta === 0 ? 'any' : scheduleNames[klSchedule] },
        presetId,
        overrides: { loss: { picture }, beta, klSchedule },
      })),
    ),
  )

const pictureBetas = [0, 0.1, 1, 4] as const
const allSchedules: readonly KlSchedule[] = ['warmUp', 'constant', 'cyclical']

const networks = (...choices: [name: string, presetId: string][]) => () =>
  choices.map(([name, presetId]) => ({ factors: { Network: name }, presetId, overrides: {} }))

const maskLosses = (presetId: string) => () => {
  const alone = { spectrum: 0, energy: 0, magnitude: 0, crossEntropy: 0 }
  const losses = { 'squared error': { energy: 4 }, 'absolute error': { spectrum: 4 }, 'compressed magnitudes': { magnitude: 4 }, 'cross-entropy': { crossEntropy: 1 } }
  return Object.entries(losses).map(([name, weight]) => ({ factors: { Loss: name }, presetId, overrides: { loss: { ...alone, ...weight } } }))
}

/** The studies that can be done. */
export const studyOutlines: readonly Outline[] = [
  {
    id: 'blindLosses',
    title: 'Loss functions for blind separation',
    question: 'Which reconstruction loss, and which weight of the KL divergence, serves the blind VAE best?',
    kind: 'blind',
    contents: ['songs'],
    steps: 400,
    variants: [
      { id: 'conv000', name: 'Convolutional', cases: blindLosses('conv000') },
      { id: 'dense000', name: 'Dense (some ten times as fast)', cases: blindLosses('dense000') },
    ],
    measures: [...blindly, speed],
  },
  {
    id: 'denseOrConvolutional',
    title: 'Dense against convolutional',
    question: 'Do convolutions serve the blind VAE better than dense layers of the same size?',
    kind: 'blind',
    contents: ['songs'],
    steps: 400,
    variants: [{ id: 'both', name: 'Half a million parameters each', cases: networks(['dense', 'dense000'], ['convolutional', 'conv000']) }],
    measures: [...blindly, speed],
  },
  {
    id: 'vaeOrUNet',
    title: 'VAE against U-Net',
    question: 'Does a VAE separate better than a plain U-Net of the same size, trained alike?',
    kind: 'separator',
    contents: ['songs'],
    steps: 1000,
    variants: [
      { id: 'tiny', name: '60 thousand parameters each', cases: networks(['DuoVAE', 'tiny'], ['U-Net', 'unetTiny']) },
      { id: 's', name: '1.4 million parameters each', cases: networks(['DuoVAE', 's'], ['U-Net', 'unet']) },
    ],
    measures: [...separated, speed],
  },
  {
    id: 'maskLosses',
    title: 'Loss functions for separation with stems',
    question: 'Which loss of the masks gives the vocals best, where the stems are known?',
    kind: 'separator',
    contents: ['songs'],
    steps: 1000,
    variants: [
      { id: 'tiny', name: 'DuoVAE tiny', cases: maskLosses('tiny') },
      { id: 's', name: 'DuoVAE S', cases: maskLosses('s') },
    ],
    measures: [...separated, speed],
  },
  {
    id: 'pictureLosses',
    title: 'Loss functions for pictures',
    question: 'Which loss, which weight of the KL divergence, and which way of raising that weight takes a digit and a garment apart best?',
    kind: 'images',
    contents: ['images'],
    steps: 2000,
    variants: [
      { id: 'dense', name: 'Dense VAE: 4 losses × 4 weights × 3 schedules', cases: pictureLossCases('unmixDense', pictureBetas, allSchedules) },
      { id: 'denseShort', name: 'Dense VAE, in short: 4 losses × 2 weights', cases: pictureLossCases('unmixDense', [0, 1], ['warmUp']) },
      { id: 'bottleneck', name: 'Bottleneck VAE: 4 losses × 4 weights × 3 schedules', cases: pictureLossCases('unmixBottleneck', pictureBetas, allSchedules) },
      { id: 'tiny', name: 'Smallest network, to see it work: 4 losses', cases: pictureLossCases('unmixTiny', [0], ['warmUp']) },
      { id: 'skipShort', name: 'VAE with skips, in short: 4 losses × 2 weights', cases: pictureLossCases('unmixSkip', [0, 1], ['warmUp']) },
    ],
    measures: [...unmixed, speed],
  },
  {
    id: 'pictureVaeOrUNet',
    title: 'VAE against U-Net for pictures',
    question: 'Does a VAE take a digit and a garment apart better than a plain U-Net of the same size, and what do its skips give?',
    kind: 'images',
    contents: ['images'],
    steps: 2000,
    variants: [
      {
        id: 'all',
        name: 'All four networks',
        cases: networks(['dense VAE', 'unmixDense'], ['bottleneck VAE', 'unmixBottleneck'], ['VAE with skips', 'unmixSkip'], ['U-Net', 'unmixUnet']),
      },
      { id: 'equal', name: 'VAE with skips and U-Net of equal size', cases: networks(['VAE with skips', 'unmixSkip'], ['U-Net', 'unmixUnet']) },
    ],
    measures: [...unmixed, speed],
  },
]

/** What the UI is told of the outlines. */
export function shownOutlines(): StudyOutline[] {
  return studyOutlines.map(({ id, title, question, kind, contents, steps, variants }) => {
    const shown = variants.map((variant) => ({ id: variant.id, name: variant.name, runs: variant.cases().length }))
    return { id, title, question, kind, contents: [...contents], steps, variants: shown }
  })
}

/** The outline of that name, or undefined. */
export function outlineOf(id: string): Outline | undefined {
  return studyOutlines.find((outline) => outline.id === id)
}

/** The runs that a request asks for, seed by seed, so that a study that is broken off has done every case once before any twice. */
export function planRows(outline: Outline, { variant, steps, seeds }: StudyRequest): PlannedRow[] {
  const cases = outline.variants.find(({ id }) => id === variant)?.cases() ?? []
  // Enough validations for a curve, few enough to leave the time to learning; of pictures one takes as long as dozens of steps.
  const validations = outline.kind === 'images' ? 4 : 10
  const length = { totalSteps: steps, stepsPerEpoch: Math.max(1, Math.ceil(steps / validations)) }
  return Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    cases.map(({ overrides, ...rest }, index) => ({ ...rest, id: `${seed}-${index}`, seed, overrides: { ...overrides, ...length, seed, patience: 1000 } })),
  )
}
