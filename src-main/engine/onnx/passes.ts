import type { GraphNode, GraphValue } from '#main/engine/onnx/graph'

/** Returns the nodes that `outputs` need, in their order. */
export function needed(nodes: readonly GraphNode[], outputs: readonly GraphValue[]): GraphNode[] {
  const wanted = new Set(outputs.map((output) => output.name))
  const kept: GraphNode[] = []
  for (const node of [...nodes].reverse()) {
    if (!wanted.has(node.output.name)) continue
    for (const input of node.inputs) wanted.add(input.name)
    kept.push(node)
  }
  return kept.reverse()
}

const withBias = new Set(['Conv', 'ConvTranspose'])

/**
 * Returns the nodes with every sum of a convolution and one number a channel made part of the convolution; the runtime
 * does it by itself only where all weights are constant.
 */
export function withBiases(nodes: readonly GraphNode[]): GraphNode[] {
  const producers = new Map(nodes.map((node) => [node.output.name, node]))
  const uses = new Map<string, number>()
  for (const { inputs } of nodes) for (const { name } of inputs) uses.set(name, (uses.get(name) ?? 0) + 1)
  const replaced = new Map<GraphNode, GraphNode | undefined>()
  for (const node of nodes) {
    if (node.operator !== 'Add') continue
    const found = convolutionAndBias(node, producers)
    if (!found || uses.get(found.convolution.output.name) !== 1 || replaced.has(found.convolution)) continue
    replaced.set(found.convolution, undefined)
    replaced.set(node, { ...found.convolution, inputs: [...found.convolution.inputs, found.bias], output: node.output })
  }
  return nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : node))
}

function convolutionAndBias(
  add: GraphNode,
  producers: Map<string, GraphNode>,
): { convolution: GraphNode; bias: GraphValue } | undefined {
  for (const [sum, other] of [add.inputs, [...add.inputs].reverse()]) {
    const convolution = producers.get(sum!.name)
    if (!convolution || !withBias.has(convolution.operator) || convolution.inputs.length > 2) continue
    const bias = perChannel(other!, convolution.output.shape, producers)
    if (bias) return { convolution, bias }
  }
  return undefined
}

/** The vector behind a value that holds one number a channel. */
function perChannel(value: GraphValue, shape: readonly number[], producers: Map<string, GraphNode>): GraphValue | undefined {
  const channels = shape[1]!
  const sizes = [1, 1, 1, 1, ...value.shape].slice(-4)
  if (sizes[1] !== channels || sizes[0] !== 1 || sizes[2] !== 1 || sizes[3] !== 1) return undefined
  if (value.constant) return { ...value, name: `${value.name}.flat`, shape: [channels] }
  const reshape = producers.get(value.name)
  const flat = reshape?.operator === 'Reshape' ? reshape.inputs[0]! : value
  return flat.shape.length === 1 && flat.shape[0] === channels ? flat : undefined
}
