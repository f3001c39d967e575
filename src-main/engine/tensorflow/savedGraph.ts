import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NamedTensors } from '#main/engine/engine'
import { graphTag } from '#main/engine/tensorflow/graphDef'
import type { NativeBackend } from '#main/engine/tensorflow/nativeBackend'
import type { RecordedGraph } from '#main/engine/tensorflow/recording'

/** A graph in a session of TensorFlow's, which orders, merges and places its operations. */
export interface SavedGraph {
  /** Returns new tensors; the native backend must be the current one. */
  run(inputs: NamedTensors): NamedTensors
  dispose(): void
}

/**
 * Loads a recorded graph. The library only loads from folders, so one lies in the system's temporary folder meanwhile.
 * Nothing is awaited: the caller's tensors live in a tidy.
 */
export function loadGraph(backend: NativeBackend, recorded: RecordedGraph): SavedGraph {
  const folder = mkdtempSync(join(tmpdir(), 'stemwright-graph-'))
  let id: number
  try {
    writeFileSync(join(folder, 'saved_model.pb'), recorded.model)
    id = backend.loadSavedModelMetaGraph(folder, graphTag)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const inputNames = Object.keys(recorded.inputs)
  const infos = Object.values(recorded.inputs).map((reference) => ({ name: `${reference}:0` }))
  const outputNames = Object.keys(recorded.outputs)
  const outputs = Object.values(recorded.outputs).map((reference) => `${reference}:0`)
  return {
    run(inputs) {
      const tensors = backend.runSavedModel(id, inputNames.map((name) => inputs[name]!), infos, outputs)
      return Object.fromEntries(outputNames.map((name, index) => [name, tensors[index]!]))
    },
    dispose: () => backend.deleteSavedModel(id),
  }
}
