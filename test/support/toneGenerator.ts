import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readClipManifest } from '#main/node/clipManifest'
import { runTraining, type TrainingRun } from '#main/node/trainingRun'
import { presets } from '#main/training/presets'
import { encodeWav } from '#shared/audio/wavCodec'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'
import { smallSoundVae } from '#test/soundVaes'
import { openTestEngine } from '#test/testEngine'

const { sampleRate, samples } = smallSoundVae.features

/** A tone that ends, low or high, each a little different. */
export function toneOf(high: boolean, seed: number): Float32Array {
  const random = randomStream(seed)
  const hertz = (high ? 2600 : 500) * random.between(0.95, 1.05)
  return Float32Array.from({ length: samples }, (_, n) => (n < 0.8 * samples ? 0.5 : 0) * Math.sin((2 * Math.PI * hertz * n) / sampleRate) + 0.001 * random.normal())
}

/** Writes 24 high tones and 24 low ones, a folder each, and a file that is no sound. */
export function writeTones(folder: string): void {
  for (const label of ['high', 'low']) {
    mkdirSync(join(folder, label), { recursive: true })
    for (let i = 0; i < 24; i++) writeFileSync(join(folder, label, `${label} ${i}.wav`), encodeWav({ sampleRate, channels: [toneOf(label === 'high', i)] }, 'int16'))
  }
  writeFileSync(join(folder, 'low', 'broken.wav'), 'RIFF and then nothing')
}

/** Trains the smallest generator on such a folder, within seconds; the model is in `model` of the run's folder. */
export async function trainToneGenerator(folder: string, runFolder: string, cacheFolder: string): Promise<void> {
  const choice = { validation: [], test: [], without: [] }
  const { manifest } = await readClipManifest(folder, choice)
  const engine = await openTestEngine()
  const run: TrainingRun = {
    data: { folder, ...choice },
    manifest,
    validationPieces: [],
    runFolder,
    cacheFolder,
    preset: { ...presets.generateSmall, model: smallSoundVae },
    overrides: { batchSize: 8, stepsPerEpoch: 60, totalSteps: 240, learningRate: 5e-3 },
    seconds: Infinity,
    resume: false,
    resultsEvery: 4,
    onEpoch: () => {},
  }
  const ended = await runTraining(run, engine, quietContext())
  await engine.dispose()
  if (ended !== 'finished') throw new Error(`The training was ${ended}.`)
}
