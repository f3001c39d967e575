import type { NamedTensors } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'
import { fieldSize, positionCount } from '#main/models/bandLayout'
import {
  convolution,
  enlarge,
  frequencyDense,
  normalisation,
  parametersOf,
  relu,
  residual,
  sequence,
  upsample,
  type Layer,
  type ParameterSpecs,
} from '#main/models/layers'
import { featureKinds } from '#main/models/spectralFeatures'
import type { SpectralNetworkConfig } from '#main/models/spectralNetwork'

export interface SpectralEncoder {
  parameters: ParameterSpecs
  /** Features of every resolution, finest first. */
  apply(parameters: NamedTensors, features: Tensor4D): Tensor4D[]
}

/** Halves frames and positions from level to level. */
export function spectralEncoder(config: SpectralNetworkConfig): SpectralEncoder {
  const entries: Layer[] = []
  const blocks: Layer[] = []
  config.encoderChannels.forEach((channels, level) => {
    const name = `encoder/${level}`
    const inputs = level === 0 ? featureKinds * fieldSize(config.layout) : config.encoderChannels[level - 1]!
    entries.push(convolution(`${name}/entry`, { inputs, outputs: channels, stride: level === 0 ? 1 : 2 }))
    blocks.push(encoderBlock(name, channels, positionCount(config.layout) / 2 ** level, config.frequencyReduction))
  })
  return {
    parameters: parametersOf([...entries, ...blocks]),
    apply(parameters, features) {
      const levels: Tensor4D[] = []
      let x = features
      entries.forEach((entry, level) => {
        x = blocks[level]!.apply(parameters, entry.apply(parameters, x))
        levels.push(x)
      })
      return levels
    },
  }
}

const normGroups = 8

/** Near and far context, each added to what comes in (pre-activation residuals, the identity at first). */
function encoderBlock(name: string, channels: number, positions: number, reduction: number): Layer {
  const near = sequence(
    relu,
    convolution(`${name}/before`, { inputs: channels, outputs: channels, bias: false }),
    normalisation(`${name}/norm`, channels, normGroups),
    relu,
    convolution(`${name}/after`, { inputs: channels, outputs: channels, initialiser: 'zeros', bias: false }),
  )
  return sequence(residual(near), residual(frequencyDense(`${name}/frequency`, positions, Math.max(8, positions / reduction))))
}

export interface MaskDecoder {
  parameters: ParameterSpecs
  /** Logits, shaped as masks, from maps of the coarsest resolution and what the encoder gave at the finer ones. */
  apply(parameters: NamedTensors, coarsest: Tensor4D, levels: readonly Tensor4D[]): Tensor4D
}

/** @param coarsestChannels those of the maps that it begins with */
export function maskDecoder(stem: string, config: SpectralNetworkConfig, coarsestChannels: number): MaskDecoder {
  const { encoderChannels, decoderChannels, layout } = config
  const steps = decoderChannels
    .map((channels, level) => {
      const name = `decoder/${stem}/${level}`
      const inputs = level === decoderChannels.length - 1 ? coarsestChannels : decoderChannels[level + 1]!
      return {
        level,
        above: enlarge(`${name}/above`, { inputs, outputs: channels }),
        skip: convolution(`${name}/skip`, { inputs: encoderChannels[level]!, outputs: channels, size: 1 }),
        gate: convolution(`${name}/gate`, { inputs, outputs: channels, size: 1, initialiser: 'glorot' }),
        blend: sequence(
          relu,
          convolution(`${name}/blend`, { inputs: channels, outputs: channels, bias: false }),
          normalisation(`${name}/norm`, channels, normGroups),
          relu,
        ),
      }
    })
    .reverse()
  const output = convolution(`decoder/${stem}/output`, {
    inputs: decoderChannels[0]!,
    outputs: 2 * fieldSize(layout),
    size: 1,
    initialiser: 'glorot',
  })
  return {
    parameters: parametersOf([...steps.flatMap(({ above, skip, gate, blend }) => [above, skip, gate, blend]), output]),
    apply(parameters, coarsest, levels) {
      let x = coarsest
      for (const { level, above, skip, gate, blend } of steps) {
        // The gate is computed before upsampling: the same values at a quarter of the work.
        const open = upsample.apply(parameters, tf.sigmoid(gate.apply(parameters, x)))
        const detail = tf.mul(open, skip.apply(parameters, levels[level]!)) as Tensor4D
        x = blend.apply(parameters, tf.add(above.apply(parameters, x), detail))
      }
      return output.apply(parameters, x)
    },
  }
}
