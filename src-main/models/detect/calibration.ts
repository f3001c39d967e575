import { fitLogistic, logOdds, type LogisticModel } from '#main/models/detect/logisticRegression'
import type { RandomStream } from '#shared/random'

/** Things, of which several make one: the events of a clip. What comes from one source lies in one fold. */
export interface GroupedFeatures {
  /** One row an event. */
  readonly features: readonly (readonly number[])[]
  /** Number of the clip of each event. */
  readonly clip: readonly number[]
  /** By clip. */
  readonly truth: readonly boolean[]
  readonly source: readonly string[]
  /** By clip: whether it is a variant of another one, which is learned from but says nothing of how sure the result may be. */
  readonly isVariant?: readonly boolean[]
}

const folds = 5
/** What log odds are scaled down to at most. */
const leastSlope = 0.05
/** Log odds of a clip in which nothing happens. */
const nothing = -20

/** The log odds of each clip: those of the event that is most like what is looked for. */
export function clipOdds(model: LogisticModel, { features, clip, truth }: Pick<GroupedFeatures, 'features' | 'clip' | 'truth'>): number[] {
  const odds = truth.map(() => nothing)
  for (const [i, row] of features.entries()) odds[clip[i]!] = Math.max(odds[clip[i]!]!, logOdds(model, row))
  return odds
}

/**
 * Fits a regression on events, and then its scale and bias on what it says of clips that it has not seen, in folds by source: what
 * it says of those that it has learned from is surer than it has reason to be.
 * @throws AppError DATASET_EMPTY where one kind is missing
 * @see Platt, "Probabilistic outputs for support vector machines", 1999, section 2.2
 */
export function fitCalibrated(data: GroupedFeatures, ridge: number, random: RandomStream): LogisticModel {
  const model = fitEvents(data, () => true, ridge)
  const held = heldOdds(data, ridge, random)
  const known = held.map((odds, clip) => ({ odds, is: data.truth[clip]!, isVariant: data.isVariant?.[clip] })).filter(({ odds, isVariant }) => odds > nothing && !isVariant)
  if (!known.some(({ is }) => is) || known.every(({ is }) => is)) return model
  const scale = fitLogistic({ features: known.map(({ odds }) => [odds]), truth: known.map(({ is }) => is) }, 0.01)
  // Turned around by chance, it would call the sound what is least like it.
  const slope = Math.max(leastSlope, scale.weights[0]! / scale.deviation[0]!)
  const bias = (model.bias - scale.mean[0]!) * slope + scale.bias
  return { ...model, weights: model.weights.map((weight) => weight * slope), bias }
}

/** The log odds of each clip by a regression that has not learned from its source. */
export function heldOdds(data: GroupedFeatures, ridge: number, random: RandomStream): number[] {
  const fold = foldOfSource(data, random)
  const odds = data.truth.map(() => nothing)
  for (let held = 0; held < folds; held++) {
    const isHeld = (clip: number) => fold.get(data.source[clip]!) === held
    const learned = data.truth.filter((_, clip) => !isHeld(clip))
    if (!learned.includes(true) || !learned.includes(false)) continue
    const model = fitEvents(data, (clip) => !isHeld(clip), ridge)
    for (const [clip, value] of clipOdds(model, data).entries()) if (isHeld(clip)) odds[clip] = value
  }
  return odds
}

function fitEvents({ features, clip, truth }: GroupedFeatures, wanted: (clip: number) => boolean, ridge: number): LogisticModel {
  const rows = features.map((_, i) => i).filter((i) => wanted(clip[i]!))
  return fitLogistic({ features: rows.map((i) => features[i]!), truth: rows.map((i) => truth[clip[i]!]!) }, ridge)
}

/** Sources of either kind are dealt out in turn, so that each fold has its share of both. */
function foldOfSource({ truth, source }: GroupedFeatures, random: RandomStream): Map<string, number> {
  const fold = new Map<string, number>()
  for (const kind of [true, false]) {
    const names = [...new Set(source.filter((_, clip) => truth[clip] === kind))].toSorted()
    const shuffled = names.map((name) => ({ name, place: random.uniform() })).toSorted((a, b) => a.place - b.place)
    for (const [i, { name }] of shuffled.entries()) if (!fold.has(name)) fold.set(name, i % folds)
  }
  return fold
}
