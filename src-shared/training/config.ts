import { z } from 'zod'
import type { NetworkKind } from '#shared/contract/training'

const positive = z.number().positive()
const share = z.number().min(0).max(1)

/** How a blind network's reconstruction is held against the mixture. */
export const reconstructionLosses = ['mse', 'l1', 'crossEntropy'] as const
export type ReconstructionLoss = (typeof reconstructionLosses)[number]

/** How the pictures that a network takes out of a mixture are held against the true ones. */
export const pictureLosses = ['mse', 'l1', 'bce', 'mseSsim'] as const
export type PictureLoss = (typeof pictureLosses)[number]

/** How the weight of the KL divergence changes over a run. */
export const klSchedules = ['constant', 'warmUp', 'cyclical'] as const
export type KlSchedule = (typeof klSchedules)[number]

/** When a run ends before its last step: after so many validations without a new best, or by Prechelt's rule, as source 003 has it. */
export const stoppingRules = ['patience', 'prechelt'] as const

/** What the codebooks of a quantiser follow. */
export const codebookAverages = ['residuals', 'as-published'] as const
export type CodebookAverage = (typeof codebookAverages)[number]

/** Notes for the form, as "kinds" in the JSON schema, that only these networks use a value, or a group of values. */
function usedBy(...kinds: NetworkKind[]) {
  return { kinds }
}

/** Every hyper-parameter of a run, with its default and a sentence of explanation. Saved with every result. */
export const trainingConfig = z.object({
  seed: z.int().nonnegative().default(1).describe('All randomness of the run follows from this number.'),
  batchSize: z.int().positive().default(8).describe('Patches, or mixtures of pictures, that are learned from at once.'),
  learningRate: positive.default(2e-3).describe('How far one step goes; it warms up, then falls along a cosine.'),
  weightDecay: z
    .number()
    .nonnegative()
    .default(1e-2)
    .describe('How strongly weights are pulled towards zero, which curbs learning by heart.'),
  decay: z
    .enum(['decoupled', 'gradient'])
    .default('decoupled')
    .describe('Whether weights are pulled towards zero by themselves (AdamW), or by a term of the gradient, which is L2 as Adam had it first.'),
  learningRateSchedule: z.enum(['cosine', 'constant']).default('cosine').describe('Whether the learning rate warms up and falls along a cosine, or is the same at every step.'),
  secondMoment: share.default(0.98).describe('How long Adam remembers how large gradients were; closer to 1 remembers longer.'),
  maxGradientNorm: positive.default(5).describe('Longer gradients are shortened to this, so that one odd patch cannot spoil the network.'),
  averageDecay: share
    .default(0.999)
    .describe('The shipped weights are a running mean of those that are trained; closer to 1 averages for longer.'),
  stepsPerEpoch: z.int().positive().default(250).describe('Steps between two validations.'),
  totalSteps: z.int().positive().default(10_000).describe('Steps of the whole run; the learning rate reaches its end there.'),
  beta: z
    .number()
    .nonnegative()
    .default(1e-3)
    .describe('Weight of the KL divergence, which keeps the latent maps close to a normal distribution.'),
  klSchedule: z
    .enum(klSchedules)
    .default('warmUp')
    .describe('Whether beta is whole at once, rises once and stays, or starts again from 0 in every cycle.'),
  betaWarmUp: share.default(0.2).describe('Share of the run over which beta rises from 0, where the schedule is a warm-up.'),
  klCycles: z
    .int()
    .min(1)
    .default(4)
    .describe('Cycles of beta in a run, where the schedule is cyclical: in each it rises over the first half and stays over the second.'),
  patience: z.int().positive().default(20).describe('Validations without a new best after which the run stops.'),
  stopping: z
    .enum(stoppingRules)
    .default('patience')
    .describe('Whether the run stops when its patience is at an end, or, by the rule of Prechelt, when the loss of training is at rest.'),
  loss: z
    .object({
      spectrum: z.number().nonnegative().default(0).describe('Weight of the error of rows, which treats loud and quiet rows alike.').meta(usedBy('separator')),
      energy: z.number().nonnegative().default(4).describe('Weight of the squared error, which is what SDR measures.').meta(usedBy('separator')),
      magnitude: z.number().nonnegative().default(0.05).describe('Weight of the error of compressed magnitudes, which hears the quiet.').meta(usedBy('separator')),
      crossEntropy: z
        .number()
        .nonnegative()
        .default(0)
        .describe("Weight of the cross-entropy of the mask against the vocals' true share, which punishes being sure and wrong.")
        .meta(usedBy('separator')),
      latent: z.number().nonnegative().default(0.05).describe('Weight of telling coarse magnitudes from the latent maps alone.').meta(usedBy('separator')),
      freeBits: z.number().nonnegative().default(0.05).describe('Nats that a latent channel may carry at no cost.').meta(usedBy('separator')),
      reconstruction: z
        .enum(reconstructionLosses)
        .default('mse')
        .describe('How a blind network is held against the mixture: by squared error, absolute error, or cross-entropy.')
        .meta(usedBy('blind')),
      reconstructionWeight: positive.default(1).describe('Weight of the squared error of a sound\'s spectrogram against the KL divergence.').meta(usedBy('clips')),
      commitment: z
        .number()
        .nonnegative()
        .default(0.25)
        .describe('Weight of how far latents lie from their codes, which keeps the encoder near its codebooks.')
        .meta(usedBy('clips')),
      picture: z
        .enum(pictureLosses)
        .default('mse')
        .describe('How unmixed pictures are held against the true ones: by squared error, absolute error, binary cross-entropy, or squared error and structure (SSIM).')
        .meta(usedBy('images')),
    })
    .prefault({}),
  codebooks: z
    .object({
      average: z
        .enum(codebookAverages)
        .default('residuals')
        .describe('What codebooks move to: the mean of what chose a code; or, as source 004 most likely had it, the chosen codes themselves, which leaves them where they are.'),
    })
    .prefault({})
    .meta(usedBy('clips')),
  takes: z
    .object({
      vocalSeconds: positive.default(6).describe('Length of a processed take of vocals.'),
      musicSeconds: positive.default(24).describe('Length of a processed take of music, long enough for it to repeat.'),
      fromSongs: share.default(0.33).describe('Share of takes from songs with stems, where loose recordings exist too.'),
      voiceWeights: z.record(z.string(), z.number().nonnegative()).default({}).describe('How often each folder of voices is drawn from.'),
    })
    .prefault({})
    .meta(usedBy('separator')),
  patches: z
    .object({
      vocalPool: z.int().positive().default(48).describe('Takes of vocals that are mixed with takes of music at any time.'),
      musicPool: z.int().positive().default(12).describe('Takes of music that are mixed with takes of vocals at any time.'),
      reuse: z.int().positive().default(4).describe('How often each take is used.'),
      scenes: z.int().positive().default(8).describe('Mixtures that patches are cut from in turn.'),
      patchesPerScene: z.int().positive().default(12).describe('Patches that are cut from each mixture.'),
      balance: z
        .object({ mean: z.number(), deviation: z.number().nonnegative(), wander: z.number().nonnegative() })
        .default({ mean: -3, deviation: 4, wander: 2 })
        .describe(
          'Level of the vocals against the music, in decibels: mean and deviation over mixtures, and how far takes wander from their mixture.',
        ),
      repeatedVocals: share.default(0.4).describe('Share of mixtures whose vocals repeat, as choruses do.'),
      hiddenRepetition: share.default(0.25).describe('Share of patches that are not told what repeats.'),
      withoutVocals: share.default(0.08).describe('Share of patches without vocals.'),
      withoutMusic: share.default(0.05).describe('Share of patches without music.'),
    })
    .prefault({})
    .meta(usedBy('separator')),
})

export type TrainingConfig = z.output<typeof trainingConfig>
export type TrainingConfigInput = z.input<typeof trainingConfig>
