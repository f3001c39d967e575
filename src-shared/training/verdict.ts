import type { HistoryLine } from '#shared/training/history'
import { reconstructionOf } from '#shared/training/terms'

export type VerdictKind = 'none' | 'early' | 'improving' | 'flat' | 'overfitting' | 'worsening' | 'diverged' | 'unstable' | 'collapsed' | 'starved'

/** What a history says, in a sentence that a musician understands. */
export interface Verdict {
  readonly kind: VerdictKind
  readonly tone: 'good' | 'plain' | 'warning'
  readonly text: string
}

/** Nats below which a latent channel carries nothing that a decoder could use. */
export const carriesNothing = 0.01

/** Epochs before anything can be told from noise; without a new best after which it cannot be called improving; that count as flat. */
const fewest = 3
const doubtedAfter = 3
const flatAfter = 5

/**
 * Returns what a history says, the course of learning first, then what else should be known. Pure: the same lines, the same verdicts.
 *
 * An improvement counts when it exceeds a hundredth of all that the score has moved, so that creeping does not count as
 * learning, and slow progress still adds up. Validation counts as worse when its fall exceeds the noise from epoch to epoch.
 */
export function verdictsOf(lines: readonly HistoryLine[]): readonly [Verdict, ...Verdict[]] {
  const course = courseOf(lines)
  const others = course.kind === 'diverged' ? [] : [unstable(lines), collapsed(lines), starved(lines)]
  return [course, ...others.filter((verdict) => verdict !== undefined)]
}

/** How many of the newest epoch's latent channels carry nothing; undefined where they were not measured. */
export function collapsedChannels({ klPerLatent }: HistoryLine): { nothing: number; all: number } | undefined {
  if (!klPerLatent || klPerLatent.length === 0) return undefined
  return { nothing: klPerLatent.filter((nats) => nats < carriesNothing).length, all: klPerLatent.length }
}

/** The newest line that is marked as the best. */
export function bestLine(lines: readonly HistoryLine[]): HistoryLine | undefined {
  return lines.findLast(({ best }) => best)
}

function courseOf(lines: readonly HistoryLine[]): Verdict {
  const last = lines.at(-1)
  if (!last) return { kind: 'none', tone: 'plain', text: 'Nothing to judge yet: the first validation comes at the end of the first epoch' }
  const wrong = lines.findIndex(({ score, train }) => !Number.isFinite(score) || !Number.isFinite(train['loss'] ?? 0))
  if (wrong >= 0) return diverged(lines, wrong)
  if (lines.length < fewest) return { kind: 'early', tone: 'plain', text: `Too early to tell: ${count(lines.length, 'epoch')} so far` }
  const best = indexOfBest(lines)
  const since = lines.length - 1 - best
  const tail = `the best was epoch ${lines[best]!.epoch}`
  if (hasGotWorse(lines.map(({ score }) => score), best)) {
    if (trainingImproved(lines, best)) {
      const text = `Overfitting: validation has got worse for ${count(since, 'epoch')} while training got better; ${tail}`
      return { kind: 'overfitting', tone: 'warning', text }
    }
    const text = `Getting worse for ${count(since, 'epoch')}, in training as in validation, which a lower learning rate may mend; ${tail}`
    return { kind: 'worsening', tone: 'warning', text }
  }
  const flat = lines.length - 1 - lastImprovement(lines)
  if (flat >= flatAfter) return { kind: 'flat', tone: 'plain', text: `Flat for ${count(flat, 'epoch')}; ${tail}` }
  if (since >= doubtedAfter) return { kind: 'flat', tone: 'plain', text: `No better for ${count(since, 'epoch')}; ${tail}` }
  const newest = since === 0 ? 'the newest epoch is the best' : `${tail}, ${count(since, 'epoch')} ago`
  return { kind: 'improving', tone: 'good', text: `Still improving: ${newest}` }
}

function diverged(lines: readonly HistoryLine[], wrong: number): Verdict {
  const best = bestLine(lines.slice(0, wrong))
  const advice = best ? `; go on from the best, epoch ${best.epoch}, with a lower learning rate` : '; start again with a lower learning rate'
  return { kind: 'diverged', tone: 'warning', text: `Diverged: since epoch ${lines[wrong]!.epoch} the loss is no number${advice}` }
}

function indexOfBest(lines: readonly HistoryLine[]): number {
  const marked = lines.findLastIndex(({ best }) => best)
  if (marked >= 0) return marked
  return lines.reduce((best, { score }, i) => (score > lines[best]!.score ? i : best), 0)
}

/** Index of the newest epoch that counts as better than all before it. */
function lastImprovement(lines: readonly HistoryLine[]): number {
  const scores = lines.map(({ score }) => score)
  const least = 0.01 * rangeOf(scores)
  let newest = 0
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[newest]! + least) newest = i
  return newest
}

/** Whether what came after `best` lies below it by more than noise, and goes on falling or lies far below. */
function hasGotWorse(scores: readonly number[], best: number): boolean {
  const after = scores.slice(best + 1)
  if (after.length < flatAfter) return false
  const before = median(scores.slice(Math.max(0, best - 1), best + 2))
  const drop = before - median(after.slice(-Math.max(3, Math.ceil(after.length / 3))))
  const noise = noiseOf(scores)
  if (drop < Math.max(2 * noise, 0.02 * rangeOf(scores))) return false
  return trendOf(after) <= -0.5 || drop > 5 * noise
}

function trainingImproved(lines: readonly HistoryLine[], best: number): boolean {
  return trendOf(lines.slice(best).map((line) => reconstructionOf(line) ?? 0)) <= -0.3
}

function unstable(lines: readonly HistoryLine[]): Verdict | undefined {
  const losses = lines.map(({ train }) => train['loss'] ?? 0)
  const jump = losses.findLastIndex((loss, i) => i >= fewest && loss > 2 * median(losses.slice(Math.max(0, i - 8), i)))
  if (jump < 0 || lines.length - jump > 3) return undefined
  const text = `Unstable: the loss more than doubled in epoch ${lines[jump]!.epoch}; shorter gradients or a lower learning rate prevent that`
  return { kind: 'unstable', tone: 'warning', text }
}

function collapsed(lines: readonly HistoryLine[]): Verdict | undefined {
  const channels = lines.length > 0 ? collapsedChannels(lines.at(-1)!) : undefined
  if (!channels || 2 * channels.nothing < channels.all) return undefined
  const text = `Collapsed: ${channels.nothing} of ${channels.all} latent channels carry nothing; a lower beta or more free nats keep them in use`
  return { kind: 'collapsed', tone: 'warning', text }
}

function starved(lines: readonly HistoryLine[]): Verdict | undefined {
  const recent = lines.slice(-5).map(({ waiting }) => waiting)
  const share = median(recent)
  if (recent.length === 0 || share < 0.3) return undefined
  const text = `Slowed down: ${Math.round(100 * share)} % of the time went into waiting for data rather than learning`
  return { kind: 'starved', tone: 'warning', text }
}

/** How much values differ from one to the next by chance alone: a robust standard deviation, whatever their trend. */
function noiseOf(values: readonly number[]): number {
  const changes = values.slice(1).map((value, i) => value - values[i]!)
  const middle = median(changes)
  return (1.4826 * median(changes.map((change) => Math.abs(change - middle)))) / Math.SQRT2
}

/** Kendall's rank correlation with time: -1 where every later value is lower, 1 where every later value is higher. */
function trendOf(values: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) for (let j = i + 1; j < values.length; j++) sum += Math.sign(values[j]! - values[i]!)
  return sum / Math.max(1, (values.length * (values.length - 1)) / 2)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return 0
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function rangeOf(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values)
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}
