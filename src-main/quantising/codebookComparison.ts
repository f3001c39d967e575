import type { Engine, Program } from '#main/engine/engine'
import { tf, type Tensor, type Tensor2D } from '#main/engine/tf'
import { initialParameters } from '#main/models/initialise'
import { commitment, nextCodebooks, quantise, quantiserParameters, type QuantiserConfig } from '#main/models/quantise/quantiser'
import { nextName } from '#main/models/runningState'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import { randomStream, type RandomStream } from '#shared/random'

/** Vectors of a step, and steps. */
const batch = 1024
const steps = 300

/**
 * How far latents end from their codes when codebooks learn of them, and of nothing else, by each of the two averages; all else is
 * alike, as the document has it: codes that begin at random and never start anew. Squared distance over the variance of latents, over all vectors.
 * @param vectors `[vector, dimension]`, a few thousand
 */
export async function compareAverages(config: QuantiserConfig, vectors: Float32Array, engine: Engine, context: WorkContext): Promise<Record<QuantiserConfig['average'], number>> {
  const found = { residuals: 0, 'as-published': 0 }
  for (const average of ['residuals', 'as-published'] as const) found[average] = await learnedError({ ...config, average, start: 'uniform', restartBelow: 0 }, vectors, engine, context)
  return found
}

async function learnedError(config: QuantiserConfig, vectors: Float32Array, engine: Engine, context: WorkContext): Promise<number> {
  const random = randomStream(9)
  let codebooks = initialParameters(quantiserParameters(config), random.fork('codebooks'))
  const program = await engine.compile(stepProgram(config), {})
  let error = 0
  try {
    for (let step = 0; step < steps; step++) {
      const outputs = await program.run({ vectors: drawn(vectors, config.dimensions, random.fork(step)), noise: noiseOf(config, random.fork(`noise ${step}`)), ...codebooks })
      codebooks = Object.fromEntries(Object.keys(codebooks).map((name) => [name, outputs[nextName(name)]!]))
      // The last tenth: codebooks have settled, and one batch more or less does not count.
      if (step >= 0.9 * steps) error += outputs['error']![0]! / (0.1 * steps)
      await checkpointCancel(context)
    }
  } finally {
    program.dispose()
  }
  return error
}

function stepProgram(config: QuantiserConfig): Program {
  const shapes = Object.fromEntries(Object.entries(quantiserParameters(config)).map(([name, { shape }]) => [name, shape]))
  return {
    name: `codebooks-${config.average}-${batch}`,
    parameters: {},
    inputs: { vectors: [batch, config.dimensions], noise: [config.codes, Math.floor(batch / config.codes)], ...shapes },
    run(_, { vectors, noise, ...codebooks }) {
      const given = vectors as Tensor2D
      const layers = quantise(config, codebooks, given)
      const spread = tf.mean(tf.square(tf.sub(given, tf.mean(given, 0)))) as Tensor
      return { error: tf.div(commitment(given, [layers.at(-1)!]), spread), ...nextCodebooks(config, codebooks, layers, noise as Tensor2D) }
    },
  }
}

function drawn(vectors: Float32Array, dimensions: number, random: RandomStream): Float32Array {
  const out = new Float32Array(batch * dimensions)
  for (let i = 0; i < batch; i++) {
    const from = random.integer(vectors.length / dimensions) * dimensions
    out.set(vectors.subarray(from, from + dimensions), i * dimensions)
  }
  return out
}

function noiseOf({ codes }: QuantiserConfig, random: RandomStream): Float32Array {
  return Float32Array.from({ length: codes * Math.floor(batch / codes) }, () => random.normal())
}

