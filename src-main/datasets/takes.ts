import {
  addInPlace,
  applyGainInPlace,
  compressorGain,
  rms,
  saturateInPlace,
  scaleInPlace,
} from '#main/datasets/effects/dynamics'
import { colourInPlace, randomEqualiser, type Room } from '#main/datasets/effects/spectral'
import { echoInPlace, panInPlace, silence, widenInPlace } from '#main/datasets/effects/stereo'
import type { Stereo } from '#shared/audio/audioClip'
import { varispeed } from '#main/datasets/effects/varispeed'
import type { Recording } from '#main/datasets/recordings'
import type { Fft } from '#shared/dsp/fft'
import type { RandomStream } from '#shared/random'

/** How vocals and music are varied before they are mixed: probabilities and ranges. */
export interface TakeConfig {
  readonly sampleRate: number
  /** Samples of a take of vocals, and of one of music. */
  readonly vocalLength: number
  readonly musicLength: number
  /** Probability of drawing from a song's own stem instead of loose voices or music, where both exist. */
  readonly fromSongs: number
  /** Weight of each folder of voices, shared by its groups; 1 where not named. */
  readonly voiceWeights: Readonly<Record<string, number>>
}

/** RMS that every take is brought to; mixing sets the balance. */
const takeLevel = 0.1

/** Half-tone intervals at which backing voices sing. */
const harmonies = [-12, -7, -5, -4, -3, 0, 3, 4, 5, 7, 12] as const

/** Makes processed takes out of recordings. `ffts` hold a take of each kind and 3 s more. */
export interface TakeStudio {
  vocals(random: RandomStream): Stereo
  music(random: RandomStream): Stereo
}

/** Takes from `recordings`; those without any sound are left out. */
export function takeStudio(recordings: readonly Recording[], config: TakeConfig, ffts: { vocals: Fft; music: Fft }): TakeStudio {
  const pools = {
    songVocals: groupsOf(recordings, 'songVocals'),
    songMusic: groupsOf(recordings, 'songMusic'),
    voices: groupsOf(recordings, 'voice'),
    music: groupsOf(recordings, 'music'),
  }
  const { sampleRate, vocalLength, musicLength } = config
  const studio = { config, ffts, pools }
  return {
    vocals(random) {
      const { sound, processed } = line(studio, vocalLength, random, false)
      return mixdownVocals(studio, sound, processed, random)
    },
    music(random) {
      const out = silence(musicLength)
      const layers = random.chance(0.5) ? 1 : random.chance(0.74) ? 2 : 3
      for (let i = 0; i < layers; i++) addInPlace(out, musicLayer(studio, random), 10 ** (random.between(-9, 0) / 20))
      if (random.chance(0.3)) compressInPlace(out, sampleRate, random)
      return levelled(out)
    },
  }
}

interface Studio {
  config: TakeConfig
  ffts: { vocals: Fft; music: Fft }
  pools: Record<'songVocals' | 'songMusic' | 'voices' | 'music', Recording[][]>
}

function groupsOf(recordings: readonly Recording[], kind: Recording['kind']): Recording[][] {
  const groups = new Map<string, Recording[]>()
  for (const recording of recordings) {
    if (recording.kind !== kind || recording.active.length === 0) continue
    groups.set(recording.group, [...(groups.get(recording.group) ?? []), recording])
  }
  return [...groups.values()]
}

/** A vocal line at its final speed: a stretch of a song's vocals, or takes of one singer joined with pauses. */
function line({ config, pools }: Studio, length: number, random: RandomStream, dense: boolean) {
  const ratio = random.chance(0.65) ? 2 ** random.between(-0.42, 0.38) : 1
  const span = Math.ceil(length * ratio) + 4
  const fromSong = pools.songVocals.length > 0 && (pools.voices.length === 0 || random.chance(config.fromSongs))
  const raw = fromSong ? songStretch(random.pick(pools.songVocals), span, random) : joinedTakes(config, pools.voices, span, random, dense)
  const sound = changeSpeed(levelled(raw), ratio, length)
  return { sound, processed: fromSong }
}

function songStretch(group: readonly Recording[], span: number, random: RandomStream): Stereo {
  const recording = random.pick(group)
  const [start, end] = random.pick(recording.active)
  const from = Math.floor(random.between(start - span / 3, Math.max(start, end - span / 2)))
  return recording.read(Math.max(0, from), span)
}

function joinedTakes(config: TakeConfig, groups: Recording[][], span: number, random: RandomStream, dense: boolean): Stereo {
  const group = pickWeighted(groups, (g) => voiceWeight(g, groups, config), random)
  const out = silence(span)
  let at = dense || random.chance(0.5) ? 0 : Math.floor(random.between(0, 1.5) * config.sampleRate)
  while (at < span) {
    const recording = random.pick(group)
    const long = recording.frames > 3 * config.sampleRate
    const from = long ? Math.floor(random.between(0, recording.frames - 2 * config.sampleRate)) : 0
    const take = recording.read(from, Math.min(span - at, recording.frames - from))
    // Studio voices are mono; stereo files of them would only differ by noise.
    const level = rms(take)
    const gain = takeLevel / Math.max(level, 0.01)
    for (let i = 0; i < take[0].length; i++) {
      const value = ((take[0][i]! + take[1][i]!) / 2) * gain
      out[0][at + i]! += value
      out[1][at + i]! += value
    }
    const pause = dense ? 0 : random.chance(0.5) ? -0.5 * Math.log(1 - random.uniform()) : 0.02
    at += take[0].length + Math.floor(pause * config.sampleRate)
  }
  return out
}

function voiceWeight(group: readonly Recording[], groups: readonly Recording[][], config: TakeConfig): number {
  const folder = folderOf(group)
  const shares = groups.filter((other) => folderOf(other) === folder).length
  return (config.voiceWeights[folder] ?? 1) / shares
}

function folderOf(group: readonly Recording[]): string {
  return group[0]!.group.split('/')[0]!
}

function mixdownVocals(studio: Studio, dry: Stereo, processed: boolean, random: RandomStream): Stereo {
  const { sampleRate } = studio.config
  const out: Stereo = [dry[0].slice(), dry[1].slice()]
  if (!processed && random.chance(0.6)) compressInPlace(out, sampleRate, random)
  if (random.chance(0.25)) saturateInPlace(out, random.between(0.4, 4))
  if (!processed) panInPlace(out, random.between(-1, 1) * (random.chance(0.7) ? 0.2 : 0.7))
  if (random.chance(0.35)) addDoubles(out, dry, sampleRate, random)
  if (random.chance(0.32)) addHarmonies(studio, out, dry, random)
  if (random.chance(0.2)) echoInPlace(out, Math.floor(random.between(0.1, 0.5) * sampleRate), random.between(0.15, 0.5))
  const room = random.chance(0.65) ? randomRoom(random, -18, 0) : undefined
  // Now and then as far from natural as effects take a voice.
  const equaliser = randomEqualiser(random, random.chance(0.15) ? 9 : 4)
  colourInPlace(out, { equaliser, room }, sampleRate, studio.ffts.vocals, random)
  return levelled(out)
}

/** One to three slightly late and detuned copies, spread over the stereo field. */
function addDoubles(out: Stereo, dry: Stereo, sampleRate: number, random: RandomStream): void {
  for (let copies = 1 + random.integer(3); copies > 0; copies--) {
    const delay = Math.floor(random.between(0.002, 0.04) * sampleRate)
    const copy = changeSpeed(dry, 1 + 0.004 * random.normal(), dry[0].length, -delay)
    panInPlace(copy, random.between(-1, 1))
    addInPlace(out, copy, random.between(0.3, 0.9))
  }
}

/** Backing voices up to a small choir: the same take or other takes at musical intervals. */
function addHarmonies(studio: Studio, out: Stereo, dry: Stereo, random: RandomStream): void {
  const { vocalLength: length } = studio.config
  for (let voices = 1 + random.integer(5); voices > 0; voices--) {
    const ratio = 2 ** (random.pick(harmonies) / 12)
    const source = random.chance(0.5) ? dry : line(studio, Math.ceil(length * ratio), random, true).sound
    const voice = changeSpeed(source, ratio, length)
    panInPlace(voice, random.between(-1, 1))
    addInPlace(out, levelled(voice), random.between(0.3, 1))
  }
}

function musicLayer({ config, pools, ffts }: Studio, random: RandomStream): Stereo {
  const fromSong = pools.songMusic.length > 0 && (pools.music.length === 0 || random.chance(config.fromSongs))
  const group = fromSong
    ? random.pick(pools.songMusic)
    : pickWeighted(pools.music, (g) => g.length ** 0.6, random)
  const recording = random.pick(group)
  const ratio = random.chance(0.6) ? 2 ** random.between(-0.4, 0.4) : 1
  const span = Math.ceil(config.musicLength * ratio) + 4
  const from = Math.floor(random.between(0, Math.max(0, recording.frames - span)))
  const layer = levelled(changeSpeed(recording.read(from, span), ratio, config.musicLength))
  // Driven hard, almost any instrument becomes the distorted guitar that the recordings lack.
  if (random.chance(0.18)) {
    if (random.chance(0.5)) widenInPlace(layer, 0)
    saturateInPlace(layer, random.between(1, 6))
  }
  if (random.chance(0.4)) widenInPlace(layer, random.between(0, 1.6))
  if (random.chance(0.3)) panInPlace(layer, random.between(-0.7, 0.7))
  const room = random.chance(0.12) ? randomRoom(random, -20, -6) : undefined
  colourInPlace(layer, { equaliser: randomEqualiser(random, 4), room }, config.sampleRate, ffts.music, random)
  return levelled(layer)
}

function randomRoom(random: RandomStream, quietest: number, loudest: number): Room {
  return {
    decay: Math.exp(random.between(Math.log(0.25), Math.log(2.8))),
    preDelay: random.between(0, 0.05),
    level: random.between(quietest, loudest),
    damping: random.between(0.2, 0.9),
  }
}

function compressInPlace(sound: Stereo, sampleRate: number, random: RandomStream): void {
  const options = {
    threshold: random.between(-10, 2),
    ratio: random.between(1.5, 5),
    attack: random.between(0.002, 0.02),
    release: random.between(0.05, 0.3),
    sampleRate,
  }
  applyGainInPlace(sound, compressorGain(sound, options))
}

function changeSpeed([left, right]: Stereo, ratio: number, length: number, offset = 0): Stereo {
  if (ratio === 1 && offset === 0 && left.length >= length) return [left.slice(0, length), right.slice(0, length)]
  return [varispeed(left, ratio, length, offset), varispeed(right, ratio, length, offset)]
}

/** Brings a sound to the common level, in place; what is almost silent stays quiet. */
function levelled(sound: Stereo): Stereo {
  scaleInPlace(sound, takeLevel / Math.max(rms(sound), takeLevel / 10))
  return sound
}

function pickWeighted<T>(items: readonly T[], weight: (item: T) => number, random: RandomStream): T {
  const total = items.reduce((sum, item) => sum + weight(item), 0)
  let rest = random.between(0, total)
  for (const item of items) {
    rest -= weight(item)
    if (rest < 0) return item
  }
  return items.at(-1)!
}
