import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { trainingConfig, type TrainingConfig } from '#shared/training/config'
import { encodeWav } from '#shared/audio/wavCodec'
import { presets } from '#main/training/presets'
import { randomStream } from '#shared/random'

/** Writes songs with stems, one of wavering tones and one of noise, as `<song>/vocals.wav` and `<song>/accompaniment.wav`. */
export async function writeSongs(folder: string, songs: Readonly<Record<string, number>>, seconds = 9): Promise<void> {
  const random = randomStream(4)
  const length = seconds * 44100
  const tone = (frequency: number) => Float32Array.from({ length }, (_, i) => 0.2 * Math.sin((i * frequency) / 7000 + 3 * Math.sin(i / 9000)))
  const noise = () => Float32Array.from({ length }, () => 0.1 * random.normal())
  for (const [song, frequency] of Object.entries(songs)) {
    await mkdir(join(folder, song), { recursive: true })
    const save = (stem: string, left: Float32Array, right: Float32Array) =>
      writeFile(join(folder, song, `${stem}.wav`), encodeWav({ sampleRate: 44100, channels: [left, right] }, 'int16'))
    await save('vocals', tone(frequency), tone(frequency))
    await save('accompaniment', noise(), noise())
  }
}

/** The tiny preset with so little data in hand that a step takes a moment. */
export function quickConfig(changes: Partial<TrainingConfig> = {}): TrainingConfig {
  const { takes } = presets.tiny.training
  const patches = { vocalPool: 3, musicPool: 2, scenes: 2, reuse: 4 }
  return trainingConfig.parse({ ...presets.tiny.training, batchSize: 2, stepsPerEpoch: 10, totalSteps: 40, takes, patches, ...changes })
}
