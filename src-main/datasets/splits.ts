import type { Split } from '#shared/contract/datasets'
import { randomStream } from '#shared/random'

/** A thing that is in one split as a whole, and the splits that it may go to by itself. */
export interface SplitChoice {
  readonly name: string
  readonly splits: readonly Split[]
}

/** Where in [0, 1) the splits begin. */
const validationFrom = 0.8
const testFrom = 0.9

/**
 * The split of each thing, by its name: eight of ten train, one validates, one tests. What is `chosen` by the user counts first,
 * then what the folder says, then what was decided before, so that more things change nothing. Where all would train, one
 * validates; where none would, one trains.
 */
export function assignSplits(
  things: readonly SplitChoice[],
  before: Readonly<Record<string, Split>>,
  chosen: Readonly<Record<string, Split>>,
): Record<string, Split> {
  const out: Record<string, Split> = {}
  for (const { name, splits } of things) {
    const decided = before[name]
    out[name] = chosen[name] ?? (decided !== undefined && splits.includes(decided) ? decided : byName(name, splits))
  }
  const free = things.filter(({ name }) => chosen[name] === undefined && before[name] === undefined)
  fill('train', things, free, out, (name) => placeOf(name))
  if (things.filter(({ splits }) => splits.includes('validation')).length > 1) {
    fill('validation', things, free, out, (name) => Math.abs(placeOf(name) - (validationFrom + testFrom) / 2))
  }
  return out
}

/** Gives a split that would be empty the free thing that is nearest to it, unless that would empty the training. */
function fill(
  wanted: Split,
  things: readonly SplitChoice[],
  free: readonly SplitChoice[],
  out: Record<string, Split>,
  distance: (name: string) => number,
): void {
  if (things.some(({ name }) => out[name] === wanted)) return
  const training = things.filter(({ name, splits }) => out[name] === 'train' && splits.includes('validation')).length
  const possible = free.filter(({ name, splits }) => splits.includes(wanted) && (wanted === 'train' || out[name] !== 'train' || training > 1))
  const [nearest] = possible.map(({ name }) => name).toSorted((a, b) => distance(a) - distance(b))
  if (nearest !== undefined) out[nearest] = wanted
}

function byName(name: string, splits: readonly Split[]): Split {
  const place = placeOf(name)
  if (place >= testFrom && splits.includes('test')) return 'test'
  if (place >= validationFrom && splits.includes('validation')) return 'validation'
  return splits.includes('train') ? 'train' : splits[0]!
}

/** A number in [0, 1) that is the name's own. */
function placeOf(name: string): number {
  return randomStream(0).fork(name).uniform()
}
