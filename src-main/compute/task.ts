import { z } from 'zod'

/** What a task takes and gives. Most tasks are told nothing while they run, and say nothing but how far they are. */
export function task<Input extends z.ZodType, Result extends z.ZodType>(input: Input, result: Result) {
  return { input, result, told: z.never(), event: z.never() }
}

/** Pictures, mixtures, or latents, one after the other; these few numbers cross as they are. */
export const values = z.custom<Float32Array>((given) => given instanceof Float32Array)
