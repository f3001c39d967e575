import type { Network } from '#main/engine/network'
import type { Tensor } from '#main/engine/tf'

/** Tensors by name; the order of keys is part of a model's format. */
export type NamedTensors = Record<string, Tensor>

/** Plain values by name, row-major float32, shaped as the program or model says. */
export type NamedArrays = Record<string, Float32Array>

/** Shapes by name. */
export type NamedShapes = Record<string, readonly number[]>

/** Number of values in a tensor of `shape`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1)
}

/**
 * A pure computation over named tensors with static shapes, written once in TensorFlow.js operations and run by every
 * engine: directly by the TensorFlow.js backends, traced to a graph by ONNX Runtime. Randomness comes in as an input.
 */
export interface Program {
  readonly name: string
  readonly parameters: NamedShapes
  readonly inputs: NamedShapes
  run(parameters: NamedTensors, inputs: NamedTensors): NamedTensors
}

/** A program whose output `loss` is a scalar to be minimised; its other outputs are reported as they are. */
export type LossProgram = Program

/** A program made ready with its parameters. Arrays in, arrays out; the caller owns both. */
export interface Executable {
  run(inputs: NamedArrays): Promise<NamedArrays>
  dispose(): void
}

/** A loss made ready: one call gives its outputs and the gradient of `loss` by every parameter. */
export interface Differentiable {
  gradients(parameters: NamedArrays, inputs: NamedArrays): Promise<{ outputs: NamedArrays; gradients: NamedArrays }>
  dispose(): void
}

/** The rungs of the ladder, best first. */
export const engineIds = [
  'tensorflow-gpu',
  'onnx-gpu',
  'tensorflow-cpu',
  'onnx-cpu',
  'wasm',
] as const
export type EngineId = (typeof engineIds)[number]

/** Those that compute on a graphics card. */
export const gpuEngineIds: readonly EngineId[] = ['tensorflow-gpu', 'onnx-gpu']

/** Those that can load ONNX models. */
export const networkEngineIds: readonly EngineId[] = ['onnx-gpu', 'onnx-cpu']

/** Where tensors are computed. */
export interface Engine {
  readonly id: EngineId
  /** In plain words, as shown to the user, such as "NVIDIA GPU (TensorFlow)". */
  readonly label: string
  /** @throws AppError ENGINE_OUT_OF_MEMORY or ENGINE_LOST, here and from the executable's `run`. */
  compile(program: Program, parameters: NamedArrays): Promise<Executable>
  compileGradients(program: LossProgram): Promise<Differentiable>
  /** Loads an ONNX model that was made elsewhere; only those of ONNX Runtime can. @throws AppError MODEL_INCOMPATIBLE, ENGINE_OUT_OF_MEMORY */
  openNetwork?(model: Uint8Array): Promise<Network>
  dispose(): Promise<void>
}
