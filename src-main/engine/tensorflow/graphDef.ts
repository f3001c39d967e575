import { MessageWriter } from '#main/engine/protobuf'

/** Codes of element types, the same in TensorFlow's messages and in its C API. */
export const elementTypes = { float32: 1, int32: 3, bool: 10 } as const
export type ElementType = keyof typeof elementTypes

/** Codes of the kinds of attributes in TensorFlow's C API (TF_AttrType), by which the binding names them. */
export const attributeKinds = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const

/** An attribute of an operation as it is given to the binding; lists are arrays. */
export interface NativeAttribute {
  readonly name: string
  /** One of `attributeKinds`. */
  readonly type: number
  readonly value: unknown
}

/** A computation that cannot be written as a graph. */
export class UnwritableError extends Error {}

/** Older than any library in use, and younger than the last change in what the operations mean that programs use. */
const producer = 1000
const savedModelVersion = 1

/** The name by which the one graph of a saved model is loaded. */
export const graphTag = 'serve'

/**
 * A TensorFlow graph being written. Values are known by references such as `n3` or `n3:1`, the second output of n3.
 * @see tensorflow/core/framework/{graph,node_def,attr_value,tensor}.proto for the field numbers
 */
export class GraphDef {
  #graph = new MessageWriter()
  #count = 0

  /** A value that is given when the graph runs. */
  placeholder(type: ElementType, shape: readonly number[]): string {
    return this.#add('Placeholder', [], [
      ['dtype', typeValue(elementTypes[type])],
      ['shape', new MessageWriter().message(7, shapeMessage(shape))],
    ])
  }

  /** A value that is known. `bytes` are its elements in order, little-endian; they are read when the graph is finished. */
  constant(type: ElementType, shape: readonly number[], bytes: Uint8Array): string {
    const tensor = new MessageWriter().integer(1, elementTypes[type]).message(2, shapeMessage(shape)).bytes(4, bytes)
    return this.#add('Const', [], [
      ['dtype', typeValue(elementTypes[type])],
      ['value', new MessageWriter().message(8, tensor)],
    ])
  }

  /**
   * An operation on references; returns the reference of its first output, whose name the others share.
   * @throws UnwritableError where an attribute is of a kind that is not known here
   */
  operation(operator: string, inputs: readonly string[], attributes: readonly NativeAttribute[]): string {
    return this.#add(operator, inputs, attributes.map((attribute) => [attribute.name, attributeValue(operator, attribute)]))
  }

  /** Another name for a value; only such may be asked for, since what is given cannot be asked for as well. */
  output(reference: string, type: ElementType): string {
    return this.operation('Identity', [reference], [typeAttribute('T', type)])
  }

  /** The graph as the file `saved_model.pb`, without variables and signatures. */
  savedModel(): Uint8Array {
    const graph = new MessageWriter().message(4, new MessageWriter().integer(1, producer))
    const metaGraph = new MessageWriter()
      .message(1, new MessageWriter().text(4, graphTag))
      .message(2, this.#graph)
      .message(2, graph)
    return new MessageWriter().integer(1, savedModelVersion).message(2, metaGraph).finish()
  }

  #add(operator: string, inputs: readonly string[], attributes: readonly (readonly [string, MessageWriter])[]): string {
    const name = `n${this.#count++}`
    const node = new MessageWriter().text(1, name).text(2, operator)
    for (const input of inputs) node.text(3, input)
    for (const [key, value] of attributes) node.message(5, new MessageWriter().text(1, key).message(2, value))
    this.#graph.message(1, node)
    return name
  }
}

/** An attribute that names an element type. */
export function typeAttribute(name: string, type: ElementType): NativeAttribute {
  return { name, type: attributeKinds.type, value: elementTypes[type] }
}

function typeValue(code: number): MessageWriter {
  return new MessageWriter().integer(6, code)
}

function shapeMessage(shape: readonly number[]): MessageWriter {
  const message = new MessageWriter()
  for (const size of shape) message.message(2, new MessageWriter().integer(1, size))
  return message
}

function attributeValue(operator: string, { name, type, value }: NativeAttribute): MessageWriter {
  if (type === attributeKinds.shape) return new MessageWriter().message(7, shapeMessage(value as number[]))
  if (!Array.isArray(value)) return element(new MessageWriter(), operator, name, type, value)
  const list = new MessageWriter()
  for (const one of value) element(list, operator, name, type, one)
  return new MessageWriter().message(1, list)
}

/** Elements of lists have the fields of single values, except that a single value's message says which field is meant. */
function element(message: MessageWriter, operator: string, name: string, type: number, value: unknown): MessageWriter {
  switch (type) {
    case attributeKinds.string:
      return message.text(2, value as string)
    case attributeKinds.int:
      return message.integer(3, value as number)
    case attributeKinds.float:
      return message.float(4, value as number)
    case attributeKinds.bool:
      return message.integer(5, value ? 1 : 0)
    case attributeKinds.type:
      return message.integer(6, value as number)
    default:
      throw new UnwritableError(`the attribute "${name}" of ${operator} is of kind ${type}, which is not known`)
  }
}
