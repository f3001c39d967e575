import type { NamedArrays, NamedTensors } from '#main/engine/engine'
import { tf, type Tensor1D, type Tensor4D } from '#main/engine/tf'
import { parametersOf, type ParameterSpecs } from '#main/models/layers'
import { baseLogProbability, baseParameters, sampleBase, type Base } from '#main/models/quantise/flow/base'
import { chain, type Bijector, type FlowPass, type MapShape } from '#main/models/quantise/flow/bijector'
import { affineCoupling, type ConditionerConfig, type Mask } from '#main/models/quantise/flow/coupling'
import { actNorm, batchNormBijector } from '#main/models/quantise/flow/normalisations'
import { preprocess, type Preprocess } from '#main/models/quantise/flow/preprocess'
import { squeeze } from '#main/models/quantise/flow/squeeze'
import { AppError } from '#shared/errors'
import type { RandomStream } from '#shared/random'

/** A multiscale RealNVP over latent maps: a distribution that is learned from samples, and can be sampled. */
export interface RealNvpConfig {
  readonly family: 'realnvp'
  /** Of the maps that are modelled. */
  readonly shape: MapShape
  /** Times that the maps are squeezed and half of their channels leave the flow. */
  readonly scales: number
  /** Couplings before and after each squeeze; the last scale, which is not squeezed, has one more. */
  readonly couplings: number
  /** Filters of the couplings' networks before the first squeeze, after it, after the second …; the last counts on. */
  readonly filters: readonly number[]
  readonly residualBlocks: number
  readonly normalisation: 'batch' | 'act' | 'none'
  readonly preprocess: Preprocess
  readonly base: Base
}

export interface RealNvp {
  readonly parameters: ParameterSpecs
  /** Of the latents, from the first that leaves the flow to the last. */
  readonly latentShapes: readonly MapShape[]
  /** Latents, and log |det| of the whole map for every item of the batch. */
  forward(parameters: NamedTensors, x: Tensor4D, pass: FlowPass): { latents: Tensor4D[]; logDeterminant: Tensor1D }
  inverse(parameters: NamedTensors, latents: readonly Tensor4D[]): Tensor4D
  /** log p of latents under the base, for every item of the batch. */
  logProbability(parameters: NamedTensors, latents: readonly Tensor4D[]): Tensor1D
  /** Samples of the base, a latent after the other. */
  sample(parameters: NamedArrays, batch: number, temperature: number, random: RandomStream): Float32Array[]
}

/**
 * Builds the flow. Nothing is computed until it is applied.
 * @throws AppError INVALID_INPUT where the maps cannot be halved as often as there are scales
 * @see Dinh et al., "Density estimation using Real NVP", 2017, section 3.6
 */
export function realNvp(config: RealNvpConfig): RealNvp {
  const { scales, base } = config
  requireHalves(config)
  const stages = Array.from({ length: scales + 1 }, (_, scale) => stage(config, scale))
  const first = preprocess(config.preprocess)
  const latentShapes = stages.map(({ latent }) => latent)
  const named = latentShapes.map((shape, i) => ({ name: `base/${i}`, base, shape }))
  return {
    parameters: parametersOf([first, ...stages.map(({ bijector }) => bijector), ...named.map(({ name, shape }) => ({ parameters: baseParameters(name, base, shape[2]) }))]),
    latentShapes,
    forward(parameters, x, pass) {
      let { y: rest, logDeterminant } = first.forward(parameters, x, pass)
      const latents: Tensor4D[] = []
      stages.forEach(({ bijector }, scale) => {
        const found = bijector.forward(parameters, rest, pass)
        logDeterminant = tf.add(logDeterminant, found.logDeterminant)
        if (scale === scales) return void latents.push(found.y)
        const [latent, left] = tf.split(found.y, 2, 3) as [Tensor4D, Tensor4D]
        latents.push(latent)
        rest = left
      })
      return { latents, logDeterminant }
    },
    inverse(parameters, latents) {
      const whole = stages.reduceRight<Tensor4D | undefined>((rest, { bijector }, scale) => {
        const joined = rest ? tf.concat([latents[scale]!, rest], 3) : latents[scale]!
        return bijector.inverse(parameters, joined)
      }, undefined)
      return first.inverse(parameters, whole!)
    },
    logProbability: (parameters, latents) =>
      latents.map((latent, i) => baseLogProbability(`base/${i}`, base, parameters, latent)).reduce((a, b) => tf.add(a, b)),
    sample: (parameters, batch, temperature, random) => named.map((one) => sampleBase(one, parameters, batch, temperature, random.fork(one.name))),
  }
}

/** Values that a map holds. */
export function mapSize([frames, bins, channels]: MapShape): number {
  return frames * bins * channels
}

function stage(config: RealNvpConfig, scale: number): { bijector: Bijector; latent: MapShape } {
  const [frames, bins, channels] = config.shape
  // Squeezing gives four times the channels, of which half stay.
  const shape: MapShape = [frames / 2 ** scale, bins / 2 ** scale, channels * 2 ** scale]
  const name = `flow/${scale}`
  if (scale === config.scales) return { bijector: couplings(`${name}/last`, config, shape, 'checkerboard', scale, config.couplings + 1), latent: shape }
  const squeezed: MapShape = [shape[0] / 2, shape[1] / 2, shape[2] * 4]
  return {
    bijector: chain(
      couplings(`${name}/board`, config, shape, 'checkerboard', scale, config.couplings),
      squeeze,
      couplings(`${name}/channels`, config, squeezed, 'channels', scale + 1, config.couplings),
    ),
    latent: [squeezed[0], squeezed[1], squeezed[2] / 2],
  }
}

/** Couplings whose masks alternate, each with its normalisation. */
function couplings(name: string, config: RealNvpConfig, shape: MapShape, kind: Mask['kind'], depth: number, count: number): Bijector {
  const network: ConditionerConfig = { filters: config.filters[Math.min(depth, config.filters.length - 1)]!, residualBlocks: config.residualBlocks }
  const steps = Array.from({ length: count }, (_, i) => {
    const coupling = affineCoupling(`${name}/${i}`, shape, { kind, odd: i % 2 === 1 }, network)
    if (config.normalisation === 'none') return coupling
    const normalisation = config.normalisation === 'batch' ? batchNormBijector : actNorm
    return chain(coupling, normalisation(`${name}/${i}/norm`, shape))
  })
  return chain(...steps)
}

function requireHalves({ shape: [frames, bins, channels], scales }: RealNvpConfig): void {
  if ([frames, bins].every((size) => Number.isInteger(size / 2 ** scales)) && channels >= 1) return
  throw new AppError('INVALID_INPUT', `Maps of ${frames} × ${bins} cannot be halved ${scales} times, so no prior was made. Choose fewer scales.`)
}
