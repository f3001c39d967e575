import type { Syllable } from './singer'

/** Seconds a beat; four beats a bar. */
export const beat = 0.6
export const bars = 12
/** Seconds, with the room's last echo. */
export const songLength = bars * 4 * beat + 1.4

/** One chord a bar, as MIDI numbers: the bass note, then the chord from low to high. */
export interface Chord {
  root: number
  tones: readonly number[]
}

const bm: Chord = { root: 35, tones: [59, 62, 66, 69] }
const g: Chord = { root: 31, tones: [59, 62, 66, 67] }
const d: Chord = { root: 38, tones: [57, 62, 66, 69] }
const a: Chord = { root: 33, tones: [57, 61, 64, 69] }
const em: Chord = { root: 40, tones: [59, 64, 67, 71] }

/** Two bars alone, four of verse, four of chorus, two to end. */
export const chords: readonly Chord[] = [bm, g, bm, g, d, a, g, a, bm, em, g, d]

/** The first bar of the chorus, counted from 0. */
export const chorusBar = 6

/** Beats from the start of the part, length in beats, pitch, sounds. */
type Line = readonly [number, number, number, string]

const verse: readonly Line[] = [
  [0, 0.75, 66, 's l o'],
  [0.75, 0.75, 69, 'l i'],
  [1.5, 0.5, 66, 'dh uh'],
  [2, 0.5, 64, 'r ih'],
  [2.5, 0.5, 62, 'v er'],
  [3, 0.5, 64, 'ih z'],
  [3.5, 0.75, 66, 'w e i'],
  [4.25, 2, 62, 'k ih ng'],
  [7, 0.5, 59, 'dh uh'],
  [7.5, 0.5, 62, 'm o r'],
  [8, 1, 66, 'n ih ng'],
  [9, 0.5, 64, 'w ih l'],
  [9.5, 0.5, 62, 'k ae'],
  [10, 0.5, 64, 'r i'],
  [10.5, 1.25, 69, 'm i'],
  [12, 0.75, 71, 'h o m'],
  [12.75, 0.75, 69, 't u'],
  [13.5, 0.5, 66, 'dh uh'],
  [14, 1.6, 64, 's i'],
]

const chorus: readonly Line[] = [
  [-0.5, 0.5, 69, 'ae n d'],
  [0, 1.5, 74, 'o'],
  [1.5, 0.5, 73, 'w i'],
  [2, 1.75, 71, 'sh a i n'],
  [4, 0.5, 69, 'l a i k'],
  [4.5, 0.5, 71, 'uh'],
  [5, 1, 73, 'l ae m'],
  [6, 0.5, 71, 'ih n'],
  [6.5, 0.5, 69, 'dh uh'],
  [7, 1.25, 66, 'r e i n'],
  [8.5, 0.5, 66, 's t e'],
  [9, 0.5, 69, 'w ih dh'],
  [9.5, 1.75, 71, 'm i'],
  [11.5, 0.5, 71, 'uh n'],
  [12, 0.75, 67, 't ih l'],
  [12.75, 0.75, 69, 'm o r'],
  [13.5, 0.5, 71, 'n ih ng'],
  [14, 0.75, 69, 'k uh m z'],
  [14.75, 1, 66, 'h o m'],
  [16.5, 0.5, 66, 'k uh m'],
  [17, 2.75, 67, 'h o'],
  [19.75, 3.2, 66, 'o m'],
]

/** A third or fourth under the chorus, sung softly behind the lead. */
const harmonyPitches: Record<number, number> = { 74: 71, 73: 69, 71: 67, 69: 66, 67: 62, 66: 62 }

function syllables(lines: readonly Line[], firstBar: number, effort: number): Syllable[] {
  return lines.map(([at, length, pitch, sounds]) => ({
    start: (firstBar * 4 + at) * beat,
    seconds: length * beat,
    pitch,
    sounds,
    // Higher notes take more breath.
    effort: Math.min(1, effort + (pitch - 66) * 0.02),
  }))
}

/** The melody with its words: verse, then chorus and ending. */
export const lead: readonly Syllable[] = [...syllables(verse, 2, 0.62), ...syllables(chorus, chorusBar, 0.8)]

/** The second voice of the chorus. */
export const harmony: readonly Syllable[] = syllables(chorus, chorusBar, 0.6).map((syllable) => ({
  ...syllable,
  pitch: harmonyPitches[syllable.pitch] ?? syllable.pitch - 4,
}))
