import type { Lesson } from '#shared/contract/teaching'

/** Returns what a measured lesson was good for, in sentences that do not promise more than was measured. */
export function lessonVerdict({ outcome, base }: Lesson): string {
  if (!outcome) return ''
  const { before, after, recommended } = outcome
  const change = `${Math.abs(after - before).toFixed(2)} dB`
  if (recommended) return `It got better by ${change} on what it had not learned from (${before.toFixed(2)} → ${after.toFixed(2)} dB). Listen, and keep it if you agree.`
  if (after < before) return `It got worse by ${change}, so it is not recommended. ${base.name} is as it was; more or more varied material may help.`
  return `It won only ${change}, which may be chance, so it is not recommended. Give it more time or more material.`
}
