import { sizeOf, type NamedArrays, type Program } from '#main/engine/engine'
import type { ConvUnmixerConfig, DenseUnmixerConfig, UnmixerConfig } from '#main/models/unmixerConfig'
import { mixPictures, pictureSide, pictureSize, type Mixing } from '#shared/images/mixing'
import { randomStream } from '#shared/random'

const mixing: Mixing = { rule: 'average', level: 0.5 }
const conv = { family: 'unmixer', mixing, fieldSide: 2, encoderChannels: [8, 8, 12], encoderBlocks: [1, 1, 1], decoderChannels: [8, 8, 8], decoderBlocks: [1, 1, 0] } as const

/** A network of each kind, as small as can be, with three levels, the last of an odd side but for that which begins at full size. */
export const smallUnmixers: Record<UnmixerConfig['network'], UnmixerConfig> = {
  dense: { family: 'unmixer', mixing, network: 'dense', hiddenUnits: [24, 16], latentUnits: 4 } satisfies DenseUnmixerConfig,
  bottleneck: { ...conv, network: 'bottleneck', latentChannels: 4 } satisfies ConvUnmixerConfig,
  skip: { ...conv, network: 'skip', fieldSide: 1, latentChannels: 4 } satisfies ConvUnmixerConfig,
  unet: { ...conv, network: 'unet', latentChannels: 0 } satisfies ConvUnmixerConfig,
}

/** Pictures of smooth blobs in a black frame, of any range of greys, with pixels that are wholly black and wholly white. */
export function blobPicture(seed: number): Float32Array {
  const random = randomStream(seed)
  const [x0, y0, radius] = [8 + 16 * random.uniform(), 8 + 16 * random.uniform(), 4 + 8 * random.uniform()]
  return Float32Array.from({ length: pictureSize }, (_, at) => {
    const [x, y] = [at % pictureSide, Math.floor(at / pictureSide)]
    const isFrame = Math.min(x, y) < 2 || Math.max(x, y) > pictureSide - 3
    return isFrame ? 0 : Math.min(1, Math.max(0, 1.3 - Math.hypot(x - x0, y - y0) / radius + 0.1 * random.normal()))
  })
}

export function batchOf(pictures: readonly Float32Array[]): Float32Array {
  return Float32Array.from(pictures.flatMap((picture) => [...picture]))
}

/** Inputs of a loss program over pairs of blobs. */
export function unmixerLossInputs(program: Program, by: Mixing): NamedArrays {
  const random = randomStream(7)
  const batch = program.inputs.mixture![0]!
  const pictures = (from: number) => Array.from({ length: batch }, (_, i) => blobPicture(from + i))
  const [first, second] = [pictures(100), pictures(200)]
  const noise = Object.entries(program.inputs).filter(([name]) => name.startsWith('noise'))
  return {
    first: batchOf(first),
    second: batchOf(second),
    mixture: batchOf(first.map((picture, i) => mixPictures(picture, second[i]!, by))),
    level: Float32Array.of(by.level),
    ...Object.fromEntries(noise.map(([name, shape]) => [name, Float32Array.from({ length: sizeOf(shape) }, () => random.normal())])),
    ...(program.inputs.beta && { beta: Float32Array.of(0.5) }),
  }
}
