import { AppError } from '#shared/errors'
import { sizeOf, type NamedArrays, type NamedShapes, type NamedTensors } from '#main/engine/engine'
import { tf } from '#main/engine/tf'

/**
 * Checks that `arrays` holds exactly the names of `shapes`, each of the right length.
 * @throws AppError MODEL_INCOMPATIBLE when it does not.
 */
export function requireShapes(owner: string, arrays: NamedArrays, shapes: NamedShapes): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const length = arrays[name]?.length
    if (length === sizeOf(shape)) continue
    const found = length === undefined ? 'is missing' : `has ${length} values`
    throw new AppError(
      'MODEL_INCOMPATIBLE',
      `"${name}" of ${owner} ${found} where [${shape.join(', ')}] is expected. Nothing was computed; choose a model that fits this version.`,
    )
  }
  const extra = Object.keys(arrays).find((name) => !(name in shapes))
  if (extra === undefined) return
  throw new AppError(
    'MODEL_INCOMPATIBLE',
    `${owner} knows no "${extra}". Nothing was computed; choose a model that fits this version.`,
  )
}

/** Makes one tensor a name, in the order of `shapes`; the arrays may be read later, so they must not change. */
export function toTensors(arrays: NamedArrays, shapes: NamedShapes): NamedTensors {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, tf.tensor(arrays[name]!, [...shape], 'float32')]),
  )
}

/** Reads tensors back, all at once; each array is the caller's own. The tensors stay. */
export async function toArrays(tensors: NamedTensors): Promise<NamedArrays> {
  const entries = await Promise.all(
    Object.entries(tensors).map(async ([name, tensor]) => [name, (await tensor.data()) as Float32Array] as const),
  )
  return Object.fromEntries(entries)
}
