import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { decodeSound, surveySound } from '#main/node/soundFiles'
import { keepTile } from '#main/node/tileFiles'
import type { WorkContext } from '#shared/jobs/work'

/** @throws what `decodeSound` throws */
export function decode({ path, ...target }: ComputeInput<'decode'>, context: WorkContext): Promise<ComputeResult<'decode'>> {
  return decodeSound(path, target, context)
}

/** @throws what `surveySound` throws */
export function survey(input: ComputeInput<'survey'>, context: WorkContext): Promise<ComputeResult<'survey'>> {
  return surveySound(input, context)
}

/** @throws what `keepTile` throws */
export function drawTile({ audioPath, folder, level, index }: ComputeInput<'drawTile'>, context: WorkContext): Promise<void> {
  return keepTile(audioPath, folder, level, index, context)
}
