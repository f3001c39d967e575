import type { LossProgram, NamedShapes, NamedTensors, Program } from '#main/engine/engine'
import { tf, type Tensor, type Tensor4D } from '#main/engine/tf'
import { parameter, shapesOf } from '#main/models/layers'
import type { FlowPass } from '#main/models/quantise/flow/bijector'
import { mapSize, realNvp, type RealNvpConfig } from '#main/models/quantise/flow/realNvp'
import { nextOutputs } from '#main/models/runningState'

export interface RealNvpLossConfig {
  /** Deviation of the noise that is added to the maps, since a density of discrete values has no bound; 0: none. */
  readonly dequantisation: number
  /** Weight of the sum of all squared kernels; source 004 has 5e-5. */
  readonly kernelPenalty: number
}

const latentName = (index: number) => `latent${index}`

/**
 * The training loss of a batch: how unlikely it is, in nats a value, plus the penalty on kernels.
 * Inputs: `map` `[batch, frame, bin, channel]`; normal `noiseMap` of its shape where noise is added.
 * Outputs: `loss`, `nats` and `bits` a value, `logDeterminant` a value; and running statistics.
 */
export function realNvpLoss(config: RealNvpConfig, batch: number, loss: RealNvpLossConfig): LossProgram {
  const flow = realNvp(config)
  const shape = [batch, ...config.shape]
  const values = mapSize(config.shape)
  return {
    name: `realnvp-loss-${batch}`,
    parameters: shapesOf(flow.parameters),
    inputs: { map: shape, ...(loss.dequantisation > 0 && { noiseMap: shape }) },
    run(parameters, { map, noiseMap }) {
      const x = noiseMap ? tf.add(map!, tf.mul(noiseMap, loss.dequantisation)) : map!
      const pass: FlowPass = { phase: 'training', next: {} }
      const { latents, logDeterminant } = flow.forward(parameters, x as Tensor4D, pass)
      const likelihood = tf.add(flow.logProbability(parameters, latents), logDeterminant)
      const nats = tf.neg(tf.div(tf.mean(likelihood), values))
      return {
        loss: loss.kernelPenalty > 0 ? tf.add(nats, tf.mul(squaredKernels(parameters), loss.kernelPenalty)) : tf.add(nats, 0),
        nats,
        bits: tf.div(nats, Math.LN2),
        logDeterminant: tf.div(tf.mean(logDeterminant), values),
        ...nextOutputs(pass.next),
      }
    },
  }
}

function squaredKernels(parameters: NamedTensors): Tensor {
  const kernels = Object.keys(parameters).filter((name) => name.endsWith('/kernel'))
  return kernels.map((name) => tf.sum(tf.square(parameter<Tensor>(parameters, name)))).reduce((a, b) => tf.add(a, b))
}

/**
 * Next values of what begins by a batch: run it once before training, and take its outputs over with `takeRunningState`.
 * Input: `map`.
 */
export function realNvpBeginProgram(config: RealNvpConfig, batch: number): Program {
  const flow = realNvp(config)
  return {
    name: `realnvp-begin-${batch}`,
    parameters: shapesOf(flow.parameters),
    inputs: { map: [batch, ...config.shape] },
    run(parameters, { map }) {
      const pass: FlowPass = { phase: 'begin', next: {} }
      flow.forward(parameters, map as Tensor4D, pass)
      return nextOutputs(pass.next)
    },
  }
}

/** Input: `map`. Outputs: `latent0` … as `latentShapes`, and of every item `logDeterminant` and `logProbability` of the map, in nats. */
export function realNvpForwardProgram(config: RealNvpConfig, batch: number): Program {
  const flow = realNvp(config)
  return {
    name: `realnvp-forward-${batch}`,
    parameters: shapesOf(flow.parameters),
    inputs: { map: [batch, ...config.shape] },
    run(parameters, { map }) {
      const { latents, logDeterminant } = flow.forward(parameters, map as Tensor4D, { phase: 'use', next: {} })
      const logProbability = tf.add(flow.logProbability(parameters, latents), logDeterminant)
      const named = latents.map((latent, i) => [latentName(i), tf.add(latent, 0)] as const)
      return { ...Object.fromEntries(named), logDeterminant, logProbability }
    },
  }
}

/** Inputs: `latent0` … as `latentShapes`, such as samples of the base. Output: `map`. */
export function realNvpInverseProgram(config: RealNvpConfig, batch: number): Program {
  const flow = realNvp(config)
  const inputs: NamedShapes = Object.fromEntries(flow.latentShapes.map((shape, i) => [latentName(i), [batch, ...shape]]))
  return {
    name: `realnvp-inverse-${batch}`,
    parameters: shapesOf(flow.parameters),
    inputs,
    run: (parameters, given) => ({ map: flow.inverse(parameters, Object.keys(inputs).map((name) => given[name] as Tensor4D)) }),
  }
}
