import type { NetworkTensor } from '#shared/contract/networkAdapter'
import { AppError } from '#shared/errors'

/** What a dimension of a network's tensor can be. */
const axes = ['batch', 'stem', 'channel', 'part', 'bin', 'frame', 'sample'] as const
type Axis = (typeof axes)[number]

/** Size of each axis. */
export type AxisSizes = Readonly<Record<Axis, number>>

/** A layout with sizes: how to find a value in a tensor. */
export interface TensorLayout {
  readonly shape: readonly number[]
  /** How far apart, in values, neighbours along an axis lie; 0 for axes that the tensor lacks. */
  readonly strides: Readonly<Record<Axis, number>>
}

/** A dimension of a layout: the axes that lie in it, the slowest first; none in one of size 1. */
type Dimension = readonly Axis[]

const dimensionPattern = /\(([^()]*)\)|([^\s()]+)/g

/**
 * Reads a layout such as `batch (channel part) bin frame`; `1` is a dimension of that size.
 * @param wanted the axes that it has to have, and no others; `batch` may be missing
 * @throws AppError INVALID_INPUT, which says what the layout lacks
 */
export function parseLayout(text: string, wanted: readonly Axis[]): Dimension[] {
  const rest = text.replace(dimensionPattern, '').trim()
  const dimensions = [...text.matchAll(dimensionPattern)].map(([, group, single]) =>
    (group ?? single!).split(/\s+/).filter((word) => word !== '' && word !== '1').map((word) => axisOf(word, text)),
  )
  const found = dimensions.flat()
  const twice = found.find((axis, i) => found.indexOf(axis) !== i)
  const lacking = wanted.filter((axis) => axis !== 'batch' && !found.includes(axis))
  const extra = found.filter((axis) => !wanted.includes(axis))
  if (rest !== '') throw unusable(text, 'its brackets do not match')
  if (dimensions.length === 0) throw unusable(text, 'it names no dimension')
  if (twice) throw unusable(text, `it names ${twice} twice`)
  if (lacking.length > 0) throw unusable(text, `it lacks ${lacking.join(' and ')}`)
  if (extra.length > 0) throw unusable(text, `there is no ${extra.join(' and no ')} in what it describes`)
  return dimensions
}

function axisOf(word: string, text: string): Axis {
  const axis = axes.find((known) => known === word)
  if (axis) return axis
  throw unusable(text, `"${word}" is none of ${axes.join(', ')} and 1`)
}

function unusable(text: string, why: string): AppError {
  return new AppError('INVALID_INPUT', `The layout "${text}" can't be used: ${why}. Nothing was imported; correct the description.`)
}

/** Puts sizes to a layout. */
export function layOut(dimensions: readonly Dimension[], sizes: AxisSizes): TensorLayout {
  const shape = dimensions.map((group) => group.reduce((product, axis) => product * sizes[axis], 1))
  const strides = Object.fromEntries(axes.map((axis) => [axis, 0])) as Record<Axis, number>
  let stride = 1
  for (const axis of dimensions.flat().reverse()) {
    strides[axis] = stride
    stride *= sizes[axis]
  }
  return { shape, strides }
}

/**
 * The size that a network demands of its batches: undefined where it takes any.
 * Where the layout has no batch, it is 1.
 */
export function batchOf(dimensions: readonly Dimension[], { shape }: NetworkTensor): number | undefined {
  const at = dimensions.findIndex((group) => group.includes('batch'))
  if (at < 0 || dimensions[at]!.length > 1) return 1
  const size = shape[at]
  return typeof size === 'number' && size > 0 ? size : undefined
}

/** Says in which dimension a tensor is not as its layout says; undefined where all fit. */
export function mismatch(what: string, text: string, { shape }: TensorLayout, found: NetworkTensor): string | undefined {
  const facts = `${what} "${found.name}" is ${bracketed(found.shape)}; the layout "${text}" makes it ${bracketed(shape)}`
  if (found.shape.length === 0) return undefined
  if (found.shape.length !== shape.length) return `${facts}: ${found.shape.length} dimensions were found where ${shape.length} are expected`
  const at = shape.findIndex((size, i) => typeof found.shape[i] === 'number' && found.shape[i] > 0 && found.shape[i] !== size)
  return at < 0 ? undefined : `${facts}: dimension ${at + 1} is ${String(found.shape[at])} where ${shape[at]} is expected`
}

function bracketed(shape: readonly (number | string)[]): string {
  return `[${shape.map((size) => (size === -1 || size === '' ? '?' : size)).join(', ')}]`
}
