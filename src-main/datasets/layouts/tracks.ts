import { baseOf, folderOf, lastOf } from '#main/datasets/layouts/paths'
import type { TrackRole } from '#shared/contract/datasets'

/** A name with one of these words in it, which are given with what may follow a stem, as in a regular expression. */
function anyOf(...words: readonly string[]): RegExp {
  return new RegExp(String.raw`\b(${words.join('|')})\b`)
}

const vocals = anyOf(
  'vocals?', 'vox', 'voices?', 'sing(er|ers|ing)?', 'choirs?', 'rap(s|per)?', 'ad ?libs?', 'lead v', '(bg|b)vs?', 'bgvox',
  'backings? v(ocals?|ox)', 'harmon(y|ies) v(ocals?|ox)', 'acap+ell?a', 'chant', 'shouts?',
)
const unused = anyOf(
  'mix(ture|down|es)?', 'master(ed)?', 'full', 'stereo out', '2 ?track', 'click', 'metronome', 'guide', 'scratch',
  'talkback', 'slate', 'ref(erence)?', 'instrumental',
)
const music = anyOf(
  'drums?', 'kicks?', 'snares?', 'hi ?hats?', 'hats?', 'toms?', 'cymbals?', 'overheads?', 'oh', 'rooms?', 'perc(ussion)?',
  'shakers?', 'tambourine', 'claps?', 'cowbell', 'congas?', 'bongos?', 'loops?', 'beats?', 'bass', 'sub', 'guitars?', 'gtrs?',
  'acoustic', 'electric', 'banjo', 'mandolin', 'ukulele', 'pianos?', 'keys', 'keyboards?', 'organs?', 'rhodes', 'wurli',
  'synths?', 'pads?', 'leads?', 'arp', 'strings?', 'violins?', 'violas?', 'cellos?', 'horns?', 'brass', 'trumpets?',
  'trombones?', 'sax(ophone)?s?', 'flutes?', 'clarinets?', 'oboe', 'harp', 'accordion', 'harmonica', 'other', 'fx', 'noise',
  'sfx', 'samples?', 'accompaniment', 'music',
)

/** Name of a track without the number, the song's name and the spelling that differ from song to song: "01_LeadVox2.wav" is "lead vox". */
export function trackName(path: string): string {
  const base = baseOf(path)
  const song = lastOf(folderOf(path))
  const own = song !== '' && base.toLowerCase().startsWith(song.toLowerCase()) ? base.slice(song.length) : base
  const words = own
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/^[\d ]+(?=\p{L})/u, '')
    .replace(/(?<=\p{L}) ?\d+( ?[lr])?$/u, '')
    .trim()
  return words || 'track'
}

/** What a track of this name probably is. */
export function guessRole(name: string): TrackRole {
  if (vocals.test(name)) return 'vocals'
  return unused.test(name) ? 'leave' : 'accompaniment'
}

/** True when the name says of itself what it is. */
export function isTelling(name: string): boolean {
  return vocals.test(name) || music.test(name) || unused.test(name)
}
