import type { NamedTensors } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import { convolution, enlarge, parametersOf, relu, residual, sequence, type Layer, type ParameterSpecs } from '#main/models/layers'
import type { ConvUnmixerConfig } from '#main/models/unmixerConfig'

/** What of a picture the networks look at: the black around it has nothing to say. */
export const seenSide = 28

/** Rows, and columns, of each level. */
export function levelSides({ encoderChannels, fieldSide }: ConvUnmixerConfig): number[] {
  return encoderChannels.map((_, level) => Math.ceil(seenSide / (fieldSide * 2 ** level)))
}

export interface PictureEncoder {
  readonly parameters: ParameterSpecs
  /** Maps of every level, the finest first, from pictures `[batch, row, column, 1]` of that. */
  apply(parameters: NamedTensors, pictures: Tensor4D): Tensor4D[]
}

/** Halves rows and columns from level to level, rounded up. */
export function pictureEncoder({ encoderChannels, encoderBlocks, fieldSide }: ConvUnmixerConfig): PictureEncoder {
  const levels = encoderChannels.map((outputs, level) => {
    const name = `encoder/${level}`
    const entry =
      level === 0
        ? sequence(...(fieldSide === 2 ? [fieldsAsChannels] : []), convolution(`${name}/entry`, { inputs: fieldSide ** 2, outputs }))
        : convolution(`${name}/entry`, { inputs: encoderChannels[level - 1]!, outputs, size: 2, stride: 2 })
    return sequence(entry, ...residualBlocks(name, outputs, encoderBlocks[level]!), relu)
  })
  return {
    parameters: parametersOf(levels),
    apply(parameters, pictures) {
      const maps: Tensor4D[] = []
      for (const level of levels) maps.push(level.apply(parameters, maps.at(-1) ?? pictures))
      return maps
    },
  }
}

export interface PictureDecoder {
  readonly parameters: ParameterSpecs
  /** A value a pixel of what is seen, any real number; `levels` are the encoder's, for a decoder that sees them. */
  apply(parameters: NamedTensors, coarsest: Tensor4D, levels: readonly Tensor4D[]): Tensor4D
}

/**
 * From maps of the coarsest level up. With `seesLevels` it adds what it makes of the encoder's maps at every level.
 * @param coarsestChannels those of the maps that it begins with
 */
export function pictureDecoder(part: string, config: ConvUnmixerConfig, coarsestChannels: number, seesLevels: boolean): PictureDecoder {
  const channels = config.decoderChannels
  const coarsest = channels.length - 1
  const sides = levelSides(config)
  const steps = channels
    .map((outputs, level) => {
      const name = `decoder/${part}/${level}`
      const entry =
        level === coarsest
          ? convolution(`${name}/entry`, { inputs: coarsestChannels, outputs, size: 1 })
          : enlarge(`${name}/entry`, { inputs: channels[level + 1]!, outputs })
      const skip = seesLevels ? [convolution(`${name}/skip`, { inputs: config.encoderChannels[level]!, outputs, size: 1 })] : []
      return { level, entry, skip, blocks: sequence(...residualBlocks(name, outputs, config.decoderBlocks[level]!), relu) }
    })
    .reverse()
  const ends = { inputs: channels[0]!, outputs: 1 }
  const output = config.fieldSide === 2 ? enlarge(`decoder/${part}/output`, ends) : convolution(`decoder/${part}/output`, { ...ends, initialiser: 'zeros' })
  return {
    parameters: parametersOf([...steps.flatMap(({ entry, skip, blocks }) => [entry, ...skip, blocks]), output]),
    apply(parameters, maps, levels) {
      let x = maps
      for (const { level, entry, skip, blocks } of steps) {
        x = firstOf(entry.apply(parameters, x), sides[level]!)
        for (const layer of skip) x = tf.add(x, layer.apply(parameters, levels[level]!))
        x = blocks.apply(parameters, x)
      }
      return output.apply(parameters, x)
    },
  }
}

/** Each adds to what comes in what two convolutions make of it: nothing at first. */
function residualBlocks(name: string, channels: number, count: number): Layer[] {
  return Array.from({ length: count }, (_, block) =>
    residual(
      sequence(
        relu,
        convolution(`${name}/${block}/before`, { inputs: channels, outputs: channels }),
        relu,
        convolution(`${name}/${block}/after`, { inputs: channels, outputs: channels, initialiser: 'zeros' }),
      ),
    ),
  )
}

/** The four pixels of every field of 2×2 as channels: a convolution costs a quarter there and sees twice as far. */
const fieldsAsChannels: Layer = {
  parameters: {},
  apply(_, pictures) {
    const [batch, rows, columns] = pictures.shape
    const fields = tf.transpose(tf.reshape(pictures, [batch, rows / 2, 2, columns / 2, 2]), [0, 1, 3, 2, 4])
    return tf.reshape(fields, [batch, rows / 2, columns / 2, 4])
  },
}

/** The first rows and columns: twice a coarser size, which was rounded up, can be one too many. */
function firstOf(x: Tensor4D, side: number): Tensor4D {
  const [batch, rows, , channels] = x.shape
  return rows === side ? x : tf.slice(x, [0, 0, 0, 0], [batch, side, side, channels])
}
