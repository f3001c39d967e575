import type { SoundRole } from '#main/datasets/check/checkedSounds'
import { clock, counted, orFine, span, splitNames } from '#main/datasets/check/findings/wording'
import type { ItemFacts } from '#main/datasets/check/measureItem'
import { sameRecording } from '#main/datasets/check/thresholds'
import { landmarkFrameSeconds } from '#main/datasets/landmarks/landmarkFinder'
import { LandmarkIndex, type LandmarkMatch } from '#main/datasets/landmarks/landmarkIndex'
import { type CheckFinding, splits } from '#shared/contract/datasets'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** Two items that share a stretch of sound; `at` is where it begins in each, seconds. */
export interface Duplicate {
  readonly items: readonly [ItemFacts, ItemFacts]
  readonly roles: readonly [SoundRole, SoundRole]
  readonly at: readonly [number, number]
  readonly seconds: number
  readonly count: number
}

/** Pairs that are told one by one. */
const mostTold = 12

/** Finds items that hold the same recording, whatever codec, rate, level and beginning each has. */
export async function findDuplicates(all: readonly ItemFacts[], context: WorkContext): Promise<Duplicate[]> {
  const sounds = all.flatMap((facts) => facts.landmarks.map(({ role, marks }) => ({ facts, role, marks })))
  const index = new LandmarkIndex(sounds.map(({ marks }) => marks))
  const found = new Map<string, Duplicate>()
  for (const [query, sound] of sounds.entries()) {
    context.onProgress({ stage: 'comparing', completed: query, total: sounds.length, unit: 'files' })
    await checkpointCancel(context)
    for (const match of index.matches(query, sameRecording.landmarks)) {
      const other = sounds[match.other]!
      if (match.share < sameRecording.share || other.facts === sound.facts) continue
      const key = `${all.indexOf(sound.facts)} ${all.indexOf(other.facts)}`
      if (match.count > (found.get(key)?.count ?? 0)) found.set(key, duplicate(match, sound, other))
    }
  }
  return [...found.values(), ...equalShortOnes(all)]
}

type Sound = { facts: ItemFacts; role: SoundRole }

function duplicate({ first, last, offset, count }: LandmarkMatch, a: Sound, b: Sound): Duplicate {
  const seconds = (frames: number) => Math.max(0, frames) * landmarkFrameSeconds
  return { items: [a.facts, b.facts], roles: [a.role, b.role], at: [seconds(first), seconds(first - offset)], seconds: seconds(last - first), count }
}

function equalShortOnes(all: readonly ItemFacts[]): Duplicate[] {
  const known = new Map<string, ItemFacts>()
  return all.flatMap((facts) => {
    const key = facts.contentKey
    const before = key === undefined ? undefined : known.get(key)
    if (key !== undefined && !before) known.set(key, facts)
    if (!before) return []
    const { frames, sampleRate } = facts.sounds.recording!
    return [{ items: [before, facts], roles: ['recording', 'recording'], at: [0, 0], seconds: frames / sampleRate, count: 0 }]
  })
}

/** Problems where the items are of different splits, notes where they are of one. */
export function duplicateFindings(duplicates: readonly Duplicate[], all: readonly ItemFacts[]): CheckFinding[] {
  const sorted = duplicates.toSorted((a, b) => b.seconds - a.seconds)
  const crossing = sorted.filter(({ items: [a, b] }) => a.item.split !== b.item.split).map(trainingFirst)
  const inside = sorted.filter(({ items: [a, b] }) => a.item.split === b.item.split)
  const found = [
    ...crossing.slice(0, mostTold).map(crossingFinding),
    ...rest(crossing, 'problem', 'pairs hold the same recordings for training, validation or test', crossingFix),
    ...inside.slice(0, mostTold).map(insideFinding),
    ...rest(inside, 'note', 'pairs hold the same recordings', insideFix),
  ]
  const compared = all.length > 1 ? `: ${counted(all.length, 'recording')} were compared with one another by their sound` : ''
  return orFine('duplicate', found, `No recording is there twice${compared}.`)
}

const crossingFix = 'Use both for training, or take one away: what was learned by heart would be scored as if it were understood.'
const insideFix = 'Take one away, unless it should count twice.'

/** What is learned from is named before what it is scored with. */
function trainingFirst(pair: Duplicate): Duplicate {
  const [a, b] = pair.items
  if (splits.indexOf(a.item.split) < splits.indexOf(b.item.split)) return pair
  return { ...pair, items: [b, a], roles: [pair.roles[1], pair.roles[0]], at: [pair.at[1], pair.at[0]] }
}

function crossingFinding(pair: Duplicate): CheckFinding {
  const [a, b] = pair.items
  const where = `${side(pair, 0)} (${splitNames[a.item.split]}) and ${side(pair, 1)} (${splitNames[b.item.split]})`
  return { kind: 'duplicate', level: 'problem', items: [a.item.name, b.item.name], message: `${where} hold the same recording: ${stretch(pair)}.`, fix: crossingFix }
}

function insideFinding(pair: Duplicate): CheckFinding {
  const [a, b] = pair.items
  const message = `${side(pair, 0)} and ${side(pair, 1)}, both used for ${splitNames[a.item.split]}, hold the same recording: ${stretch(pair)}.`
  return { kind: 'duplicate', level: 'note', items: [a.item.name, b.item.name], message, fix: insideFix }
}

function side({ items, roles }: Duplicate, at: 0 | 1): string {
  const stem = { vocals: 'The vocals of ', accompaniment: 'The music of ', mixture: '', recording: '' }[roles[at]]
  return `${at === 0 ? stem : stem.toLowerCase()}“${items[at].item.name}”`
}

function stretch({ at: [a, b], seconds }: Duplicate): string {
  return a < 1 && b < 1 ? `${span(seconds)} from the beginning` : `${span(seconds)}, from ${clock(a)} in the first and ${clock(b)} in the second`
}

function rest(pairs: readonly Duplicate[], level: CheckFinding['level'], what: string, fix: string): CheckFinding[] {
  const more = pairs.slice(mostTold)
  if (more.length === 0) return []
  const items = [...new Set(more.flatMap(({ items: [a, b] }) => [a.item.name, b.item.name]))]
  return [{ kind: 'duplicate', level, items, message: `${more.length.toLocaleString('en')} more ${what}.`, fix }]
}
