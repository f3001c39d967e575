import { counted, fine, span } from '#main/datasets/check/findings/wording'
import { itemSeconds } from '#main/datasets/check/findings/fileFindings'
import type { ItemFacts } from '#main/datasets/check/measureItem'
import { clipsOfClass, trainingMinutes, unevenClasses } from '#main/datasets/check/thresholds'
import type { CheckFinding, Split } from '#shared/contract/datasets'

/** How much there is of each split. @param noun what one item is called, such as `song` */
export function amountFindings(all: readonly ItemFacts[], noun: string): CheckFinding[] {
  const of = (split: Split) => all.filter(({ item }) => item.split === split)
  const [train, validation, test] = [of('train'), of('validation'), of('test')]
  const minutes = secondsIn(all, 'train') / 60
  const isClip = noun === 'clip'
  return [
    ...missing(train.length, 'train', `There is no ${noun} to train on.`, `Use some ${noun}s for training.`),
    ...missing(validation.length, 'validation', `No ${noun} is kept for validation.`, `Use at least one ${noun} for validation: without it nobody can tell learning from remembering.`),
    ...(train.length > 0 && !isClip ? little(minutes) : []),
    fine('amount', `Training: ${amount(train, all, 'train', noun)}; validation: ${amount(validation, all, 'validation', noun)}; test: ${amount(test, all, 'test', noun)}.`),
  ]
}

/** Seconds of sound in a split. */
export function secondsIn(all: readonly ItemFacts[], split: Split): number {
  return all.filter(({ item }) => item.split === split).reduce((sum, facts) => sum + itemSeconds(facts), 0)
}

function amount(items: readonly ItemFacts[], all: readonly ItemFacts[], split: Split, noun: string): string {
  return items.length === 0 ? 'nothing' : `${counted(items.length, noun)} (${span(secondsIn(all, split))})`
}

function missing(count: number, split: Split, message: string, fix: string): CheckFinding[] {
  return count > 0 ? [] : [{ kind: 'amount', level: split === 'train' ? 'problem' : 'note', items: [], message, fix }]
}

function little(minutes: number): CheckFinding[] {
  if (minutes >= trainingMinutes.note) return []
  const level = minutes < trainingMinutes.problem ? 'problem' : 'note'
  return [{ kind: 'amount', level, items: [], message: `There are only ${span(minutes * 60)} to train on.`, fix: 'Add more songs: a network that knows few of them learns them by heart. To teach a model that is there already, this can be enough.' }]
}

/** How many there are of each class in each split. @param counts by label and split */
export function labelFindings(counts: ReadonlyMap<string, Readonly<Record<Split, number>>>, noun: string): CheckFinding[] {
  if (counts.size === 0) return []
  const total = (label: string) => Object.values(counts.get(label)!).reduce((sum, count) => sum + count, 0)
  const labels = [...counts.keys()].toSorted((a, b) => total(a) - total(b))
  const [least, most] = [labels[0]!, labels.at(-1)!]
  const few = labels.filter((label) => total(label) < clipsOfClass)
  const unseen = labels.filter((label) => counts.get(label)!.train === 0)
  const isUneven = total(most) > unevenClasses * total(least)
  const names = (list: readonly string[]) => list.map((label) => `“${label}”`).join(', ')
  return [
    ...labelFinding('problem', unseen, `Nothing of ${names(unseen)} is there to train on.`, 'Use some of it for training, or take it out of the folder.'),
    ...labelFinding('note', few, `There is little of ${names(few)}: fewer than ${clipsOfClass} ${noun}s.`, `Add ${noun}s of it.`),
    ...labelFinding('note', isUneven ? [least, most] : [], `The classes are uneven: ${total(least).toLocaleString('en')} of “${least}”, ${total(most).toLocaleString('en')} of “${most}”.`, 'Add to the small ones; what a network makes of a class depends on how much it saw of it.'),
    fine('labels', `${counted(counts.size, 'class', 'classes')}, with ${evenly(total(least), total(most))} ${noun}s each.`),
  ]
}

function evenly(least: number, most: number): string {
  return least === most ? least.toLocaleString('en') : `${least.toLocaleString('en')} to ${most.toLocaleString('en')}`
}

function labelFinding(level: CheckFinding['level'], items: readonly string[], message: string, fix: string): CheckFinding[] {
  return items.length === 0 ? [] : [{ kind: 'labels', level, items: [...items], message, fix }]
}
