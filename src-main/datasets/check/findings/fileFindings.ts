import { about, type Case, counted, fine, orFine, span, verb } from '#main/datasets/check/findings/wording'
import type { ItemFacts } from '#main/datasets/check/measureItem'
import { leastRate, lengthDifference, lowRate, mostRate, shortest } from '#main/datasets/check/thresholds'
import type { CheckFinding } from '#shared/contract/datasets'

/** A file, or a song with such a file, that could not be read; `message` says why. */
export interface Unreadable {
  readonly name: string
  readonly message: string
}

/** Files that cannot be read, and those that can be read in part. */
export function readingFindings(unreadable: readonly Unreadable[], all: readonly ItemFacts[]): CheckFinding[] {
  const damaged = all.filter(({ warnings }) => warnings.length > 0).map(({ item, warnings }): Case => ({ name: item.name, figure: warnings.join(' ') }))
  const reasons = [...new Set(unreadable.map(({ message }) => message))].slice(0, 3).join(' ')
  const found = [
    ...about(
      'unreadable',
      'problem',
      unreadable,
      (list) => `${list} can't be read. ${reasons}`,
      `Replace ${verb(unreadable, 'it or take it', 'them or take them')} out of the folder, then look at the folder again: a training would stop there.`,
    ),
    ...about('unreadable', 'note', damaged, (list) => `Not all could be read of ${list}.`, 'Copy or export it again if you can. Training uses what can be read.'),
  ]
  return orFine('unreadable', found, all.length === 1 ? 'The recording can be read to its end.' : `All of ${counted(all.length, 'recording')} can be read to the end.`)
}

/** Sample rates; clips of speech and noises may be low. */
export function rateFindings(all: readonly ItemFacts[], isMusic: boolean): CheckFinding[] {
  const rateOf = ({ sounds }: ItemFacts) => Math.min(...Object.values(sounds).map(({ sampleRate }) => sampleRate))
  const hertz = (rate: number) => `${rate.toLocaleString('en')} Hz`
  const cases = (among: readonly ItemFacts[]) => among.map((facts): Case => ({ name: facts.item.name, figure: hertz(rateOf(facts)) }))
  const unusable = all.filter((facts) => Object.values(facts.sounds).some(({ sampleRate }) => sampleRate < leastRate || sampleRate > mostRate))
  const low = isMusic ? all.filter((facts) => rateOf(facts) < lowRate && !unusable.includes(facts)) : []
  const counts = new Map<number, number>()
  for (const facts of all) counts.set(rateOf(facts), (counts.get(rateOf(facts)) ?? 0) + 1)
  const rates = [...counts].toSorted((a, b) => b[1] - a[1]).map(([rate, count]) => `${count.toLocaleString('en')} at ${hertz(rate)}`)
  return [
    ...about(
      'rate',
      'problem',
      cases(unusable),
      (list) => `${list} ${verb(unusable, 'has a sample rate', 'have sample rates')} that can't be converted.`,
      `Convert to a rate from ${hertz(leastRate)} to ${hertz(mostRate)}, or take ${verb(unusable, 'it', 'them')} out of the folder.`,
    ),
    ...about(
      'rate',
      'note',
      cases(low),
      (list) => `${list} ${verb(low, 'has', 'have')} a low sample rate and so no treble.`,
      'Use the original recordings if you have them: a network learns from these that there is no treble.',
    ),
    ...(all.length > 0 ? [fine('rate', counts.size > 1 ? `Sample rates: ${rates.join(', ')}. Training converts them to one rate.` : `The sample rate is ${hertz(rateOf(all[0]!))}.`)] : []),
  ]
}

/** Lengths of the recordings, and of a song's stems against each other. */
export function lengthFindings(all: readonly ItemFacts[]): CheckFinding[] {
  const songs = all.filter(({ sounds }) => sounds.vocals && sounds.accompaniment)
  const apart = ({ sounds: { vocals, accompaniment } }: ItemFacts) => Math.abs(secondsOf(vocals!) - secondsOf(accompaniment!))
  const cases = (among: readonly ItemFacts[], figure: (facts: ItemFacts) => number) =>
    among.map((facts): Case => ({ name: facts.item.name, figure: span(figure(facts)) }))
  const wrong = cases(songs.filter((facts) => apart(facts) > lengthDifference.problem), apart)
  const uneven = cases(songs.filter((facts) => apart(facts) > lengthDifference.note && apart(facts) <= lengthDifference.problem), apart)
  const short = cases(songs.filter((facts) => itemSeconds(facts) < shortest), itemSeconds)
  const lengths = all.map(itemSeconds)
  const range = lengths.length > 1 ? `, from ${span(Math.min(...lengths))} to ${span(Math.max(...lengths))}` : ''
  const total = lengths.reduce((sum, seconds) => sum + seconds, 0)
  return [
    ...about('length', 'problem', wrong, (list) => `The stems of ${list} differ in length.`, 'Check that both are of the same version of the song and begin at the same moment.'),
    ...about('length', 'note', uneven, (list) => `The stems of ${list} differ a little in length.`, 'Nothing needs to be done: the shorter stem counts as silent at its end.'),
    ...about('length', 'note', short, (list) => `${list} ${verb(short, 'is', 'are')} shorter than what is learned from at once (${shortest} s).`, 'Longer songs teach more.'),
    ...(all.length > 0 ? [fine('length', `${counted(all.length, 'recording')}, ${span(total)} in all${range}.`)] : []),
  ]
}

/** Mono, one-sided and cancelling recordings. */
export function channelFindings(all: readonly ItemFacts[]): CheckFinding[] {
  const having = (stereo: string) => all.filter(({ sounds }) => Object.values(sounds).some((sound) => sound.stereo === stereo && sound.peak > 0))
  const name = ({ item }: ItemFacts): Case => ({ name: item.name })
  const [oneSided, opposite] = [having('oneSided'), having('opposite')].map((found) => found.map(name))
  const mono = all.filter(({ sounds }) => Object.values(sounds).every(({ stereo }) => stereo === undefined || stereo === 'same')).length
  return [
    ...about('channels', 'problem', opposite!, (list) => `The channels of ${list} are each other's opposite, so that they cancel in mono.`, 'Turn the polarity of one channel round.'),
    ...about('channels', 'note', oneSided!, (list) => `${list} ${verb(oneSided!, 'sounds', 'sound')} on one side only.`, 'If the other channel was lost, make the file mono or export it again.'),
    ...(all.length > 0 ? [fine('channels', monoSentence(mono, all.length))] : []),
  ]
}

function monoSentence(mono: number, all: number): string {
  if (mono === 0) return all === 1 ? 'The recording is stereo.' : 'All recordings are stereo.'
  if (all === 1) return 'The recording is mono, or holds the same on both sides.'
  return mono === all ? 'All recordings are mono, or hold the same on both sides.' : `${mono.toLocaleString('en')} of ${counted(all, 'recording')} are mono, or hold the same on both sides.`
}

function secondsOf({ frames, sampleRate }: { frames: number; sampleRate: number }): number {
  return frames / sampleRate
}

/** Length of the longest of an item's sounds, in seconds. */
export function itemSeconds({ sounds }: ItemFacts): number {
  return Math.max(0, ...Object.values(sounds).map(secondsOf))
}
