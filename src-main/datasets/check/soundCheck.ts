import type { OpenParts, SoundItem } from '#main/datasets/check/checkedSounds'
import { amountFindings, labelFindings, secondsIn } from '#main/datasets/check/findings/amountFindings'
import { duplicateFindings, findDuplicates } from '#main/datasets/check/findings/duplicateFindings'
import { channelFindings, itemSeconds, lengthFindings, rateFindings, readingFindings, type Unreadable } from '#main/datasets/check/findings/fileFindings'
import { clippedOf, clippingFindings, silenceFindings, silentOf, sumFindings, vocalFindings } from '#main/datasets/check/findings/soundFindings'
import { worstFirst } from '#main/datasets/check/findings/wording'
import { type ItemFacts, measureItem } from '#main/datasets/check/measureItem'
import type { CheckedItem, CheckReport, Split } from '#shared/contract/datasets'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'

/** What a check says; whose report it is, only its caller knows. */
export type CheckOutcome = Omit<CheckReport, 'datasetId' | 'hash'>

/**
 * Measures everything that can spoil a training with these sounds. A file that cannot be read is a finding, and the check goes
 * on. Memory: a block of each sound of one item, and 600 bytes a second of all.
 * @throws the signal's reason
 */
export async function checkSounds(items: readonly SoundItem[], open: OpenParts, context: WorkContext): Promise<CheckOutcome> {
  const all: ItemFacts[] = []
  const unreadable: Unreadable[] = []
  for (const [index, item] of items.entries()) {
    const tell = (share: number) => context.onProgress({ stage: 'measuring', completed: index + share, total: items.length, unit: 'files' })
    tell(0)
    try {
      all.push(await measureItem(item, open, context, tell))
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'INTERNAL') throw error
      unreadable.push({ name: item.name, message: error.message })
    }
  }
  const duplicates = await findDuplicates(all, context)
  return {
    findings: worstFirst([
      ...readingFindings(unreadable, all),
      ...duplicateFindings(duplicates, all),
      ...amountFindings(all, nounOf(items)),
      ...labelFindings(labelCounts(all), 'clip'),
      ...(all.length > 0 ? measuredFindings(all) : []),
    ]),
    items: items.map((item) => checkedItem(item, all.find((facts) => facts.item === item))),
    seconds: { train: secondsIn(all, 'train'), validation: secondsIn(all, 'validation'), test: secondsIn(all, 'test') },
  }
}

function measuredFindings(all: readonly ItemFacts[]) {
  const isMusic = all.every(({ item }) => item.label === undefined)
  return [
    ...sumFindings(all),
    ...vocalFindings(all),
    ...clippingFindings(all),
    ...silenceFindings(all),
    ...lengthFindings(all),
    ...rateFindings(all, isMusic),
    ...channelFindings(all),
  ]
}

function nounOf(items: readonly SoundItem[]): string {
  if (items.every(({ sounds }) => sounds[0]?.role === 'vocals')) return 'song'
  return items.every(({ label }) => label !== undefined) ? 'clip' : 'recording'
}

function labelCounts(all: readonly ItemFacts[]): Map<string, Record<Split, number>> {
  const counts = new Map<string, Record<Split, number>>()
  for (const { item } of all) {
    if (item.label === undefined) continue
    const count = counts.get(item.label) ?? { train: 0, validation: 0, test: 0 }
    count[item.split]++
    counts.set(item.label, count)
  }
  return counts
}

function checkedItem({ name, split }: SoundItem, facts: ItemFacts | undefined): CheckedItem {
  if (!facts) return { name, split }
  const { sounds, sumErrorDb } = facts
  const [first] = Object.values(sounds)
  return {
    name,
    split,
    seconds: itemSeconds(facts),
    sampleRate: first!.sampleRate,
    channels: Math.max(...Object.values(sounds).map(({ channels }) => channels)),
    clipped: clippedOf(facts),
    silent: silentOf(facts),
    ...(sounds.vocals && { vocalActivity: sounds.vocals.active }),
    ...(sumErrorDb !== undefined && { sumErrorDb }),
  }
}
