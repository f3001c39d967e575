import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { alignPair as align } from '#main/node/pairAlignment'
import type { WorkContext } from '#shared/jobs/work'

/** @throws the reader's errors, naming the file */
export function alignPair({ mixture, stem }: ComputeInput<'alignPair'>, context: WorkContext): Promise<ComputeResult<'alignPair'>> {
  return align(mixture, stem, context)
}
