import { AppError } from '#shared/errors'
import { Graph, type ElementArray, type ElementType, type GraphValue } from '#main/engine/onnx/graph'
import { placedPlainly, type Placed } from '#main/engine/onnx/placement'
import { tf } from '#main/engine/tf'

/** The name under which the recording backend is known to TensorFlow.js. */
export const traceBackendName = 'trace'

type DataId = object
type KernelValues = Float32Array | Int32Array | Uint8Array

interface Held {
  placed: Placed
  references: number
}

/**
 * A TensorFlow.js backend that computes nothing: its kernels record ONNX operators in `graph`. While it is the current
 * backend, a program and even its gradient run once on tensors that stand for values to come.
 */
export class TraceBackend extends tf.KernelBackend {
  graph = new Graph()
  #held = new Map<DataId, Held>()

  /** Where the tensor behind `info` lies in the graph. */
  placedOf(info: { dataId: DataId }): Placed {
    return this.#held.get(info.dataId)!.placed
  }

  /** Gives a placed value to TensorFlow.js. */
  hold(placed: Placed, dtype: 'float32' | 'int32' | 'bool' = 'float32'): tf.TensorInfo {
    const dataId = {}
    this.#held.set(dataId, { placed, references: 1 })
    return { dataId, shape: [...placed.shape], dtype }
  }

  override write(values: KernelValues, shape: number[], dtype: tf.DataType): DataId {
    const type = elementType(dtype)
    const dataId = {}
    const first = values[0]
    const isUniform = values.length > 0 && values.every((value) => value === first)
    const constant = isUniform
      ? this.graph.constant(typedArray(type, [first!]), shape.map(() => 1), type)
      : this.graph.constant(typedArray(type, values), shape, type)
    this.#held.set(dataId, { placed: placedPlainly(constant, shape), references: 1 })
    return dataId
  }

  override move(dataId: DataId, values: KernelValues, shape: number[], dtype: tf.DataType, refCount: number): void {
    const written = this.write(values, shape, dtype)
    this.#held.set(dataId, { placed: this.#held.get(written)!.placed, references: refCount })
    this.#held.delete(written)
  }

  override readSync(): never {
    throw new AppError('INTERNAL', 'A program read the values of a tensor while it was being traced. Programs may only compute.')
  }

  override async read(): Promise<never> {
    return this.readSync()
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const held = this.#held.get(dataId)
    if (!held) return true
    held.references--
    if (!force && held.references > 0) return false
    return this.#held.delete(dataId)
  }

  override refCount(dataId: DataId): number {
    return this.#held.get(dataId)?.references ?? 0
  }

  override incRef(dataId: DataId): void {
    this.#held.get(dataId)!.references++
  }

  override numDataIds(): number {
    return this.#held.size
  }

  override memory() {
    return { unreliable: true }
  }

  override floatPrecision(): 32 {
    return 32
  }

  override epsilon(): number {
    return 1e-7
  }
}

export function elementType(dtype: tf.DataType): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw new AppError('INTERNAL', `A program uses ${dtype} tensors, which cannot be traced.`)
}

function typedArray(type: ElementType, values: ArrayLike<number>): ElementArray {
  if (type === 'float32') return Float32Array.from(values)
  return type === 'int32' ? Int32Array.from(values) : Uint8Array.from(values)
}

/** What a kernel of this backend works with. */
export interface KernelCall {
  readonly graph: Graph
  readonly inputs: Record<string, Placed>
  readonly attributes: Record<string, unknown>
  /** For kernels with a list of inputs. */
  readonly list: readonly Placed[]
}

/** What a kernel gives; several for those with several outputs. */
export type KernelResult = Placed | Placed[]

/** Registers kernels that record; outputs have the type of the recorded value. */
export function registerTraceKernels(kernels: Record<string, (call: KernelCall) => KernelResult>): void {
  for (const [kernelName, record] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName: traceBackendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const trace = backend as TraceBackend
        const given = Object.entries(inputs as Record<string, tf.TensorInfo | undefined>).filter(([, info]) => info)
        const placed = given.map(([name, info]) => [name, trace.placedOf(info!)] as const)
        const result = record({
          graph: trace.graph,
          inputs: Object.fromEntries(placed),
          list: placed.map(([, input]) => input),
          attributes: (attrs ?? {}) as Record<string, unknown>,
        })
        const give = (output: Placed) => trace.hold(output, dtypeOf(output.value))
        return Array.isArray(result) ? result.map(give) : give(result)
      },
    })
  }
}

function dtypeOf(value: GraphValue): 'float32' | 'int32' | 'bool' {
  return value.type === 'int64' ? 'int32' : value.type
}
