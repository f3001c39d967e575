import type { Study, StudyMeasure, StudyRow } from '#shared/contract/studies'

/** The rows of one case, over all its seeds. */
export interface StudyCase {
  readonly name: string
  readonly rows: readonly StudyRow[]
  /** Mean over the seeds that are measured, and how far they lie apart (largest less smallest). */
  readonly mean: number
  readonly spread: number
}

/** The measure that a study is decided by: the first one. */
export function decidingMeasure({ measures }: Pick<Study, 'measures' | 'rows'>): StudyMeasure | undefined {
  // How well a blind network tells the mixture again is no separation; what its parts are worth is.
  return measures.find(({ id }) => id === 'vocals') ?? measures.find(({ id }) => id === 'best') ?? measures[0]
}

/** The cases of a study by `measure`, best first; those that are not measured are left out. */
export function studyCases({ rows }: Pick<Study, 'rows'>, measure: StudyMeasure): StudyCase[] {
  const byName = new Map<string, StudyRow[]>()
  for (const row of rows.filter(({ status, values }) => status === 'measured' && values[measure.id] !== undefined)) {
    const name = nameOf(row)
    byName.set(name, [...(byName.get(name) ?? []), row])
  }
  const cases = [...byName].map(([name, own]) => {
    const values = own.map(({ values: all }) => all[measure.id]!)
    return { name, rows: own, mean: values.reduce((sum, value) => sum + value, 0) / values.length, spread: Math.max(...values) - Math.min(...values) }
  })
  return cases.toSorted((a, b) => (measure.higherIsBetter ? b.mean - a.mean : a.mean - b.mean))
}

/** "squared error, KL weight 0.1, warm-up": a number says nothing without what it is of. */
function nameOf({ factors }: StudyRow): string {
  return Object.entries(factors).map(([factor, value]) => (Number.isNaN(Number(value)) ? value : `${factor} ${value}`)).join(', ')
}

/** Differences below this are nothing that one run of a kind could tell: some tenths of a decibel, or some per cent. */
function leastDifference({ unit }: StudyMeasure, value: number): number {
  return unit === 'dB' ? 0.3 : 0.05 * Math.abs(value)
}

/**
 * Returns what a study says, in sentences with its figures: which case is best, by how much, whether that is more than seeds differ by,
 * and whether anything is better than doing nothing.
 */
export function studyVerdict(study: Pick<Study, 'measures' | 'rows' | 'status' | 'measuredOn' | 'steps'>): string[] {
  const measure = decidingMeasure(study)
  if (!measure) return []
  const cases = studyCases(study, measure)
  const [best, second] = cases
  if (!best) return []
  const figure = figureOf(measure)
  const measured = cases.reduce((sum, { rows }) => sum + rows.length, 0)
  const sentences: string[] = []
  if (study.status !== 'finished') sentences.push(`Until now, with ${measured} of ${study.rows.length} runs measured:`)
  if (!second) return [...sentences, `${best.name} has ${figure(best.mean)} (${measure.name}).`]
  const lead = Math.abs(best.mean - second.mean)
  const doubt = Math.max(leastDifference(measure, best.mean), best.spread, second.spread)
  const seeds = Math.min(best.rows.length, second.rows.length)
  const told = Object.keys(study.rows[0]?.factors ?? {}).length > 1
    ? `${best.name}: ${figure(best.mean)}; ${second.name}: ${figure(second.mean)}`
    : `${best.name} ${figure(best.mean)}, ${second.name} ${figure(second.mean)}`
  if (lead > doubt) sentences.push(`${capital(best.name)} is best: ${told} (${measure.name}).`)
  else sentences.push(`No difference that counts: ${told} (${measure.name}), ${digits(measure, lead)} apart, where ${seeds > 1 ? `seeds differ by up to ${digits(measure, doubt)}` : `single runs differ by some ${measure.unit === 'dB' ? 'tenths' : 'per cent'}`}.`)
  if (seeds === 1 && lead > doubt) sentences.push('Each has run once only; a second seed would tell how much of that is chance.')
  const gain = gainOf(best)
  if (gain !== undefined && gain <= 0) sentences.push('Even that is no better than not separating at all: after so few steps, or with so little data, more cannot be told.')
  sentences.push(...bestOfEach(study, measure))
  sentences.push(`Measured after ${study.steps} steps each${study.measuredOn ? `, on ${study.measuredOn}` : ''}.`)
  return sentences
}

/** Of a study that asks about several things at once: the best case of each answer, thing by thing, best first. */
function bestOfEach({ rows }: Pick<Study, 'rows'>, measure: StudyMeasure): string[] {
  const names = Object.keys(rows[0]?.factors ?? {})
  if (names.length < 2) return []
  return names.flatMap((name) => {
    const levels = [...new Set(rows.map(({ factors }) => factors[name]!))]
    const bests = levels.flatMap((level) => {
      const [best] = studyCases({ rows: rows.filter(({ factors }) => factors[name] === level) }, measure)
      return best ? [{ level, mean: best.mean }] : []
    })
    if (bests.length < 2) return []
    const ordered = bests.toSorted((a, b) => (measure.higherIsBetter ? b.mean - a.mean : a.mean - b.mean))
    return [`The best of each ${wordsOf(name)}: ${ordered.map(({ level, mean }) => `${level}: ${figureOf(measure)(mean)}`).join('; ')}.`]
  })
}

/** "KL weight" stays, "Loss" becomes "loss". */
function wordsOf(name: string): string {
  return /^[A-Z]{2}/.test(name) ? name : name.charAt(0).toLowerCase() + name.slice(1)
}

function digits({ decimals = 2 }: StudyMeasure, value: number): string {
  return value.toFixed(decimals)
}

function figureOf(measure: StudyMeasure): (value: number) => string {
  return (value) => `${digits(measure, value)} ${measure.unit}`.trim()
}

function gainOf({ rows }: StudyCase): number | undefined {
  const gains = rows.flatMap(({ values }) => values.gain ?? [])
  return gains.length === 0 ? undefined : gains.reduce((sum, value) => sum + value, 0) / gains.length
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
