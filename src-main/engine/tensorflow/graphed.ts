import { AppError } from '#shared/errors'
import type { Prepare, Prepared } from '#main/engine/backends/tfjsEngine'
import type { NamedTensors } from '#main/engine/engine'
import { asEngineFailure } from '#main/engine/failures'
import type { NativeBackend } from '#main/engine/tensorflow/nativeBackend'
import { recordGraph } from '#main/engine/tensorflow/recording'
import { loadGraph, type SavedGraph } from '#main/engine/tensorflow/savedGraph'
import { tf } from '#main/engine/tf'

/**
 * Returns a way to run computations as graphs, which takes little more than half the time of one operation after the
 * other. Every result comes from the graph, also the first, so that a run that goes on in another process gets the very
 * same bits.
 *
 * A graph is recorded when it is first run: inputs are there then, nothing is computed for what is never run, and the
 * memory that recording takes, as much as a run without a graph, is free again before the graph asks for its own.
 *
 * What cannot be made a graph is computed operation by operation, and a warning of the process says so once.
 * @param label the engine's, for what goes wrong
 */
export function graphed(backend: NativeBackend, label: string): Prepare {
  let warned = false
  const warn = (error: unknown) => {
    if (warned) return
    warned = true
    const reason = (error instanceof Error ? error.message : String(error)).trim().split('\n')[0]
    process.emitWarning(`${label} could not make a graph of a computation (${reason}). It computes one operation after the other, which is slower.`, {
      code: 'STEMWRIGHT_NO_GRAPH',
    })
  }
  return (computation, constants): Prepared => {
    let graph: SavedGraph | undefined
    let isUngraphable = false
    const begin = (inputs: NamedTensors): NamedTensors => {
      const loaded = loadGraph(backend, recordGraph(backend, computation, inputs))
      try {
        const outputs = loaded.run(inputs)
        graph = loaded
        // The graph has its own.
        tf.dispose(constants)
        return outputs
      } catch (error) {
        loaded.dispose()
        throw error
      }
    }
    return {
      run(inputs) {
        if (graph) return graph.run(inputs)
        if (isUngraphable) return computation(inputs)
        try {
          return begin(inputs)
        } catch (error) {
          if (asEngineFailure(error, label) instanceof AppError) throw error
          isUngraphable = true
          warn(error)
          return computation(inputs)
        }
      },
      dispose() {
        graph?.dispose()
        graph = undefined
        tf.dispose(constants)
      },
    }
  }
}
