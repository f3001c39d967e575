import type { LaneSource } from '#renderer/timeline/laneSource'
import { randomStream } from '#shared/random'
import { emptyProject, type Project, type Track } from '#shared/project/project'
import { tileColumns, type TileGrid, tileGrid } from '#shared/dsp/spectrogramTile'
import { peaksOf } from './sounds'

const rate = 44100

/** Returns a project of as many lanes as asked for, and for each a sound that looks like music, with its tiles. */
export function songSources(lanes: number, seconds: number, view: Track['view']): { project: Project; sources: Map<string, LaneSource> } {
  const roles = ['mixture', 'vocals', 'accompaniment', 'other'] as const
  const frames = seconds * rate
  const sources = new Map<string, LaneSource>()
  const tracks = Array.from({ length: lanes }, (_, i): Track => {
    sources.set(`s${i}`, musicLike(`s${i}`, frames, i))
    const clip = { id: `c${i}`, sourceId: `s${i}`, start: 0, offset: 0, length: frames, gain: 0, fadeIn: 0, fadeOut: 0 }
    return { id: `t${i}`, name: `Lane ${i + 1}`, role: roles[i % 4]!, gain: 0, pan: 0, muted: false, soloed: false, view, clips: [clip] }
  })
  const common = { sampleRate: rate, channels: 2, frames }
  const listed = tracks.map((_, i) => ({ id: `s${i}`, name: `Song ${i + 1}`, soundId: `s${i}`, ...common }))
  return { project: { ...emptyProject('songs', 'Songs'), sampleRate: rate, sources: listed, tracks }, sources }
}

/** Peaks of noise with beats; a pattern for its spectrogram. */
function musicLike(soundId: string, frames: number, seed: number): LaneSource {
  const grid = tileGrid(rate, frames)
  const tile = pattern(grid, seed)
  const random = randomStream(seed + 1)
  // One value for every finest peak.
  const channels = [0, 1].map(() => Float32Array.from({ length: Math.ceil(frames / 256) }, (_, i) => (random.uniform() - 0.5) * (0.4 + 0.6 * Math.abs(Math.sin(i / 40)))))
  const fine = peaksOf(rate, channels.map((values) => spread(values, frames)))
  return {
    soundId,
    sampleRate: rate,
    frames,
    peaks: fine,
    spectrogram: grid,
    tile: (level, index) => Promise.resolve(tile.subarray(0, tileColumns(grid, frames, level, index) * (grid.fftSize / 2 + 1))),
    samples: (first, count) => Promise.resolve(channels.map(() => new Float32Array(Math.min(count, frames - first)))),
  }
}

function spread(values: Float32Array, frames: number): Float32Array {
  const samples = new Float32Array(frames)
  for (let i = 0; i < values.length; i++) {
    samples[i * 256] = values[i]!
    samples[Math.min(frames - 1, i * 256 + 1)] = -values[i]!
  }
  return samples
}

/** The bytes of a tile; all tiles of a sound look alike, because making them is not what is measured. */
function pattern({ fftSize, columns }: TileGrid, seed: number): Uint8Array {
  const bins = fftSize / 2 + 1
  const tile = new Uint8Array(columns * bins)
  for (let column = 0; column < columns; column++) {
    for (let bin = 0; bin < bins; bin++) tile[column * bins + bin] = (column * (3 + seed) + bin * 7 + ((column ^ bin) & 31) * 4) & 255
  }
  return tile
}
