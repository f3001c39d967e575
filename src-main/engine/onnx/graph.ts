/** Element types that a traced graph may hold. */
export type ElementType = 'float32' | 'int32' | 'int64' | 'bool'
export type ElementArray = Float32Array | Int32Array | BigInt64Array | Uint8Array

/** One tensor of a graph. `constant` holds its elements, row-major, when they are known while tracing. */
export interface GraphValue {
  readonly name: string
  readonly shape: readonly number[]
  readonly type: ElementType
  readonly constant?: ElementArray
}

export type GraphAttribute = number | string | readonly number[] | { float: number }

/** One ONNX operator. */
export interface GraphNode {
  readonly operator: string
  readonly inputs: readonly GraphValue[]
  readonly output: GraphValue
  readonly attributes: Readonly<Record<string, GraphAttribute>>
}

/** Computes every element of `shape`, permuted so that dimension i of the result is dimension `permutation[i]`. */
export function permuteArray<T extends ElementArray>(values: T, shape: readonly number[], permutation: readonly number[]): T {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const outShape = permutation.map((axis) => shape[axis]!)
  const outStrides = permutation.map((axis) => strides[axis]!)
  const result = values.slice() as T
  const index = outShape.map(() => 0)
  let from = 0
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from]!
    for (let axis = outShape.length - 1; axis >= 0; axis--) {
      from += outStrides[axis]!
      if (++index[axis]! < outShape[axis]!) break
      from -= outStrides[axis]! * outShape[axis]!
      index[axis] = 0
    }
  }
  return result
}

/**
 * A graph being recorded, in ONNX operators of opset 17. Equal nodes are recorded once; what reshapes or permutes a
 * constant is done at once, so that weights reach the runtime in the layout it wants.
 */
export class Graph {
  readonly nodes: GraphNode[] = []
  readonly inputs: GraphValue[] = []
  #count = 0
  #producers = new Map<string, GraphNode>()
  #seen = new Map<string, GraphValue>()

  input(name: string, shape: readonly number[]): GraphValue {
    const value: GraphValue = { name, shape, type: 'float32' }
    this.inputs.push(value)
    return value
  }

  constant(constant: ElementArray, shape: readonly number[], type: ElementType = 'float32'): GraphValue {
    const make = () => ({ name: this.#name('constant'), shape, type, constant })
    return constant.length > 16 ? make() : this.#once(`constant ${type} [${shape.join()}] ${constant.join()}`, make)
  }

  scalar(value: number): GraphValue {
    return this.constant(new Float32Array([value]), [])
  }

  integers(...values: readonly number[]): GraphValue {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], 'int64')
  }

  /** Records an operator with one output. */
  add(
    operator: string,
    inputs: readonly GraphValue[],
    shape: readonly number[],
    attributes: Readonly<Record<string, GraphAttribute>> = {},
    type: ElementType = inputs[0]!.type,
  ): GraphValue {
    const key = `${operator} ${inputs.map((input) => input.name).join()} ${JSON.stringify(attributes)} [${shape.join()}] ${type}`
    return this.#once(key, () => {
      const output: GraphValue = { name: this.#name('value'), shape, type }
      const node = { operator, inputs, output, attributes }
      this.nodes.push(node)
      this.#producers.set(output.name, node)
      return output
    })
  }

  /** The node that computes a value; inputs and constants have none. */
  producer(value: GraphValue): GraphNode | undefined {
    return this.#producers.get(value.name)
  }

  reshape(value: GraphValue, shape: readonly number[]): GraphValue {
    if (shape.length === value.shape.length && shape.every((size, axis) => size === value.shape[axis])) return value
    if (value.constant) {
      return this.#once(`fold ${value.name} [${shape.join()}]`, () => this.constant(value.constant!, shape, value.type))
    }
    return this.add('Reshape', [value, this.integers(...shape)], shape)
  }

  transpose(value: GraphValue, permutation: readonly number[]): GraphValue {
    if (permutation.every((axis, place) => axis === place)) return value
    const shape = permutation.map((axis) => value.shape[axis]!)
    if (!value.constant) return this.add('Transpose', [value], shape, { perm: permutation })
    return this.#once(`fold ${value.name} ${permutation.join()}`, () =>
      this.constant(permuteArray(value.constant!, value.shape, permutation), shape, value.type),
    )
  }

  #name(kind: string): string {
    return `${kind}${this.#count++}`
  }

  #once(key: string, make: () => GraphValue): GraphValue {
    const known = this.#seen.get(key)
    if (known) return known
    const made = make()
    this.#seen.set(key, made)
    return made
  }
}
