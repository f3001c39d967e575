import type { RandomStream } from '#shared/random'
import { bandPass, glide, lowPass, resonator, type Filter } from './filters'
import { glottalPulse } from './glottis'
import { phonemes, type Phoneme } from './phonemes'

/** One sung syllable: times in seconds, pitch as a MIDI number, speech sounds by name, such as `s l o`. */
export interface Syllable {
  start: number
  seconds: number
  pitch: number
  sounds: string
  /** 0 to 1; how loud, and with it how bright. */
  effort: number
}

/** What tells one singer from another. */
export interface Voice {
  /** Scales all formants: below 1 is a larger head. */
  size: number
  /** Semitones. */
  vibratoDepth: number
  /** Hertz. */
  vibratoRate: number
  breath: number
  /** Voice quality of the glottal pulse. */
  rd: number
}

/** What the mouth and the folds do at one moment. */
interface Gesture {
  at: number
  pitch: number
  level: number
  phoneme: Phoneme
  /** Where the note began, for the vibrato that grows on it. */
  noteStart: number
}

const widths = [80, 95, 130, 190, 260]
/** Centres and widths of the formants above the fifth, which hardly move but keep the voice bright. */
const upperFormants: readonly (readonly [number, number])[] = [
  [5900, 320],
  [7000, 380],
  [8200, 450],
  [9400, 520],
  [10700, 600],
  [12000, 700],
]
const presence = 3.5
const formantUpdate = 16

/**
 * Sings the syllables, in order and without overlap, and returns `frames` samples of one channel, peak about 1.
 * The source is band-limited by running everything at twice the rate and halving it again at the end.
 */
export function sing(
  syllables: readonly Syllable[],
  voice: Voice,
  sampleRate: number,
  frames: number,
  random: RandomStream,
): Float32Array {
  const gestures = gesturesOf(syllables)
  const folds = vocalFolds(voice, sampleRate * 2, random.fork('folds'))
  const tract = vocalTract(voice, sampleRate * 2, random.fork('tract'))
  const decimate = [lowPass(sampleRate * 2, 19000), lowPass(sampleRate * 2, 19000), lowPass(sampleRate * 2, 20000)]
  const output = new Float32Array(frames)
  let next = 0
  let gesture = gestures[0]!
  for (let i = 0; i < frames * 2; i++) {
    const t = i / (sampleRate * 2)
    while (next < gestures.length && gestures[next]!.at <= t) gesture = gestures[next++]!
    const raw = tract(folds(gesture, t), gesture, t)
    const smooth = decimate.reduce((value, filter) => filter(value), raw)
    if (i % 2 === 1) output[i >> 1] = smooth
  }
  return output
}

function gesturesOf(syllables: readonly Syllable[]): Gesture[] {
  const silence: Phoneme = { ...phonemes['uh']!, voicing: 0 }
  const gestures: Gesture[] = [{ at: 0, pitch: syllables[0]!.pitch, level: 0, phoneme: silence, noteStart: 0 }]
  syllables.forEach((syllable, index) => {
    const { pitch, effort: level, start: noteStart } = syllable
    const sounds = syllable.sounds.split(' ').map((name) => soundNamed(name))
    const vowelAt = sounds.findIndex((sound) => sound.seconds === 0)
    const lead = sounds.slice(0, vowelAt).reduce((sum, sound) => sum + sound.seconds, 0)
    const rest = sounds.slice(vowelAt + 1)
    const ending = rest.reduce((sum, sound) => sum + (sound.seconds || 0.16), 0)
    // Consonants come before the beat, as singers place them; the vowel starts on it.
    let at = noteStart - lead
    sounds.forEach((phoneme, place) => {
      if (place === vowelAt + 1) at = noteStart + syllable.seconds - ending
      gestures.push({ at, pitch, level, phoneme, noteStart })
      at = place === vowelAt ? noteStart : at + (phoneme.seconds || 0.16)
    })
    const end = syllable.start + syllable.seconds
    const following = syllables[index + 1]
    if (!following || following.start - end > 0.12) gestures.push({ at: end, pitch, level: 0, phoneme: silence, noteStart })
  })
  return gestures.sort((a, b) => a.at - b.at)
}

function soundNamed(name: string): Phoneme {
  const phoneme = phonemes[name]
  if (!phoneme) throw new Error(`The score names an unknown sound: ${name}`)
  return phoneme
}

/** Pitch with portamento, vibrato, drift and jitter; returns flow and breath for each sample. */
function vocalFolds(voice: Voice, sampleRate: number, random: RandomStream) {
  const soft = glottalPulse(voice.rd * 1.5)
  const strong = glottalPulse(voice.rd)
  const pitchGlide = glide(sampleRate, 0.028, 60)
  const voicingGlide = glide(sampleRate, 0.014, 0)
  const levelGlide = glide(sampleRate, 0.045, 0)
  const driftGlide = glide(sampleRate, 0.25, 0)
  let phase = 0
  let jitter = 0
  let shimmer = 1
  let drift = 0
  return (gesture: Gesture, t: number) => {
    const age = t - gesture.noteStart
    const depth = voice.vibratoDepth * Math.min(1, Math.max(0, (age - 0.22) / 0.35))
    const wave = depth * Math.sin(2 * Math.PI * voice.vibratoRate * t)
    // Singers reach a note from below.
    const scoop = -0.5 * Math.exp(-Math.max(0, age) / 0.06)
    const pitch = pitchGlide(gesture.pitch + scoop) + wave + driftGlide(drift) + jitter
    phase += (440 * 2 ** ((pitch - 69) / 12)) / sampleRate
    if (phase >= 1) {
      phase -= 1
      jitter = 0.06 * random.normal()
      shimmer = 1 + 0.03 * random.normal()
      drift = random.normal()
    }
    const level = levelGlide(gesture.level)
    const voicing = voicingGlide(gesture.phoneme.stop ? 0.05 : gesture.phoneme.voicing)
    const pulse = level * strong(phase) + (1 - level) * soft(phase)
    const turbulence = random.normal() * voice.breath * (0.35 + 0.65 * Math.max(0, Math.sin(Math.PI * phase)))
    return level * voicing * shimmer * (pulse + turbulence)
  }
}

/** Five formants in cascade that glide from sound to sound, with the noise of consonants beside them. */
function vocalTract(voice: Voice, sampleRate: number, random: RandomStream) {
  const poles = widths.map(() => resonator(sampleRate))
  const upperPoles = upperFormants.map(() => resonator(sampleRate))
  upperPoles.forEach((pole, n) => pole.tune(upperFormants[n]![0] * voice.size, upperFormants[n]![1]))
  const updatesPerSecond = sampleRate / formantUpdate
  const glides = widths.map((_, n) => glide(updatesPerSecond, 0.022, phonemes['uh']!.formants[n]!))
  const noiseGlide = glide(sampleRate, 0.008, 0)
  const filters = new Map<Phoneme, Filter>()
  const body = glide(sampleRate, 1 / (2 * Math.PI * 3500), 0)
  let hiss: Filter = () => 0
  let count = 0
  return (source: number, gesture: Gesture, t: number) => {
    const { phoneme } = gesture
    if (count++ % formantUpdate === 0) {
      poles.forEach((pole, n) => pole.tune(glides[n]!(phoneme.formants[n]!) * voice.size, widths[n]!))
    }
    const spoken = poles.reduce((value, pole) => pole.process(value), source)
    const bright = upperPoles.reduce((value, pole) => pole.process(value), spoken)
    // A microphone close to the mouth, and the presence that every mixing desk adds.
    const voiced = bright + presence * (bright - body(bright))
    const noise = phoneme.noise
    // A stop is silent until its last third, when the closure bursts.
    const released = !phoneme.stop || t - gesture.at > phoneme.seconds * 0.65
    const loudness = noiseGlide(noise && released ? noise.level * (0.5 + 0.5 * gesture.level) : 0)
    if (noise && !filters.has(phoneme)) filters.set(phoneme, bandPass(sampleRate, noise.centre, noise.quality))
    // The last noise dies away through its own filter.
    if (noise) hiss = filters.get(phoneme)!
    return voiced * 0.35 + hiss(random.normal()) * loudness
  }
}
