import { z } from 'zod'

/** Values by name, such as the terms of a loss or the songs of a validation. */
const terms = z.record(z.string(), z.number())

/** One line of a run's history, written after every epoch; an epoch is what lies between two validations. */
export const historyLine = z.object({
  epoch: z.number().int(),
  step: z.number().int(),
  /** Seconds of training, over all sittings. */
  seconds: z.number(),
  learningRate: z.number(),
  beta: z.number(),
  /** Mean loss and its terms over the epoch's steps: `loss`, `reconstruction`, `kl` and others. */
  train: terms,
  /** What was measured on what is not trained on: scores by song, and `loss`, `reconstruction`, `kl` where they are measured. */
  validation: terms,
  /** What decides which epoch is best; higher is better. */
  score: z.number(),
  best: z.boolean(),
  /** Share of the epoch's time spent waiting for data. */
  waiting: z.number(),
  /** Steps in a second of the epoch, validation left out. */
  stepsPerSecond: z.number().optional(),
  /** Loss within the epoch: [step, mean loss of the steps since the point before]. At most 32 points. */
  trace: z.array(z.tuple([z.number(), z.number()])).optional(),
  /** KL divergence of each latent channel, in nats, over the epoch; near 0 for those that have collapsed. */
  klPerLatent: z.array(z.number()).optional(),
})
export type HistoryLine = z.infer<typeof historyLine>
