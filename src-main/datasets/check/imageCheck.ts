import { labelFindings } from '#main/datasets/check/findings/amountFindings'
import type { Unreadable } from '#main/datasets/check/findings/fileFindings'
import { about, counted, fine, listed, orFine, percent, splitNames, worstFirst } from '#main/datasets/check/findings/wording'
import type { CheckOutcome } from '#main/datasets/check/soundCheck'
import type { IdxArray } from '#main/datasets/idxImages'
import type { CheckFinding, Split } from '#shared/contract/datasets'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** Some pictures of a file, and what each is of. */
export interface ImageSet {
  readonly name: string
  readonly split: Split
  readonly images: IdxArray
  readonly labels: IdxArray | undefined
  /** Pictures `[from, to)` of the file. */
  readonly from: number
  readonly to: number
}

/** Pictures that are looked at before the event loop has a turn. */
const picturesAtOnce = 4096

/** Looks for what can spoil a training with these pictures. @param unreadable sets whose files could not be read */
export async function checkImages(sets: readonly ImageSet[], unreadable: readonly Unreadable[], context: WorkContext): Promise<CheckOutcome> {
  const { blank, crossing, inside } = await comparePictures(sets, context)
  return {
    findings: worstFirst([
      ...orFine('unreadable', brokenSets(unreadable), `All of ${counted(sets.length, 'set')} of pictures can be read.`),
      ...sizeFindings(sets),
      ...labelsFit(sets),
      ...labelFindings(countLabels(sets), 'picture'),
      ...twins(crossing, inside),
      ...blankFindings(blank),
      ...amounts(sets),
    ]),
    items: [...sets.map(({ name, split }) => ({ name, split })), ...unreadable.map(({ name }) => ({ name, split: 'train' as const }))],
    seconds: { train: 0, validation: 0, test: 0 },
  }
}

function brokenSets(unreadable: readonly Unreadable[]): CheckFinding[] {
  const reasons = [...new Set(unreadable.map(({ message }) => message))].join(' ')
  return about('unreadable', 'problem', unreadable, (list) => `${list} can't be read. ${reasons}`, 'Download or copy the files again.')
}

/** Counts pictures that are equal to the byte within a split and between splits, and those of one grey. */
async function comparePictures(sets: readonly ImageSet[], context: WorkContext) {
  const known = new Map<number, { bytes: Uint8Array; split: Split }[]>()
  let [blank, crossing, inside] = [0, 0, 0]
  const total = sets.reduce((sum, { from, to }) => sum + to - from, 0)
  let done = 0
  for (const { images, split, from, to } of sets) {
    for (let index = from; index < to; index++, done++) {
      if (done % picturesAtOnce === 0) {
        context.onProgress({ stage: 'measuring', completed: done, total, unit: 'files' })
        await checkpointCancel(context)
      }
      const bytes = picture(images, index)
      if (bytes.every((value) => value === bytes[0])) blank++
      const key = keyOf(bytes)
      const twin = known.get(key)?.find((other) => equal(other.bytes, bytes))
      if (!twin) known.set(key, [...(known.get(key) ?? []), { bytes, split }])
      else if (twin.split === split) inside++
      else crossing++
    }
  }
  return { blank: { count: blank, total }, crossing, inside }
}

function picture({ shape, values }: IdxArray, index: number): Uint8Array {
  const size = values.length / shape[0]!
  return values.subarray(index * size, (index + 1) * size)
}

function keyOf(bytes: Uint8Array): number {
  let key = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) key = Math.imul(key ^ bytes[i]!, 0x01000193)
  return key
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}

function twins(crossing: number, inside: number): CheckFinding[] {
  const found: CheckFinding[] = []
  if (crossing > 0) {
    const fix = 'Scores of them say nothing. With so few of so many it makes no difference; if there are many, take them out of one split.'
    found.push({ kind: 'duplicate', level: 'note', items: [], message: `${counted(crossing, 'picture is', 'pictures are')} both learned from and scored with, equal to the last dot.`, fix })
  }
  if (inside > 0) found.push({ kind: 'duplicate', level: 'note', items: [], message: `${counted(inside, 'picture is', 'pictures are')} twice among those for one purpose.`, fix: 'Nothing needs to be done: each counts twice.' })
  return orFine('duplicate', found, 'No picture is there twice.')
}

function sizeFindings(sets: readonly ImageSet[]): CheckFinding[] {
  const sizes = new Set(sets.map(({ images: { shape } }) => `${shape[2]} × ${shape[1]}`))
  if (sizes.size <= 1) return sets.length === 0 ? [] : [fine('length', `All pictures have ${[...sizes][0]} dots.`)]
  const cases = sets.map(({ name, images: { shape } }) => ({ name, figure: `${shape[2]} × ${shape[1]}` }))
  return about('length', 'problem', cases, (list) => `Pictures differ in size: ${list}.`, 'Use pictures of one size in a dataset.')
}

function labelsFit(sets: readonly ImageSet[]): CheckFinding[] {
  const wrong = sets
    .filter(({ images, labels }) => labels && labels.shape[0] !== images.shape[0])
    .map(({ name, images, labels }) => ({ name, figure: `${images.shape[0]!.toLocaleString('en')} pictures, ${labels!.shape[0]!.toLocaleString('en')} labels` }))
  const without = sets.filter(({ labels }) => !labels).map(({ name }) => ({ name }))
  return [
    ...about('labels', 'problem', wrong, (list) => `Pictures and labels differ in number: ${list}.`, 'Check that the two files belong together; labels are given to the wrong pictures.'),
    ...about('labels', 'note', without, () => `There are no labels for ${listed(without)}.`, 'Nothing needs to be done to take pictures apart; to tell them apart, put the file of labels beside the pictures.'),
  ]
}

function countLabels(sets: readonly ImageSet[]): Map<string, Record<Split, number>> {
  const counts = new Map<string, Record<Split, number>>()
  for (const { labels, split, from, to } of sets) {
    for (const label of labels?.values.subarray(from, to) ?? []) {
      const count = counts.get(String(label)) ?? { train: 0, validation: 0, test: 0 }
      count[split]++
      counts.set(String(label), count)
    }
  }
  return counts
}

function blankFindings({ count, total }: { count: number; total: number }): CheckFinding[] {
  if (count === 0) return []
  return [{ kind: 'silence', level: 'note', items: [], message: `${counted(count, 'picture is', 'pictures are')} of one grey (${percent(count / total)}).`, fix: 'Nothing can be learned from them; take them out if there are many.' }]
}

function amounts(sets: readonly ImageSet[]): CheckFinding[] {
  const count = (split: Split) => sets.filter((set) => set.split === split).reduce((sum, { from, to }) => sum + to - from, 0)
  const missing = (split: Split, level: CheckFinding['level'], message: string): CheckFinding[] =>
    count(split) > 0 ? [] : [{ kind: 'amount', level, items: [], message, fix: `Use a set of pictures for ${splitNames[split]}.` }]
  return [
    ...missing('train', 'problem', 'There is no picture to train on.'),
    ...missing('validation', 'note', 'No picture is kept for validation.'),
    fine('amount', `Training: ${count('train').toLocaleString('en')} pictures; validation: ${count('validation').toLocaleString('en')}; test: ${count('test').toLocaleString('en')}.`),
  ]
}
