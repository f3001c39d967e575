import { about, type Case, orFine, percent, verb } from '#main/datasets/check/findings/wording'
import type { ItemFacts } from '#main/datasets/check/measureItem'
import { clipping, silence, stemLikeness, subtractionLeft, sumError, vocalActivity } from '#main/datasets/check/thresholds'
import type { CheckFinding } from '#shared/contract/datasets'

/** Share of samples in cut-off peaks, of the sound of an item that has most. */
export function clippedOf({ sounds }: ItemFacts): number {
  return Math.max(0, ...Object.values(sounds).map(({ clipped }) => clipped))
}

/** Share of time in which an item is silent; of a song, in which its busier stem is. */
export function silentOf({ sounds }: ItemFacts): number {
  return Math.min(1, ...Object.values(sounds).map(({ silent }) => silent))
}

export function clippingFindings(all: readonly ItemFacts[]): CheckFinding[] {
  const [bad, some] = graded(all, clippedOf, clipping, 'of samples')
  return orFine(
    'clipping',
    [
      ...about('clipping', 'problem', bad, (list) => `${list} ${verb(bad, 'is', 'are')} badly clipped.`, 'Export again at a lower level, unless it is meant to sound so, as square waves do: a network learns the crackle as part of the sound.'),
      ...about('clipping', 'note', some, (list) => `${list} ${verb(some, 'has', 'have')} some clipped peaks.`, 'Loud masters often do. Export at a lower level if you can.'),
    ],
    'No recording is clipped.',
  )
}

export function silenceFindings(all: readonly ItemFacts[]): CheckFinding[] {
  const [empty, much] = graded(all, silentOf, silence, 'of the time')
  const stems = all.flatMap(({ item, sounds }) =>
    sounds.accompaniment && sounds.accompaniment.silent > silence.problem && !empty.some(({ name }) => name === item.name) ? [{ name: item.name }] : [],
  )
  return orFine(
    'silence',
    [
      ...about('silence', 'problem', empty.map(({ name }) => ({ name })), (list) => `${list} ${verb(empty, 'is', 'are')} silent from beginning to end.`, 'Take it out of the folder, or export it again.'),
      ...about('silence', 'problem', stems, (list) => `The music of ${list} is silent from beginning to end.`, 'Check which of its files are vocals and which are music.'),
      ...about('silence', 'note', much, (list) => `${list} ${verb(much, 'is', 'are')} silent for much of the time.`, 'Nothing needs to be done: training draws from where something sounds.'),
    ],
    'No recording is silent for long.',
  )
}

export function vocalFindings(all: readonly ItemFacts[]): CheckFinding[] {
  const songs = all.filter(({ sounds }) => sounds.vocals)
  if (songs.length === 0) return []
  const active = (facts: ItemFacts) => facts.sounds.vocals!.active
  const figured = (among: readonly ItemFacts[]) => among.map((facts): Case => ({ name: facts.item.name, figure: `${percent(active(facts))} of the time` }))
  const none = figured(songs.filter((facts) => active(facts) < vocalActivity.problem))
  const few = figured(songs.filter((facts) => active(facts) >= vocalActivity.problem && active(facts) < vocalActivity.note))
  const shares = songs.map(active)
  return orFine(
    'vocalActivity',
    [
      ...about('vocalActivity', 'problem', none, (list) => `There are hardly any vocals, or none, in ${list}.`, 'Check which of the files are vocals, or use the song as instrumental music.'),
      ...about('vocalActivity', 'note', few, (list) => `There are few vocals in ${list}.`, 'Add songs with more singing: vocals are learned only from where they sound.'),
    ],
    `Vocals sound in ${range(shares)} of the time of each song.`,
  )
}

/** How stems go together with their mixture and with each other. */
export function sumFindings(all: readonly ItemFacts[]): CheckFinding[] {
  const songs = all.filter(({ sounds }) => sounds.vocals && sounds.accompaniment)
  if (songs.length === 0) return []
  const measured = songs.filter(({ sumErrorDb }) => sumErrorDb !== undefined)
  const level = ({ item, sumErrorDb }: ItemFacts): Case => ({ name: item.name, figure: `${sumErrorDb!.toFixed(0)} dB of it are left` })
  const wrong = measured.filter(({ sumErrorDb }) => sumErrorDb! > sumError.problem).map(level)
  const rough = measured.filter(({ sumErrorDb }) => sumErrorDb! > sumError.note && sumErrorDb! <= sumError.problem).map(level)
  const subtracted = songs.filter(isSubtracted)
  const useless = subtracted.filter(({ vocalsDb, likeness }) => (vocalsDb ?? 0) > subtractionLeft || Math.abs(likeness ?? 0) > stemLikeness.note)
  const alike = (least: number, most: number) =>
    songs
      .filter((facts) => !useless.includes(facts) && Math.abs(facts.likeness ?? 0) > least && Math.abs(facts.likeness ?? 0) <= most)
      .map(({ item, likeness }): Case => ({ name: item.name, figure: `correlation ${likeness!.toFixed(2)}` }))
  const best = Math.max(...measured.map(({ sumErrorDb }) => sumErrorDb!))
  const found = [
    ...about('sum', 'problem', wrong, (list) => `The stems of ${list} do not add up to the mixture.`, 'Check that no stem is missing, late, or of another version. Training takes the sum of the stems as the song.'),
    ...about('sum', 'problem', useless.map(({ item }) => ({ name: item.name })), (list) => `Taking the instrumental from the mixture leaves music in the vocals of ${list}.`, 'Use an instrumental of the same mix at the same speed, as lossless files: a remaster or a transfer from tape cannot be subtracted.'),
    ...about('sum', 'problem', alike(stemLikeness.problem, 1.01), (list) => `Vocals and music of ${list} are nearly the same sound.`, 'Check that none of the stems is the whole song or a copy of the other.'),
    ...about('sum', 'note', rough, (list) => `The stems of ${list} only roughly add up to the mixture.`, 'Mastering or a codec may be the reason. Training takes the sum of the stems as the song.'),
    ...about('sum', 'note', alike(stemLikeness.note, stemLikeness.problem), (list) => `Some of the same sound seems to be in vocals and music of ${list}.`, 'Listen to the stems alone: what is in both cannot be learned to be taken apart.'),
  ]
  return orFine('sum', found, measured.length > 0 ? `Stems add up to their mixtures: ${best.toFixed(0)} dB are left at most.` : 'Vocals and music of each song are sounds of their own.')
}

function isSubtracted({ item }: ItemFacts): boolean {
  return item.sounds.some(({ role, parts }) => role === 'vocals' && parts.some(({ gain }) => gain < 0))
}

/** Those beyond the problem's threshold, and those beyond the note's, with their shares. */
function graded(all: readonly ItemFacts[], shareOf: (facts: ItemFacts) => number, { note, problem }: { note: number; problem: number }, what: string): [Case[], Case[]] {
  const cases = (least: number, most: number) =>
    all
      .filter((facts) => shareOf(facts) > least && shareOf(facts) <= most)
      .toSorted((a, b) => shareOf(b) - shareOf(a))
      .map((facts): Case => ({ name: facts.item.name, figure: `${percent(shareOf(facts))} ${what}` }))
  return [cases(problem, Infinity), cases(note, problem)]
}

function range(shares: readonly number[]): string {
  const [least, most] = [percent(Math.min(...shares)), percent(Math.max(...shares))]
  return least === most ? least : `${least.replace(' %', '')} to ${most}`
}
