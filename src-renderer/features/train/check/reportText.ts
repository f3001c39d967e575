import type { CheckFinding, CheckReport } from '#shared/contract/datasets'

type Level = CheckFinding['level']

export const levelTexts: Record<Level, string> = { ok: 'Fine', note: 'Worth knowing', problem: 'Problem' }

/** What a report says in one line, and how bad that is. */
export function headlineOf({ findings }: Pick<CheckReport, 'findings'>): { level: Level; text: string } {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length
  const [problems, notes] = [count('problem'), count('note')]
  const notesText = notes === 0 ? '' : `${notes} ${notes === 1 ? 'thing is' : 'things are'} worth knowing`
  if (problems > 0) {
    const text = `${problems} ${problems === 1 ? 'problem' : 'problems'} to solve first${notes > 0 ? `; ${notesText}` : ''}`
    return { level: 'problem', text }
  }
  return notes > 0 ? { level: 'note', text: `Good to train with; ${notesText}` } : { level: 'ok', text: 'Good to train with' }
}

/** "−48.2 dB", and nothing for what was not measured. */
export function formatDecibels(value: number | undefined): string {
  if (value === undefined) return ''
  if (!Number.isFinite(value) || value <= -200) return 'exact'
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(1)} dB`
}

/** A share of 1 in per cent, with more digits where it is small. */
export function formatShare(share: number | undefined): string {
  if (share === undefined) return ''
  if (share === 0) return '0 %'
  const percent = 100 * share
  return percent < 0.01 ? '< 0.01 %' : `${percent < 1 ? percent.toFixed(2) : percent.toFixed(percent < 10 ? 1 : 0)} %`
}
