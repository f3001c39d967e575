import type { ComputeResult } from '#main/compute/protocol'
import { examineEngines } from '#main/engine/select'

export async function describeEngines(): Promise<ComputeResult<'describeEngines'>> {
  const reports = await examineEngines()
  return reports.map(({ id, label, speed, refusal }) => ({ id, label, available: speed !== undefined, reason: refusal, speed }))
}
