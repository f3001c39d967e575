import type { ResultClip, RunResults } from '#shared/contract/results'
import type { Split } from '#shared/contract/datasets'

const partTitles: Record<string, string> = {
  vocals: 'Vocals',
  accompaniment: 'Music',
  first: 'First part',
  second: 'Second part',
  reconstruction: 'Whole, told again',
}

/** What the user reads for a part of a clip. */
export function partTitle(part: string): string {
  return partTitles[part] ?? part
}

/** Where a clip is from, where that has to be said: what is trained on flatters the network. */
export function splitNote(split: Split): string | undefined {
  return split === 'train' ? 'from training data' : split === 'test' ? 'from the final test' : undefined
}

/** Decibels with one place and their sign. */
export function decibels(value: number): string {
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(1)} dB`
}

/** What there is to choose among the parts of a clip, in the order of the newest output. */
export function partsOf(clip: ResultClip): string[] {
  return Object.keys(clip.outputs.at(-1)?.parts ?? {})
}

/** The true sound to hold a part against: its own, or the mixture where the part is to be the whole. */
export function truthOf(clip: ResultClip, part: string): { title: string; url: string; spectrogramUrl: string } | undefined {
  const target = clip.targets[part]
  return target && { title: `True ${partTitle(part).toLowerCase()}`, ...target }
}

/** What a screen reader says of a checkpoint. */
export function spokenCheckpoint(clip: ResultClip, epoch: number, part: string, best: RunResults['bestEpoch']): string {
  const sdr = clip.scores.find((score) => score.epoch === epoch)?.sdr[part]
  const measured = sdr === undefined ? '' : `, ${partTitle(part).toLowerCase()} ${sdr.toFixed(1)} decibels`
  return `Epoch ${epoch}${measured}${epoch === best ? ', the best' : ''}`
}
