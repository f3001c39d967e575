import type { LossProgram, NamedTensors, Program } from '#main/engine/engine'
import { tf } from '#main/engine/tf'
import { parametersOf, shapesOf, type ParameterSpecs } from '#main/models/layers'
import { realNvp, type RealNvp } from '#main/models/quantise/flow/realNvp'
import { realNvpBeginProgram, realNvpInverseProgram, realNvpLoss } from '#main/models/quantise/flow/realNvpLoss'
import { priorVariant, type MapStatistics, type Prior } from '#main/models/quantise/flow/variants'
import { rvqVae, type RvqVaeConfig } from '#main/models/quantise/rvqVae'
import { nextOutputs } from '#main/models/runningState'
import type { PriorVariant } from '#shared/contract/quantising'

/** A quantised VAE together with a prior over its quantised latents: what can be sampled, and turned into sound. */
export interface RvqPriorConfig {
  readonly family: 'rvqprior'
  readonly variant: PriorVariant
  readonly coder: RvqVaeConfig
}

export interface RvqPrior extends Prior {
  readonly network: RealNvp
  /** Of the coder, which is not learned any more, and of the flow. */
  readonly parameters: ParameterSpecs
}

/** Builds both. The flow sees maps that are scaled by `scaledMap`, so that it is the same for whatever is learned. */
export function rvqPrior({ variant, coder }: RvqPriorConfig): RvqPrior {
  const coding = rvqVae(coder)
  const [, frames, bins, dimensions] = coding.latentShape(1)
  const prior = priorVariant(variant, [frames, bins, dimensions], { range: [0, 1], deviation: 1 })
  const network = realNvp(prior.flow)
  const fixed: ParameterSpecs = Object.fromEntries(Object.entries(coding.parameters).map(([name, spec]) => [name, { ...spec, running: true as const }]))
  return { ...prior, network, parameters: parametersOf([{ parameters: fixed }, network]) }
}

/** A quantised map as the flow takes it: from 0 to 1 where there is a logit before it, in units of the deviation else. */
export function scaledMap(map: Float32Array, variant: PriorVariant, statistics: MapStatistics): Float32Array {
  const { shift, factor } = scaleOf(variant, statistics)
  return map.map((value) => (value - shift) / factor)
}

/** The inverse of `scaledMap`. */
export function unscaledMap(map: Float32Array, variant: PriorVariant, statistics: MapStatistics): Float32Array {
  const { shift, factor } = scaleOf(variant, statistics)
  return map.map((value) => value * factor + shift)
}

function scaleOf(variant: PriorVariant, { range: [low, high], deviation }: MapStatistics): { shift: number; factor: number } {
  return variant === 'published' ? { shift: low, factor: Math.max(high - low, 1e-6) } : { shift: 0, factor: Math.max(deviation, 1e-6) }
}

/** As `realNvpLoss`; what the coder has learned comes out as it went in. */
export function rvqPriorLoss(config: RvqPriorConfig, batch: number): LossProgram {
  const prior = rvqPrior(config)
  const loss = realNvpLoss(prior.flow, batch, prior.loss)
  const { ofFlow, ofCoder } = parts(prior)
  return {
    ...loss,
    name: `rvqprior-${config.variant}-loss-${batch}`,
    parameters: shapesOf(prior.parameters),
    run: (parameters, inputs) => ({
      ...loss.run(ofFlow(parameters), inputs),
      ...nextOutputs(Object.fromEntries(Object.entries(ofCoder(parameters)).map(([name, value]) => [name, tf.add(value, 0)]))),
    }),
  }
}

/** As `realNvpBeginProgram`. */
export function rvqPriorBeginProgram(config: RvqPriorConfig, batch: number): Program {
  return withCoder(config, realNvpBeginProgram(rvqPrior(config).flow, batch))
}

/** As `realNvpInverseProgram`. */
export function rvqPriorInverseProgram(config: RvqPriorConfig, batch: number): Program {
  return withCoder(config, realNvpInverseProgram(rvqPrior(config).flow, batch))
}

function withCoder(config: RvqPriorConfig, program: Program): Program {
  const prior = rvqPrior(config)
  return { ...program, name: `rvqprior-${config.variant}-${program.name}`, parameters: shapesOf(prior.network.parameters) }
}

function parts({ network, parameters }: RvqPrior) {
  const isOfFlow = (name: string) => name in network.parameters
  const only = (given: NamedTensors, wanted: (name: string) => boolean): NamedTensors => Object.fromEntries(Object.keys(parameters).filter(wanted).map((name) => [name, given[name]!]))
  return { ofFlow: (given: NamedTensors) => only(given, isOfFlow), ofCoder: (given: NamedTensors) => only(given, (name) => !isOfFlow(name)) }
}
