import { sizeOf, type NamedArrays } from '#main/engine/engine'
import type { ParameterSpec, ParameterSpecs } from '#main/models/layers'
import type { RandomStream } from '#shared/random'

/**
 * Start values of a model's parameters, each from its own stream, so that adding a layer does not change the others.
 * @see He et al. 2015 (variance 2/fanIn) and Glorot and Bengio 2010 (variance 2/(fanIn + fanOut)).
 */
export function initialParameters(specs: ParameterSpecs, random: RandomStream): NamedArrays {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, initialValues(spec, random.fork(name))]),
  )
}

function initialValues({ shape, initialiser }: ParameterSpec, random: RandomStream): Float32Array {
  const values = new Float32Array(sizeOf(shape))
  if (initialiser === 'zeros') return values
  if (initialiser === 'ones') return values.fill(1)
  if (initialiser === 'uniform') return values.map(() => random.between(-0.05, 0.05))
  if (initialiser === 'normal') return values.map(() => random.normal())
  const field = sizeOf(shape.slice(0, -2))
  const fanIn = field * (shape.at(-2) ?? 1)
  const fanOut = field * (shape.at(-1) ?? 1)
  const deviation = Math.sqrt(2 / (initialiser === 'he' ? fanIn : fanIn + fanOut))
  for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal()
  return values
}

/** How many numbers a model learns. */
export function parameterCount(specs: ParameterSpecs): number {
  return Object.values(specs).reduce((sum, { shape }) => sum + sizeOf(shape), 0)
}
