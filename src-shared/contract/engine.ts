import { z } from 'zod'
import { request } from '#shared/contract/defineContract'

/** One rung of the ladder of engines, best first. */
export const engineRung = z.object({
  id: z.string(),
  /** In plain words, such as "NVIDIA GPU (TensorFlow)". */
  label: z.string(),
  available: z.boolean(),
  /** What it is chosen for on this machine; the fastest at one thing need not be so at the other. */
  chosenFor: z.array(z.enum(['inference', 'training'])),
  /** Why it is not used, when it is not available. */
  reason: z.string().optional(),
  /** Patches a second through a small test network. */
  speed: z.object({ inference: z.number(), training: z.number() }).optional(),
})
export type EngineRung = z.infer<typeof engineRung>

export const engine = {
  /** Tells which engines were found, why others were refused, and what each is chosen for. */
  describe: request(z.undefined(), z.array(engineRung)),
}
