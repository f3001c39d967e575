import type { ComputeResult } from '#main/compute/protocol'
import { bestRung, examineEngines } from '#main/engine/select'

/** Every rung of the ladder, tried where that has not been done on this machine. */
export async function describeEngines(): Promise<ComputeResult<'describeEngines'>> {
  const reports = await examineEngines()
  const purposes = ['inference', 'training'] as const
  return reports.map((report) => ({
    id: report.id,
    label: report.label,
    available: report.speed !== undefined,
    chosenFor: purposes.filter((purpose) => bestRung(reports, purpose) === report),
    reason: report.refusal,
    speed: report.speed,
  }))
}
