import { expect, it } from 'vitest'
import { MessageWriter } from '#main/engine/protobuf'
import { attributeKinds as kinds, elementTypes, GraphDef, typeAttribute, UnwritableError } from '#main/engine/tensorflow/graphDef'

const message = () => new MessageWriter()
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
const attribute = (name: string, value: MessageWriter) => message().text(1, name).message(2, value)
const node = (name: string, operator: string, inputs: string[], ...attributes: MessageWriter[]) => {
  const written = message().text(1, name).text(2, operator)
  for (const input of inputs) written.text(3, input)
  for (const one of attributes) written.message(5, one)
  return text(written.finish())
}

// Would catch a field number that is wrong or a list written as a single value, which the library drops without a word.
it('writes attributes of every kind in the fields of attr_value.proto', () => {
  const graph = new GraphDef()
  const reference = graph.operation('Mixed', ['a', 'b:1'], [
    { name: 'padding', type: kinds.string, value: 'SAME' },
    { name: 'axis', type: kinds.int, value: -1 },
    { name: 'strides', type: kinds.int, value: [1, 2] },
    { name: 'alpha', type: kinds.float, value: 0.5 },
    { name: 'transposed', type: kinds.bool, value: true },
    typeAttribute('T', 'int32'),
    { name: 'shape', type: kinds.shape, value: [3, 4] },
  ])
  expect(reference).toBe('n0')
  const size = (n: number) => message().integer(1, n)
  const expected = node(
    'n0',
    'Mixed',
    ['a', 'b:1'],
    attribute('padding', message().text(2, 'SAME')),
    attribute('axis', message().integer(3, -1)),
    attribute('strides', message().message(1, message().integer(3, 1).integer(3, 2))),
    attribute('alpha', message().float(4, 0.5)),
    attribute('transposed', message().integer(5, 1)),
    attribute('T', message().integer(6, 3)),
    attribute('shape', message().message(7, message().message(2, size(3)).message(2, size(4)))),
  )
  expect(text(graph.savedModel())).toContain(expected)
})

it('writes constants with their bytes, and scalars with an empty shape', () => {
  const graph = new GraphDef()
  const bytes = new Uint8Array(Int32Array.of(7, -2).buffer)
  graph.constant('int32', [2], bytes)
  graph.constant('bool', [], Uint8Array.of(1))
  const tensor = (type: number, shape: MessageWriter, content: Uint8Array) => message().message(8, message().integer(1, type).message(2, shape).bytes(4, content))
  const dtype = (type: number) => attribute('dtype', message().integer(6, type))
  const model = text(graph.savedModel())
  const pair = tensor(elementTypes.int32, message().message(2, message().integer(1, 2)), bytes)
  expect(model).toContain(node('n0', 'Const', [], dtype(3), attribute('value', pair)))
  expect(model).toContain(node('n1', 'Const', [], dtype(10), attribute('value', tensor(elementTypes.bool, message(), Uint8Array.of(1)))))
})

// The library cannot give back a value that it was given, nor one value under two names.
it('gives every output a name of its own', () => {
  const graph = new GraphDef()
  const given = graph.placeholder('float32', [2])
  expect(new Set([given, graph.output(given, 'float32'), graph.output(given, 'float32')]).size).toBe(3)
  expect(text(graph.savedModel())).toContain(node('n2', 'Identity', ['n0'], attribute('T', message().integer(6, 1))))
})

it('refuses an attribute of a kind that it does not know', () => {
  const write = () => new GraphDef().operation('While', [], [{ name: 'body', type: 8, value: 'f' }])
  expect(write).toThrow(UnwritableError)
  expect(write).toThrow(/"body" of While/)
})
