import type { ComputeResult } from '#main/compute/protocol'
import { examineEngines } from '#main/engine/select'

/** Every rung of the ladder, tried where that has not been done on this machine. */
export async function describeEngines(): Promise<ComputeResult<'describeEngines'>> {
  const reports = await examineEngines()
  return reports.map(({ id, label, speed, refusal }) => ({ id, label, available: speed !== undefined, reason: refusal, speed }))
}
