import type { ClipComparison } from '#shared/contract/results'

/** What a card says of what its model learned from. */
export interface CardOfData {
  readonly name: string
  readonly data?: string | undefined
}

export type Learned = ClipComparison['clips'][string]['learned']

/**
 * Says whether a model learned from the song of a clip, as far as its card tells: cards name the songs that were learned from, and
 * the model that it began with, whose card is looked for among `known`.
 * @param clipName as clips are named: the song, or two recordings, and the time
 */
export function learnedFrom(clipName: string, card: CardOfData, known: readonly CardOfData[]): Learned {
  const song = clipName.replace(/, [\d:]+$/, '')
  // The pieces that a lesson has cut a song into are of that song.
  const whole = song.replace(/, (before its end|its end)$/, '')
  const { data = '' } = card
  if (data.trim() === '') return 'unknown'
  if (names(data, song) || names(data, whole)) return 'yes'
  const isOfLoose = / (with|over) /.test(song) && /\b(loose voices|instrumentals)\b/.test(data)
  const own = isOfLoose ? 'unknown' : 'no'
  const begun = /; trained on from "(.*)"$/.exec(data)?.[1]
  if (begun === undefined) return own
  const base = known.find(({ name }) => name === begun)
  const before = base ? learnedFrom(clipName, base, known.filter((other) => other !== base)) : 'unknown'
  return before === 'no' ? own : before
}

/** True where a list in `text` has `name` as one of its items. */
function names(text: string, name: string): boolean {
  const [all, one] = [text, name].map((each) => each.normalize('NFC').toLowerCase()) as [string, string]
  for (let at = all.indexOf(one); at >= 0; at = all.indexOf(one, at + 1)) {
    const [before, after] = [all.slice(0, at), all.slice(at + one.length)]
    if (/(^|\(|, )$/.test(before) && /^(\)|, |$)/.test(after)) return true
  }
  return false
}
