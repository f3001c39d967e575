import type { NamedArrays, NamedShapes, NamedTensors } from '#main/engine/engine'
import { tf, type Tensor4D } from '#main/engine/tf'

/**
 * A model may hold several networks of one shape, its members, that were trained apart. Its mask is the mean of theirs: what
 * one of them alone believes counts for less, and the squared error of a mean is never above the mean of the squared errors.
 * A single network's parameters keep their plain names.
 */
function nameIn(member: number, members: number, name: string): string {
  return members === 1 ? name : `member/${member}/${name}`
}

function each(members: number): number[] {
  return Array.from({ length: members }, (_, member) => member)
}

/** The shapes of all members' parameters, from those of one. */
export function shapesOfMembers(shapes: NamedShapes, members: number): NamedShapes {
  return Object.fromEntries(
    each(members).flatMap((member) => Object.entries(shapes).map(([name, shape]) => [nameIn(member, members, name), shape])),
  )
}

/** The parameters of several networks as those of one model. */
export function joinMembers(networks: readonly NamedArrays[]): NamedArrays {
  return Object.fromEntries(
    networks.flatMap((network, member) =>
      Object.entries(network).map(([name, values]) => [nameIn(member, networks.length, name), values]),
    ),
  )
}

/** The parameters `names` of every member, under their plain names. */
export function splitMembers<Values>(parameters: Readonly<Record<string, Values>>, names: readonly string[], members: number) {
  return each(members).map((member) => Object.fromEntries(names.map((name) => [name, parameters[nameIn(member, members, name)]!])))
}

/** What the members' outputs are on average; the caller tidies. */
export function meanOverMembers(parameters: NamedTensors, names: readonly string[], members: number, apply: (member: NamedTensors) => Tensor4D) {
  const outputs = splitMembers(parameters, names, members).map(apply)
  return tf.div(outputs.reduce((sum, output) => tf.add(sum, output)), members) as Tensor4D
}
