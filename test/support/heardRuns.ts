import { join } from 'node:path'
import { writeResults } from '#main/node/runResults'
import { createRunStore } from '#main/node/runStore'
import type { RunRecord } from '#main/services/trainingPorts'
import type { ClipSource, GallerySource, PinnedClip, ResultSource } from '#main/training/resultSource'
import { scores } from '#main/training/hearSeparator'
import type { AudioClip } from '#shared/audio/audioClip'
import type { Run } from '#shared/contract/training'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'
import { run } from '#test/training'

const sampleRate = 44100
const seconds = 3

/** A voice that wavers over noise; the same for the same seed. */
function song(seed: number): { vocals: AudioClip; accompaniment: AudioClip } {
  const random = randomStream(seed)
  const pitch = random.between(0.02, 0.04)
  const voice = (i: number) => [1, 2, 3, 4, 5].reduce((sum, h) => sum + Math.sin(h * (pitch * i + 60 * Math.sin(i / 9000))) / h, 0) * 0.12
  const vocals = Float32Array.from({ length: seconds * sampleRate }, (_, i) => voice(i) * (i % 40_000 < 28_000 ? 1 : 0.02))
  const noise = () => Float32Array.from({ length: seconds * sampleRate }, (_, i) => random.normal() * 0.08 * (1 - (i % 11_025) / 11_025))
  return { vocals: { sampleRate, channels: [vocals, vocals.slice()] }, accompaniment: { sampleRate, channels: [noise(), noise()] } }
}

function sum(a: AudioClip, b: AudioClip, share: number): AudioClip {
  return { sampleRate, channels: a.channels.map((samples, side) => samples.map((value, i) => value + share * b.channels[side]![i]!)) }
}

function pinned(name: string, seed: number): PinnedClip {
  const targets = song(seed)
  return { name, split: 'validation', mixture: sum(targets.vocals, targets.accompaniment, 1), span: { start: 0, end: seconds * sampleRate }, targets: { ...targets } }
}

/** A network of which `leak` says how much music is left in its vocals. */
const clips: ClipSource = {
  kind: 'clips',
  pin: async () => [pinned('Evening, 1:12', 1), pinned('Morning, 0:40', 2)],
  hear: async ({ leak }, all) =>
    all.map(({ mixture, targets }) => {
      const vocals = sum(targets.vocals!, targets.accompaniment!, leak![0]!)
      const parts = { vocals, accompaniment: sum(mixture, vocals, -1) }
      return { parts, sdr: scores(parts, targets) }
    }),
}

const pictures: GallerySource = {
  kind: 'gallery',
  see: async ({ leak }) => {
    const cell = (value: (x: number, y: number) => number) => ({ width: 28, height: 28, channels: 1 as const, pixels: Uint8Array.from({ length: 784 }, (_, i) => value(i % 28, Math.floor(i / 28))) })
    const ring = (x: number, y: number) => (Math.abs(Math.hypot(x - 14, y - 14) - 9) < 2 ? 255 : 0)
    const box = (x: number, y: number) => (x > 6 && x < 22 && y > 8 && y < 24 ? 180 : 0)
    const row = () => [
      cell((x, y) => (ring(x, y) + box(x, y)) / 2),
      cell(ring),
      cell((x, y) => ring(x, y) * (1 - leak![0]!) + box(x, y) * leak![0]!),
      cell(box),
      cell((x, y) => box(x, y) * (1 - leak![0]!) + ring(x, y) * leak![0]!),
    ]
    return { rows: ['Pair 1', 'Pair 2', 'Pair 3'], columns: ['Mixed', 'True digit', 'Digit', 'True clothing', 'Clothing'], cells: [row(), row(), row()] }
  },
}

/** Writes the results of one more epoch of a run that `writeHeardRun` has made. */
export async function writeHeardEpoch(runs: string, id: string, epoch: number, kind: Run['kind'] = 'separator', source: ResultSource = kind === 'images' ? pictures : clips) {
  const parameters = { leak: Float32Array.of(1 / (1 + epoch / 2)) }
  const line = { epoch, step: epoch * 250, score: -Math.abs(epoch - 5) }
  await writeResults({ runFolder: join(runs, id), family: { results: source }, parameters, line }, quietContext())
}

/** Writes a run, into the folder of runs, that can be heard (or, for `images`, seen) after each of its epochs; the fifth is the best. */
export async function writeHeardRun(runs: string, over: Partial<Run> & { id: string }, epochs: readonly number[]): Promise<void> {
  const { size: _, ...facts } = run({ status: 'paused', ...over })
  const record: RunRecord = { ...facts, version: 1, dataFolder: runs, resultsEvery: 1 }
  await createRunStore(runs, join(runs, 'cache')).create(record, { entries: [], songs: [] } as never)
  for (const epoch of epochs) await writeHeardEpoch(runs, over.id, epoch, over.kind)
}
