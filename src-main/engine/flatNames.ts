import type { NamedShapes } from '#main/engine/engine'

/**
 * Names that parameters, inputs, outputs and gradients have where they lie in one record, as in a graph; a dot never
 * occurs in a program's own names.
 */
export const parameterName = (name: string) => `parameter.${name}`
export const inputName = (name: string) => `input.${name}`
export const outputName = (name: string) => `output.${name}`
export const gradientName = (name: string) => `gradient.${name}`

type Rename = (name: string) => string

/** The same values under other names. */
export function renamed<T>(record: Readonly<Record<string, T>>, rename: Rename): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [rename(name), value]))
}

/** Of renamed values those whose own names are in `shapes`, under those. */
export function unnamed<T>(shapes: NamedShapes, record: Readonly<Record<string, T>>, rename: Rename): Record<string, T> {
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, record[rename(name)]!]))
}

/** All values of one kind, such as `outputName`, under their own names. */
export function allNamed<T>(record: Readonly<Record<string, T>>, rename: Rename): Record<string, T> {
  const prefix = rename('')
  const wanted = Object.entries(record).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(wanted.map(([name, value]) => [name.slice(prefix.length), value]))
}
