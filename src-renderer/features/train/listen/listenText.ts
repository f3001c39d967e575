import type { ClipComparison, ResultClip, RunResults } from '#shared/contract/results'
import type { Split } from '#shared/contract/datasets'

const partTitles: Record<string, string> = {
  vocals: 'Vocals',
  accompaniment: 'Music',
  first: 'First part',
  second: 'Second part',
  reconstruction: 'Reconstruction',
}

/** What is said of the epoch whose model the run keeps. */
export const keptNote = 'the best, which is kept'

/** What the user reads for a part of a clip. */
export function partTitle(part: string): string {
  return partTitles[part] ?? part
}

/** Where a clip is from, where that has to be said: what is trained on flatters the network. */
export function splitNote(split: Split): string | undefined {
  return split === 'train' ? 'from training data' : split === 'test' ? 'from the final test' : undefined
}

/** What stands beside another model's sound: one that knows the song already is not as good as it sounds. */
export function comparedNote(learned: ClipComparison['clips'][string]['learned']): string {
  return { yes: 'compared; it learned from this song', no: 'compared', unknown: 'compared; it may have learned from this song' }[learned]
}

/** Decibels with one place and their sign. */
export function decibels(value: number): string {
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(1)} dB`
}

/** What there is to choose among the parts of a clip, in the order of the newest output. */
export function partsOf(clip: ResultClip): string[] {
  return Object.keys(clip.outputs.at(-1)?.parts ?? {})
}

/**
 * The true sounds to hold a part against: its own; all that there are where nobody told the network which is which; none where the
 * part is to be the mixture itself.
 */
export function truthsOf(clip: ResultClip, part: string): { key: string; title: string; url: string; spectrogramUrl: string }[] {
  const named = Object.keys(clip.targets).map((target) => ({ key: `true ${target}`, title: `True ${partTitle(target).toLowerCase()}`, target }))
  const fitting = clip.targets[part] ? named.filter(({ target }) => target === part) : part === 'reconstruction' ? [] : named
  return fitting.map(({ key, title, target }) => ({ key, title, ...clip.targets[target]! }))
}

/** What a screen reader says of a checkpoint. */
export function spokenCheckpoint(clip: ResultClip, epoch: number, part: string, best: RunResults['bestEpoch']): string {
  const sdr = clip.scores.find((score) => score.epoch === epoch)?.sdr[part]
  const measured = sdr === undefined ? '' : `, ${partTitle(part).toLowerCase()} ${sdr.toFixed(1)} decibels`
  return `Epoch ${epoch}${measured}${epoch === best ? `, ${keptNote}` : ''}`
}
