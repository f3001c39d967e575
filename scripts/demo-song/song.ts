import type { AudioClip } from '#shared/audio/audioClip'
import { randomStream, type RandomStream } from '#shared/random'
import { bass, emptyTrack, hat, kick, pad, pluck, snare, type Track } from './band'
import { bars, beat, chords, chorusBar, harmony, lead, songLength } from './composition'
import { compress, loudnessOf, mixInto, place, reverberate } from './effects'
import { sing, type Voice } from './singer'

/** The demo song, all three at the same length; every sample is a whole number of 16-bit steps, and mix = vocals + music. */
export interface DemoSong {
  mix: AudioClip
  vocals: AudioClip
  music: AudioClip
}

const sampleRate = 44100
const step = 1 / 32768
/** The mix never comes nearer to full scale than this. */
const highestPeak = 0.8
/** Root mean square of the vocals by that of the music: -1.5 dB. */
const vocalsToMusic = 0.84

const singer: Voice = { size: 1, vibratoDepth: 0.32, vibratoRate: 5.4, breath: 0.05, rd: 0.5 }
const second: Voice = { size: 0.97, vibratoDepth: 0.26, vibratoRate: 5.1, breath: 0.08, rd: 0.7 }

/** Plays and sings the demo song. Equal seeds give equal samples. */
export function makeDemoSong(seed: number): DemoSong {
  const random = randomStream(seed)
  const vocals = vocalTrack(random.fork('vocals'))
  const music = musicTrack(random.fork('music'))
  const balance = (vocalsToMusic * loudnessOf(music)) / loudnessOf(vocals)
  const mixed = emptyTrack(sampleRate, music.left.length)
  mixInto(mixed, music, 1)
  mixInto(mixed, vocals, balance)
  const gain = highestPeak / peakOf(mixed)
  const vocalsClip = quantised(vocals, gain * balance)
  const musicClip = quantised(music, gain)
  return { mix: sum(vocalsClip, musicClip), vocals: vocalsClip, music: musicClip }
}

function vocalTrack(random: RandomStream): Track {
  const frames = Math.round(songLength * sampleRate)
  const track = emptyTrack(sampleRate, frames)
  place(track, sing(lead, singer, sampleRate, frames, random.fork('lead')), 1, 0)
  const double = sing(lead, { ...singer, size: 0.99, vibratoRate: 5.2 }, sampleRate, frames, random.fork('double'))
  place(track, double, 0.16, -0.7, 0.019)
  place(track, double, 0.16, 0.7, 0.031)
  place(track, sing(harmony, second, sampleRate, frames, random.fork('harmony')), 0.34, 0.35)
  compress(track, 0.25 * peakOf(track), 2.5)
  mixInto(track, reverberate(track, 1.5, 0.025), 0.14)
  return track
}

function musicTrack(random: RandomStream): Track {
  const frames = Math.round(songLength * sampleRate)
  const drums = emptyTrack(sampleRate, frames)
  const tonal = emptyTrack(sampleRate, frames)
  for (let bar = 0; bar < bars; bar++) {
    playDrums(drums, bar, random.fork(`drums ${bar}`))
    playChord(tonal, bar, random.fork(`chord ${bar}`))
  }
  const room = emptyTrack(sampleRate, frames)
  mixInto(room, drums, 0.3)
  mixInto(room, tonal, 1)
  mixInto(tonal, drums, 1)
  mixInto(tonal, reverberate(room, 1.1, 0.01), 0.16)
  compress(tonal, 0.5 * peakOf(tonal), 2)
  return tonal
}

function playDrums(track: Track, bar: number, random: RandomStream): void {
  const start = bar * 4 * beat
  const at = (beats: number) => start + beats * beat + 0.004 * random.normal()
  if (bar === bars - 1) {
    kick(track, start, 0.8)
    hat(track, start, 0.5, 0.16, random)
    return
  }
  const full = bar >= 2
  const loud = bar >= chorusBar ? 1 : 0.8
  for (const beats of full ? [0, 1.5, 2.5] : [0, 2]) kick(track, at(beats), 0.75 * loud)
  for (const beats of full ? [1, 3] : []) snare(track, at(beats), 0.5 * loud, random)
  for (let half = 0; half < 8; half++) {
    const open = bar >= chorusBar && half === 7
    hat(track, at(half / 2), open ? 0.12 : 0.028, (half % 2 === 0 ? 0.2 : 0.13) * loud, random)
  }
  if (bar === chorusBar - 1) for (const beats of [3.25, 3.5, 3.75]) snare(track, at(beats), 0.35, random)
}

/** Which chord tone is plucked on each half beat. */
const pattern = [0, 2, 1, 3, 2, 1, 3, 2]

function playChord(track: Track, bar: number, random: RandomStream): void {
  const { root, tones } = chords[bar]!
  const start = bar * 4 * beat
  const last = bar === bars - 1
  pattern.slice(0, last ? 1 : 8).forEach((tone, half) => {
    const note = { start: start + (half / 2) * beat, seconds: last ? 2.4 : beat * 1.5, pitch: tones[tone]! }
    pluck(track, { ...note, velocity: random.between(0.42, 0.6), pan: -0.45 }, random)
    if (bar >= chorusBar) pluck(track, { ...note, pitch: note.pitch + 12, velocity: 0.25, pan: 0.5 }, random)
  })
  const warmth = bar >= chorusBar ? 0.34 : 0.22
  tones.forEach((pitch, n) => {
    pad(track, { start, seconds: 4 * beat, pitch, velocity: warmth, pan: (n - 1.5) / 3 }, random)
  })
  if (bar < 1) return
  const rhythm: readonly (readonly [number, number, number])[] = last
    ? [[0, 4, 0]]
    : [[0, 1.4, 0], [1.5, 0.9, 0], [2.5, 0.5, 0], [3, 0.5, 12], [3.5, 0.5, 7]]
  for (const [at, length, up] of rhythm) {
    bass(track, { start: start + at * beat, seconds: length * beat, pitch: root + up, velocity: 0.3, pan: 0 })
  }
}

function peakOf(track: Track): number {
  let peak = 0
  for (const channel of [track.left, track.right]) for (const value of channel) peak = Math.max(peak, Math.abs(value))
  return peak
}

/** Rounded to 16 bits already here, so that the sum of the two stems is the mix to the last bit. */
function quantised(track: Track, gain: number): AudioClip {
  const channels = [track.left, track.right].map((channel) =>
    channel.map((value) => Math.round((value * gain) / step) * step),
  )
  return { sampleRate, channels }
}

function sum(a: AudioClip, b: AudioClip): AudioClip {
  const channels = a.channels.map((channel, n) => channel.map((value, i) => value + b.channels[n]![i]!))
  return { sampleRate: a.sampleRate, channels }
}
