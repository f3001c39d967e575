import { type AudioFormat, createAudioWriter } from '#main/node/audioWriter'
import { openAudio } from '#main/node/audioReader'
import { randomStream } from '#shared/random'

/** Writes seconds of stereo noise, half of full scale, that is the same for the same seed. */
export async function writeNoise(path: string, seconds: number, seed: number, format: AudioFormat = 'wav24', sampleRate = 44100): Promise<void> {
  const writer = await createAudioWriter(path, { format, sampleRate, channels: 2 })
  const random = randomStream(seed)
  const noise = () => Float32Array.from({ length: Math.round(seconds * sampleRate) }, () => random.between(-0.5, 0.5))
  await writer.write([noise(), noise()])
  await writer.finish()
}

/** Reads a file as integers of 24 bits, one array a channel. */
export async function readIntegers(path: string): Promise<Int32Array[]> {
  const reader = await openAudio(path)
  const planes: number[][] = Array.from({ length: reader.info.channels }, () => [])
  for await (const block of reader.blocks()) {
    block.forEach((samples, channel) => {
      for (const value of samples) planes[channel]!.push(Math.round(value * 2 ** 23))
    })
  }
  await reader.close()
  return planes.map((plane) => Int32Array.from(plane))
}

/** True when every sample of `mixture` is the sum of those of `a` and `b`. */
export function addsUp(mixture: Int32Array[], a: Int32Array[], b: Int32Array[]): boolean {
  return mixture.every(
    (samples, channel) =>
      samples.length === a[channel]?.length &&
      samples.length === b[channel]?.length &&
      samples.every((value, i) => value === a[channel]![i]! + b[channel]![i]!),
  )
}
