import type { NativeAttribute } from '#main/engine/tensorflow/graphDef'
import type { tf } from '#main/engine/tf'

/** What is used of the backend that @tensorflow/tfjs-node registers. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean
  readonly binding: { readonly TF_Version: string; getNumOfSavedModels(): number }
  executeSingleOutput(operator: string, attributes: NativeAttribute[], inputs: tf.Tensor[]): tf.Tensor
  executeMultipleOutputs(operator: string, attributes: NativeAttribute[], inputs: tf.Tensor[], outputs: number): tf.Tensor[]
  readSync(dataId: object): Float32Array | Int32Array | Uint8Array
  /** Loads the saved model in a folder; returns its number. */
  loadSavedModelMetaGraph(folder: string, tags: string): number
  runSavedModel(id: number, inputs: tf.Tensor[], infos: { name: string }[], outputs: string[]): tf.Tensor[]
  deleteSavedModel(id: number): void
}
