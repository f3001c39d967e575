import type { Computation } from '#main/engine/backends/tfjsEngine'
import type { NamedTensors } from '#main/engine/engine'
import { elementTypes, type ElementType, GraphDef, type NativeAttribute, typeAttribute, UnwritableError } from '#main/engine/tensorflow/graphDef'
import type { NativeBackend } from '#main/engine/tensorflow/nativeBackend'
import { type Tensor, tf } from '#main/engine/tf'

/** A computation as a graph, with the references of its inputs and outputs by their names. */
export interface RecordedGraph {
  readonly model: Uint8Array
  readonly inputs: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, string>>
}

/**
 * Runs `computation` once on the native backend, which must be the current one, and returns all that it did there as a
 * graph. Its results are dropped. Tensors that it found ready, such as parameters it holds, are constants of the graph.
 * @throws UnwritableError where it used what a graph cannot hold; and whatever the computation throws
 */
export function recordGraph(backend: NativeBackend, computation: Computation, inputs: NamedTensors): RecordedGraph {
  const recording = new Recording(backend)
  const given = Object.entries(inputs).map(([name, tensor]) => [name, recording.given(tensor)] as const)
  const outputs = tf.tidy(() => {
    const computed = recording.during(() => computation(inputs))
    return Object.entries(computed).map(([name, tensor]) => [name, recording.output(tensor)] as const)
  })
  return { model: recording.graph.savedModel(), inputs: Object.fromEntries(given), outputs: Object.fromEntries(outputs) }
}

class Recording {
  readonly graph = new GraphDef()
  /** Where the values behind tensors lie in the graph; clones of a tensor share their values. */
  readonly #references = new Map<object, string>()

  readonly #read: NativeBackend['readSync']

  constructor(private readonly backend: NativeBackend) {
    this.#read = backend.readSync.bind(backend)
  }

  given(tensor: Tensor): string {
    const reference = this.graph.placeholder(elementType(tensor), tensor.shape)
    this.#references.set(tensor.dataId, reference)
    return reference
  }

  output(tensor: Tensor): string {
    return this.graph.output(this.#referenceOf(tensor), elementType(tensor))
  }

  /** Watches the backend while `work` runs. Nothing of it may be awaited, so that no other engine runs in between. */
  during<Result>(work: () => Result): Result {
    const { backend } = this
    const { executeSingleOutput, executeMultipleOutputs, readSync } = backend
    const watched: Pick<NativeBackend, 'executeSingleOutput' | 'executeMultipleOutputs' | 'readSync'> = {
      executeSingleOutput: (operator, attributes, inputs) => {
        const output = executeSingleOutput.call(backend, operator, attributes, inputs)
        this.#record(operator, attributes, inputs, [output])
        return output
      },
      executeMultipleOutputs: (operator, attributes, inputs, count) => {
        const outputs = executeMultipleOutputs.call(backend, operator, attributes, inputs, count)
        this.#record(operator, attributes, inputs, outputs)
        return outputs
      },
      // What follows from a value that was read would be a constant of the graph, and wrong for the next inputs.
      readSync: (dataId) => {
        if (this.#references.has(dataId)) throw new UnwritableError('it reads a value that it has computed')
        return readSync.call(backend, dataId)
      },
    }
    Object.assign(backend, watched)
    try {
      return work()
    } finally {
      Object.assign(backend, { executeSingleOutput, executeMultipleOutputs, readSync })
    }
  }

  #record(operator: string, attributes: readonly NativeAttribute[], inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
    const references = inputs.map((input) => this.#referenceOf(input))
    const name = this.graph.operation(operator, references, [...attributes, ...impliedAttributes(operator, inputs)])
    outputs.forEach((output, index) => this.#references.set(output.dataId, index === 0 ? name : `${name}:${index}`))
  }

  #referenceOf(tensor: Tensor): string {
    const known = this.#references.get(tensor.dataId)
    if (known !== undefined) return known
    const type = elementType(tensor)
    const values = this.#read(tensor.dataId)
    // Copied, since some arrays are the caller's own and the graph reads them later.
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()
    const reference = this.graph.constant(type, tensor.shape, bytes)
    this.#references.set(tensor.dataId, reference)
    return reference
  }
}

/** Attributes that one operation finds out by itself when it runs alone, and that a graph has to name. */
function impliedAttributes(operator: string, inputs: readonly Tensor[]): NativeAttribute[] {
  if (operator !== 'ExpandDims') return []
  return [typeAttribute('T', elementType(inputs[0]!)), typeAttribute('Tdim', elementType(inputs[1]!))]
}

/** Inputs that are no tensors, which the library has for 64-bit integers, have no type either. */
function elementType({ dtype }: Tensor): ElementType {
  if (dtype in elementTypes) return dtype as ElementType
  throw new UnwritableError(`it uses values of type ${dtype}`)
}
