import type { CheckFinding, Split } from '#shared/contract/datasets'

/** What each split is for. */
export const splitNames: Readonly<Record<Split, string>> = { train: 'training', validation: 'validation', test: 'test' }

/** Names that a sentence lists before it only counts. */
const mostNamed = 4

/** A thing that a finding is about, and its figure, as in `“hydrogen” (3 %)`. */
export interface Case {
  readonly name: string
  readonly figure?: string | undefined
}

/** Returns things as they stand in a sentence; after four of them, how many more there are. */
export function listed(cases: readonly Case[]): string {
  const shown = cases.slice(0, mostNamed).map(({ name, figure }) => (figure === undefined ? `“${name}”` : `“${name}” (${figure})`))
  const more = cases.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${counted(more, 'other', 'others')}`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** A share with two digits that say something; never 0 % of something. */
export function percent(share: number): string {
  const value = share * 100
  if (value === 0 || value >= 10) return `${Math.round(value)} %`
  if (value < 0.01) return 'less than 0.01 %'
  return `${Number(value.toPrecision(2))} %`
}

/** Seconds as 3:07, or 1:02:30. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** A length as it is said: 12 s, 3.5 min, 1.2 h. */
export function span(seconds: number): string {
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`
  if (seconds < 5400) return `${Number((seconds / 60).toPrecision(2))} min`
  return `${Number((seconds / 3600).toPrecision(2))} h`
}

/** A finding about `cases`, or none where there are none. */
export function about(
  kind: CheckFinding['kind'],
  level: CheckFinding['level'],
  cases: readonly Case[],
  message: (list: string) => string,
  fix = '',
): CheckFinding[] {
  if (cases.length === 0) return []
  return [{ kind, level, items: cases.map(({ name }) => name), message: message(listed(cases)), fix }]
}

/** That something was looked at and is as it should be. */
export function fine(kind: CheckFinding['kind'], message: string): CheckFinding {
  return { kind, level: 'ok', items: [], message, fix: '' }
}

/** `findings`, or where there are none, that all is fine. */
export function orFine(kind: CheckFinding['kind'], findings: readonly CheckFinding[], message: string): CheckFinding[] {
  return findings.length > 0 ? [...findings] : [fine(kind, message)]
}

const levels = ['problem', 'note', 'ok']

/** Worst first, else in their order. */
export function worstFirst(findings: readonly CheckFinding[]): CheckFinding[] {
  return findings.toSorted((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level))
}

/** `“a” has`, `“a” and “b” have`. */
export function verb(cases: readonly unknown[], one: string, many: string): string {
  return cases.length === 1 ? one : many
}
