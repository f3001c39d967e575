import { tf, type Scalar, type Tensor1D, type Tensor4D } from '#main/engine/tf'

/** How the second head of an encoder is read: source 000 words it so that it acts as the logarithm of the deviation. */
export type VarianceParameter = 'logVariance' | 'logStd'

/** A diagonal Gaussian over latent maps, `[batch, frame, bin, channel]`. */
export interface Posterior {
  mean: Tensor4D
  logVariance: Tensor4D
}

/**
 * z = mean + exp(logVariance / 2)·noise, or mean + exp(v)·noise for `logStd`; noise is standard normal and an argument.
 * @see Kingma and Welling, "Auto-Encoding Variational Bayes", 2014, equation 10.
 */
export function reparameterise(
  { mean, logVariance }: Posterior,
  noise: Tensor4D,
  varianceParameter: VarianceParameter = 'logVariance',
): Tensor4D {
  const logStd = varianceParameter === 'logStd' ? logVariance : tf.mul(logVariance, 0.5)
  return tf.add(mean, tf.mul(tf.exp(logStd), noise))
}

/**
 * Kullback-Leibler divergence to N(0, I) for every latent element, same shape as the mean, in nats.
 * @see Kingma and Welling 2014, appendix B: -½(1 + logVariance - mean² - variance).
 */
export function klDivergence({ mean, logVariance }: Posterior): Tensor4D {
  const inner = tf.sub(tf.sub(tf.add(logVariance, 1), tf.square(mean)), tf.exp(logVariance))
  return tf.mul(inner, -0.5)
}

/**
 * Mean KL a latent element, where a channel whose own mean lies below `freeBits` (nats) costs that much and is not
 * pushed down any further, so that it is not given up.
 * @see Kingma et al., "Improved variational inference with inverse autoregressive flow", 2016, appendix C.8.
 */
export function klWithFreeBits(posterior: Posterior, freeBits: number): Scalar {
  return tf.mean(tf.maximum(klPerChannel(posterior), freeBits)) as Scalar
}

/** Mean KL of the elements of each channel, `[channels]`, in nats: near 0 for one that has collapsed. */
function klPerChannel(posterior: Posterior): Tensor1D {
  return tf.mean(klDivergence(posterior), [0, 1, 2])
}

/** The same for several posteriors, one after the other; what a loss program reports as `klPerLatent`. */
export function klPerLatent(...posteriors: Posterior[]): Tensor1D {
  return tf.concat(posteriors.map(klPerChannel))
}
