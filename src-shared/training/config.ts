import { z } from 'zod'

const positive = z.number().positive()
const share = z.number().min(0).max(1)

/** How a blind network's reconstruction is held against the mixture. */
export const reconstructionLosses = ['mse', 'l1', 'crossEntropy'] as const
export type ReconstructionLoss = (typeof reconstructionLosses)[number]

/** Every hyper-parameter of a run, with its default and a sentence of explanation. Saved with every result. */
export const trainingConfig = z.object({
  seed: z.int().nonnegative().default(1).describe('All randomness of the run follows from this number.'),
  batchSize: z.int().positive().default(8).describe('Patches that are learned from at once.'),
  learningRate: positive.default(2e-3).describe('How far one step goes; it warms up, then falls along a cosine.'),
  weightDecay: z
    .number()
    .nonnegative()
    .default(1e-2)
    .describe('How strongly weights are pulled towards zero, which curbs learning by heart.'),
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
  betaWarmUp: share.default(0.2).describe('Share of the run over which beta rises from 0.'),
  patience: z.int().positive().default(20).describe('Validations without a new best after which the run stops.'),
  loss: z
    .object({
      spectrum: z.number().nonnegative().default(0).describe('Weight of the error of rows, which treats loud and quiet rows alike.'),
      energy: z.number().nonnegative().default(4).describe('Weight of the squared error, which is what SDR measures.'),
      magnitude: z.number().nonnegative().default(0.05).describe('Weight of the error of compressed magnitudes, which hears the quiet.'),
      crossEntropy: z
        .number()
        .nonnegative()
        .default(0)
        .describe("Weight of the cross-entropy of the mask against the vocals' true share, which punishes being sure and wrong."),
      latent: z.number().nonnegative().default(0.05).describe('Weight of telling coarse magnitudes from the latent maps alone.'),
      freeBits: z.number().nonnegative().default(0.05).describe('Nats that a latent channel may carry at no cost.'),
      reconstruction: z
        .enum(reconstructionLosses)
        .default('mse')
        .describe('How a blind network is held against the mixture: by squared error, absolute error, or cross-entropy.'),
    })
    .prefault({}),
  takes: z
    .object({
      vocalSeconds: positive.default(6).describe('Length of a processed take of vocals.'),
      musicSeconds: positive.default(24).describe('Length of a processed take of music, long enough for it to repeat.'),
      fromSongs: share.default(0.33).describe('Share of takes from songs with stems, where loose recordings exist too.'),
      voiceWeights: z.record(z.string(), z.number().nonnegative()).default({}).describe('How often each folder of voices is drawn from.'),
    })
    .prefault({}),
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
    .prefault({}),
})

export type TrainingConfig = z.output<typeof trainingConfig>
export type TrainingConfigInput = z.input<typeof trainingConfig>
