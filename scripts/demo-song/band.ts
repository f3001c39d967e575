import type { RandomStream } from '#shared/random'
import { highPass, lowPass } from './filters'

/** A stereo recording that instruments add their notes to. */
export interface Track {
  readonly sampleRate: number
  readonly left: Float32Array
  readonly right: Float32Array
}

/** A pitched note: seconds, MIDI number, loudness 0 to 1, place from -1 (left) to 1 (right). */
export interface Note {
  start: number
  seconds: number
  pitch: number
  velocity: number
  pan: number
}

/** An empty track of `frames` samples. */
export function emptyTrack(sampleRate: number, frames: number): Track {
  return { sampleRate, left: new Float32Array(frames), right: new Float32Array(frames) }
}

const hertz = (pitch: number) => 440 * 2 ** ((pitch - 69) / 12)

/** Adds `sample(t)` for `seconds` from `start`, panned with constant power. */
function add(track: Track, start: number, seconds: number, pan: number, sample: (t: number) => number): void {
  const first = Math.max(0, Math.round(start * track.sampleRate))
  const last = Math.min(track.left.length, first + Math.round(seconds * track.sampleRate))
  const angle = ((pan + 1) * Math.PI) / 4
  const leftGain = Math.cos(angle)
  const rightGain = Math.sin(angle)
  for (let i = first; i < last; i++) {
    const value = sample((i - first) / track.sampleRate)
    track.left[i]! += value * leftGain
    track.right[i]! += value * rightGain
  }
}

/** A plucked string. @see Karplus and Strong, 1983; the fraction of the delay by linear interpolation. */
export function pluck(track: Track, note: Note, random: RandomStream): void {
  const period = track.sampleRate / hertz(note.pitch) - 0.5
  const line = new Float64Array(Math.ceil(period) + 2)
  const soften = lowPass(track.sampleRate, 1500 + 4500 * note.velocity)
  for (let i = 0; i < line.length; i++) line[i] = soften(random.between(-1, 1))
  let write = 0
  let last = 0
  const loss = 0.5 ** (1 / (hertz(note.pitch) * 0.55))
  add(track, note.start, note.seconds + 0.4, note.pan, (t) => {
    const position = (write - period + 2 * line.length) % line.length
    const index = Math.floor(position)
    const share = position - index
    const value = line[index]! * (1 - share) + line[(index + 1) % line.length]! * share
    line[write] = loss * 0.5 * (value + last)
    last = value
    write = (write + 1) % line.length
    const release = t > note.seconds ? Math.exp(-(t - note.seconds) / 0.06) : 1
    return value * note.velocity * release * Math.min(1, t / 0.002)
  })
}

/** A warm chord tone of three detuned saws behind a slow low-pass. */
export function pad(track: Track, note: Note, random: RandomStream): void {
  for (const cents of [-7, 0, 8]) {
    const filter = lowPass(track.sampleRate, 900 + 900 * note.velocity)
    const step = (hertz(note.pitch) * 2 ** (cents / 1200)) / track.sampleRate
    let phase = random.uniform()
    add(track, note.start, note.seconds + 0.6, note.pan + cents / 12, (t) => {
      phase = (phase + step) % 1
      const attack = Math.min(1, t / 0.25)
      const release = t > note.seconds ? Math.max(0, 1 - (t - note.seconds) / 0.6) : 1
      return filter(2 * phase - 1) * 0.33 * note.velocity * attack * release
    })
  }
}

/** An electric bass: a sine with a few overtones that fade sooner than it. */
export function bass(track: Track, note: Note): void {
  const step = (2 * Math.PI * hertz(note.pitch)) / track.sampleRate
  let phase = 0
  add(track, note.start, note.seconds + 0.05, note.pan, (t) => {
    phase += step
    const bright = Math.exp(-t / 0.18)
    const tone = Math.sin(phase) + (0.15 + 0.45 * bright) * Math.sin(2 * phase) + 0.25 * bright * Math.sin(3 * phase)
    const release = t > note.seconds ? Math.max(0, 1 - (t - note.seconds) / 0.05) : 1
    return Math.tanh(1.3 * tone * Math.exp(-t / 0.9)) * note.velocity * release * Math.min(1, t / 0.004)
  })
}

/** A bass drum: a sine that falls from 160 to 48 Hz, with a click. */
export function kick(track: Track, start: number, velocity: number): void {
  let phase = 0
  add(track, start, 0.4, 0, (t) => {
    phase += (2 * Math.PI * (48 + 112 * Math.exp(-t / 0.028))) / track.sampleRate
    return velocity * Math.sin(phase) * Math.exp(-t / 0.12) * Math.min(1, t / 0.001)
  })
}

/** A snare drum: two tones of the skin and the noise of the wires. */
export function snare(track: Track, start: number, velocity: number, random: RandomStream): void {
  const wires = highPass(track.sampleRate, 1400)
  const dull = lowPass(track.sampleRate, 9000)
  add(track, start, 0.3, 0.05, (t) => {
    const skin = Math.sin(2 * Math.PI * 186 * t) + 0.6 * Math.sin(2 * Math.PI * 331 * t)
    const noise = dull(wires(random.between(-1, 1)))
    return velocity * (0.55 * skin * Math.exp(-t / 0.055) + 0.8 * noise * Math.exp(-t / 0.075))
  })
}

/** A cymbal struck closed (0.04 s) or open (0.2 s). */
export function hat(track: Track, start: number, seconds: number, velocity: number, random: RandomStream): void {
  const bright = highPass(track.sampleRate, 7000)
  const dull = lowPass(track.sampleRate, 12500)
  const partials = [3170, 4231, 5340, 6811, 8123, 9377]
  add(track, start, seconds * 4, 0.3, (t) => {
    const metal = partials.reduce((sum, f) => sum + Math.sign(Math.sin(2 * Math.PI * f * t)), 0) / 6
    const noise = random.between(-1, 1)
    return velocity * dull(bright(0.5 * metal + 0.5 * noise)) * Math.exp(-t / seconds)
  })
}
