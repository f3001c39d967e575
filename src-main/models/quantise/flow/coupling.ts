import { tf, type Tensor1D, type Tensor4D } from '#main/engine/tf'
import { convolution, parameter, relu, residual, sequence, type Layer } from '#main/models/layers'
import { sumPerItem, type Bijector, type MapShape } from '#main/models/quantise/flow/bijector'

/** Which values a coupling leaves alone: a checkerboard of frames and bins, or half of the channels; `odd`: the others. */
export interface Mask {
  readonly kind: 'checkerboard' | 'channels'
  readonly odd: boolean
}

/** The network that says, from the values that stay, how the others are scaled and shifted. */
export interface ConditionerConfig {
  readonly filters: number
  readonly residualBlocks: number
}

/**
 * y = x·exp(s) + t for the values that the mask does not keep, with s and t a function of those that it does. The identity
 * at first, since the network's last layer begins at zero.
 * @see Dinh et al., "Density estimation using Real NVP", 2017, equations 7 and 9
 */
export function affineCoupling(name: string, shape: MapShape, mask: Mask, config: ConditionerConfig): Bijector {
  const channels = shape[2]
  const conditioner = convolutionalResidualNetwork(`${name}/net`, channels, config)
  const kept = maskOf(shape, mask)
  const scaleAndShift = (parameters: Parameters<Layer['apply']>[0], known: Tensor4D) => {
    const others = tf.tensor4d(kept.values.map((value) => 1 - value), kept.shape)
    const output = conditioner.apply(parameters, tf.mul(known, tf.tensor4d(kept.values, kept.shape)))
    const [raw, shift] = tf.split(output, 2, 3) as [Tensor4D, Tensor4D]
    // Bounded, so that no step throws values out of range; how far is learned, a channel each.
    const bounded = tf.mul(tf.tanh(raw), parameter<Tensor1D>(parameters, `${name}/scale`))
    return { logScale: tf.mul(bounded, others) as Tensor4D, shift: tf.mul(shift, others) as Tensor4D }
  }
  return {
    parameters: { ...conditioner.parameters, [`${name}/scale`]: { shape: [channels], initialiser: 'ones' } },
    forward(parameters, x) {
      const { logScale, shift } = scaleAndShift(parameters, x)
      return { y: tf.add(tf.mul(x, tf.exp(logScale)), shift), logDeterminant: sumPerItem(logScale) }
    },
    inverse(parameters, y) {
      // What the mask keeps is the same before and after.
      const { logScale, shift } = scaleAndShift(parameters, y)
      return tf.mul(tf.sub(y, shift), tf.exp(tf.neg(logScale)))
    },
  }
}

/** 1 where a value is kept, of size 1 along what does not matter. */
export function maskOf([frames, bins, channels]: MapShape, { kind, odd }: Mask): { values: Float32Array; shape: [1, number, number, number] } {
  const isBoard = kind === 'checkerboard'
  const keeps = (i: number) => (isBoard ? (Math.floor(i / bins) + i % bins) % 2 === 0 : i < channels / 2) !== odd
  const values = Float32Array.from({ length: isBoard ? frames * bins : channels }, (_, i) => (keeps(i) ? 1 : 0))
  return { values, shape: isBoard ? [1, frames, bins, 1] : [1, 1, 1, channels] }
}

function convolutionalResidualNetwork(name: string, channels: number, { filters, residualBlocks }: ConditionerConfig): Layer {
  const within = { inputs: filters, outputs: filters }
  const blocks = Array.from({ length: residualBlocks }, (_, i) =>
    residual(sequence(relu, convolution(`${name}/${i}/first`, within), relu, convolution(`${name}/${i}/second`, { ...within, initialiser: 'zeros' }))),
  )
  return sequence(
    convolution(`${name}/input`, { inputs: channels, outputs: filters }),
    ...blocks,
    relu,
    convolution(`${name}/output`, { inputs: filters, outputs: 2 * channels, size: 1, initialiser: 'zeros' }),
  )
}
