import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { ready } from '#main/compute/tasks/separate'
import { writeComparison } from '#main/node/clipComparison'
import { hearSeparator } from '#main/training/hearSeparator'
import type { WorkContext } from '#shared/jobs/work'

/** @throws what `ReadySeparator.open` and writing throw, once no smaller batch or other engine is left to try */
export async function compareClips(input: ComputeInput<'compareClips'>, context: WorkContext): Promise<ComputeResult<'compareClips'>> {
  for (;;) {
    try {
      const separator = await ready.open(input.modelDirectory, input.device)
      return await writeComparison(input, (clip) =>
        hearSeparator(clip, (mixture, silent) => separator.vocals(mixture, { quality: 'fast' }, silent), context),
      )
    } catch (error) {
      await ready.stepDown(error)
    }
  }
}
