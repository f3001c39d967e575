import type { ElementType, Graph, GraphAttribute, GraphNode, GraphValue } from '#main/engine/onnx/graph'
import { MessageWriter } from '#main/engine/protobuf'

const irVersion = 8
const opset = 17
const elementCodes: Record<ElementType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 }

/** What a model says of itself to whoever opens it elsewhere. */
export interface ModelFacts {
  /** What it is, how its inputs are made, and what its outputs are. */
  readonly documentation: string
  /** What each input and output is, by its name. */
  readonly values: Readonly<Record<string, string>>
  /** Facts by name, such as the licence. */
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Returns the bytes of an ONNX model that computes `outputs`; names of the graph's inputs and of the outputs are kept.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the field numbers
 */
export function onnxModel(graph: Graph, nodes: readonly GraphNode[], outputs: Record<string, GraphValue>, facts?: ModelFacts): Uint8Array {
  const body = new MessageWriter()
  const used = new Map<string, GraphValue>()
  const note = (value: GraphValue) => used.set(value.name, value)
  for (const node of nodes) {
    node.inputs.forEach(note)
    body.message(1, nodeMessage(node))
  }
  for (const [name, value] of Object.entries(outputs)) {
    note(value)
    body.message(1, nodeMessage({ operator: 'Identity', inputs: [value], output: { ...value, name }, attributes: {} }))
  }
  body.text(2, 'stemwright')
  for (const value of used.values()) if (value.constant) body.message(5, tensorMessage(value))
  for (const value of graph.inputs) body.message(11, valueMessage(value.name, value, facts))
  for (const [name, value] of Object.entries(outputs)) body.message(12, valueMessage(name, value, facts))
  const model = new MessageWriter()
    .integer(1, irVersion)
    .text(2, 'stemwright')
    .text(6, facts?.documentation ?? '')
    .message(7, body)
    .message(8, new MessageWriter().text(1, '').integer(2, opset))
  for (const [name, value] of Object.entries(facts?.metadata ?? {})) model.message(14, new MessageWriter().text(1, name).text(2, value))
  return model.finish()
}

function nodeMessage(node: GraphNode): MessageWriter {
  const message = new MessageWriter()
  for (const input of node.inputs) message.text(1, input.name)
  message.text(2, node.output.name).text(4, node.operator)
  for (const [name, value] of Object.entries(node.attributes)) message.message(5, attributeMessage(name, value))
  return message
}

function attributeMessage(name: string, value: GraphAttribute): MessageWriter {
  const message = new MessageWriter().text(1, name)
  if (typeof value === 'number') return message.integer(3, value).integer(20, 2)
  if (typeof value === 'string') return message.text(4, value).integer(20, 3)
  if ('float' in value) return message.float(2, value.float).integer(20, 1)
  for (const element of value) message.integer(8, element)
  return message.integer(20, 7)
}

function tensorMessage(value: GraphValue): MessageWriter {
  const { buffer, byteOffset, byteLength } = value.constant!
  const message = new MessageWriter()
  for (const size of value.shape) message.integer(1, size)
  return message
    .integer(2, elementCodes[value.type])
    .text(8, value.name)
    .bytes(9, new Uint8Array(buffer, byteOffset, byteLength))
}

function valueMessage(name: string, value: GraphValue, facts?: ModelFacts): MessageWriter {
  const shape = new MessageWriter()
  for (const size of value.shape) shape.message(1, new MessageWriter().integer(1, size))
  const tensor = new MessageWriter().integer(1, elementCodes[value.type]).message(2, shape)
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor)).text(3, facts?.values[name] ?? '')
}
