import { describe, expect, test } from 'vitest'
import type { Program } from '#main/engine/engine'
import { goldenArrays } from '#main/engine/goldenValues'
import { Graph, permuteArray } from '#main/engine/onnx/graph'
import { needed, withBiases } from '#main/engine/onnx/passes'
import { inSequence, permuted, placedPlainly, reshaped } from '#main/engine/onnx/placement'
import { MessageWriter } from '#main/engine/protobuf'
import { traceForward } from '#main/engine/onnx/trace'
import { denseOverBins, groupNorm } from '#main/engine/operations'
import { type Tensor1D, type Tensor2D, type Tensor4D, tf } from '#main/engine/tf'

describe('protocol buffers', () => {
  // Examples of the format's own documentation, and a negative number, which axes and pads may be.
  test('are written as documented', () => {
    expect([...new MessageWriter().integer(1, 150).finish()]).toEqual([0x08, 0x96, 0x01])
    expect([...new MessageWriter().text(2, 'testing').finish()]).toEqual([0x12, 7, ...new TextEncoder().encode('testing')])
    expect([...new MessageWriter().integer(1, -2).finish()]).toEqual([0x08, 0xfe, ...Array<number>(8).fill(0xff), 0x01])
    expect([...new MessageWriter().float(2, 1).finish()]).toEqual([0x15, 0, 0, 0x80, 0x3f])
    expect([...new MessageWriter().message(3, new MessageWriter().integer(1, 150)).finish()]).toEqual([0x1a, 3, 8, 0x96, 1])
  })
})

describe('a permuted array', () => {
  test('holds every element where the permutation puts it', () => {
    const values = Float32Array.from({ length: 24 }, (_, index) => index)
    const turned = permuteArray(values, [2, 3, 4], [2, 0, 1])
    for (let a = 0; a < 2; a++)
      for (let b = 0; b < 3; b++) for (let c = 0; c < 4; c++) expect(turned[(c * 2 + a) * 3 + b]).toBe(values[(a * 3 + b) * 4 + c])
  })
})

describe('a placed tensor', () => {
  const channelsFirst = (graph: Graph) => permuted(placedPlainly(graph.input('x', [2, 5, 4, 6])), [0, 2, 3, 1])
  const operators = (graph: Graph) => graph.nodes.map((node) => node.operator)

  // Would catch a graph that moves elements to and fro between its convolutions.
  test('moves nothing when it is permuted, or split and merged along runs that lie together', () => {
    const graph = new Graph()
    const image = channelsFirst(graph)
    expect(image.shape).toEqual([2, 4, 6, 5])
    const merged = reshaped(graph, image, [2, 24, 5])
    expect(merged.value.shape).toEqual([2, 5, 24])
    const split = reshaped(graph, merged, [2, 2, 2, 6, 5])
    expect(split.value.shape).toEqual([2, 5, 2, 2, 6])
    expect(operators(graph)).toEqual(['Reshape', 'Reshape'])
  })

  test('is moved where a reshape needs its own order', () => {
    const graph = new Graph()
    const merged = reshaped(graph, channelsFirst(graph), [8, 6, 5])
    expect(operators(graph)).toEqual(['Transpose', 'Reshape'])
    expect(inSequence(graph, merged, [0, 1, 2]).shape).toEqual([8, 6, 5])
  })
})

describe('a recorded graph', () => {
  test('holds equal nodes once and none that nobody needs', () => {
    const graph = new Graph()
    const x = graph.input('x', [4])
    const first = graph.add('Relu', [x], [4])
    expect(graph.add('Relu', [x], [4])).toBe(first)
    graph.add('Neg', [x], [4])
    expect(needed(graph.nodes, [first]).map((node) => node.operator)).toEqual(['Relu'])
  })

  test('takes a bias into its convolution, unless the bare convolution is used as well', () => {
    const record = (alsoBare: boolean) => {
      const graph = new Graph()
      const convolved = graph.add('Conv', [graph.input('x', [1, 3, 8, 8]), graph.input('k', [4, 3, 1, 1])], [1, 4, 8, 8])
      const sum = graph.add('Add', [convolved, graph.reshape(graph.input('b', [4]), [4, 1, 1])], [1, 4, 8, 8])
      const outputs = alsoBare ? [sum, graph.add('Neg', [convolved], [1, 4, 8, 8])] : [sum]
      return needed(withBiases(needed(graph.nodes, outputs)), outputs).map((node) => `${node.operator}/${node.inputs.length}`)
    }
    expect(record(false)).toEqual(['Conv/3'])
    expect(record(true)).toEqual(['Conv/2', 'Reshape/2', 'Add/2', 'Neg/1'])
  })
})

describe('a traced network', () => {
  const network: Program = {
    name: 'network',
    parameters: { entry: [3, 3, 2, 8], bias: [8], gamma: [8], beta: [8], dense: [16, 16], exit: [1, 1, 8, 2] },
    inputs: { x: [3, 8, 16, 2] },
    run(parameters, { x }) {
      const p = parameters as Record<string, Tensor4D>
      const entry = tf.add(tf.conv2d(x as Tensor4D, p.entry!, 1, 'same'), p.bias!) as Tensor4D
      const normed = tf.relu(groupNorm(entry, parameters.gamma as Tensor1D, parameters.beta as Tensor1D, 4))
      const wide = tf.add(normed, denseOverBins(normed, parameters.dense as unknown as Tensor2D)) as Tensor4D
      return { y: tf.conv2d(wide, p.exit!, 1, 'same') }
    },
  }

  // Would catch a layout that is lost on the way: every lost one costs a transposition a layer, a third of the time.
  test('lies channels first from its first convolution to its last', () => {
    const bytes = Buffer.from(traceForward(network, goldenArrays(network.parameters, 1)))
    const transpositions = bytes.toString('latin1').split('Transpose').length - 1
    expect(transpositions).toBe(2)
  })
})
