import type { NetworkTensor } from '#shared/contract/networkAdapter'

/** An ONNX model that was made elsewhere, loaded by an engine. Call `dispose` when done. */
export interface Network {
  readonly inputs: readonly NetworkTensor[]
  readonly outputs: readonly NetworkTensor[]
  /**
   * Runs it on one input and gives one of its outputs, with the shape that it has.
   * @throws AppError ENGINE_OUT_OF_MEMORY, ENGINE_LOST; MODEL_INCOMPATIBLE where the network refuses the input
   */
  run(input: Float32Array, shape: readonly number[], outputName: string): Promise<{ values: Float32Array; shape: readonly number[] }>
  dispose(): void
}
