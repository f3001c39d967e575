import { oneAtLeast } from '#main/engine/operations'
import { tf, type Tensor, type Tensor2D } from '#main/engine/tf'

/** Keeps codes that nobody uses from being divided by nothing. */
const smoothing = 1e-5

interface Codebook {
  /** `[code, dimension]` */
  readonly codes: Tensor2D
  /** `[code]`, 1 where all are used alike. */
  readonly use: Tensor
}

interface UpdateRule {
  readonly gamma: number
  readonly average: 'residuals' | 'as-published'
  readonly restartBelow: number
}

/**
 * A codebook moved towards the vectors that chose it, by exponential moving averages of their number and of their sum.
 * The sum need not be kept beside them: it is the codes times the smoothed number.
 * @see van den Oord et al., "Neural discrete representation learning", 2017, appendix A.1
 */
export function nextCodebook(
  rule: UpdateRule,
  before: Codebook,
  { residual, chosen }: { residual: Tensor2D; chosen: Tensor2D },
  noise: Tensor2D,
): Codebook {
  const [vectors, count] = chosen.shape
  const share = 1 / (vectors / count)
  const met = rule.average === 'residuals' ? residual : tf.matMul(chosen, before.codes)
  const counts = tf.mul(tf.sum(chosen, 0), share)
  const sums = tf.mul(tf.matMul(chosen, met, true, false), share)
  const { gamma } = rule
  const use = tf.add(tf.mul(before.use, gamma), tf.mul(counts, 1 - gamma))
  const sum = tf.add(tf.mul(perCode(smoothed(before.use, count), before.codes), gamma), tf.mul(sums, 1 - gamma))
  const codes = tf.div(sum, tf.expandDims(smoothed(use, count), 1)) as Tensor2D
  return rule.restartBelow > 0 ? restarted(rule.restartBelow, { codes, use }, residual, noise) : { codes, use }
}

/** Laplace smoothing: as if every code had been chosen a little more often; the total stays. */
function smoothed(use: Tensor, count: number): Tensor {
  const total = tf.sum(use)
  return tf.mul(tf.div(tf.add(use, smoothing), tf.add(total, count * smoothing)), total)
}

function perCode(factors: Tensor, codes: Tensor2D): Tensor {
  return tf.mul(tf.expandDims(factors, 1), codes)
}

/** Codes that are hardly used are put where a vector is, and get twice the least use, so that they have time to be found. */
function restarted(least: number, { codes, use }: Codebook, residual: Tensor2D, noise: Tensor2D): Codebook {
  const [count, field] = noise.shape
  const dimensions = codes.shape[1]
  // Of each of as many stretches as there are codes, one vector by chance.
  const stretches = tf.reshape(tf.slice(residual, [0, 0], [count * field, dimensions]), [count, field, dimensions])
  const candidates = tf.sum(tf.mul(stretches, tf.expandDims(oneAtLeast(noise), 2)), 1)
  const isDead = tf.cast(tf.less(use, least), 'float32')
  const lives = tf.sub(1, isDead)
  return {
    codes: tf.add(perCode(lives, codes), perCode(isDead, candidates as Tensor2D)) as Tensor2D,
    use: tf.add(tf.mul(use, lives), tf.mul(isDead, 2 * least)),
  }
}
