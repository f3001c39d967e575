import { describe, expect, it } from 'vitest'
import { configWith, hyperParameterGroups, problemsOf, readValue, valueAt, withValue, writeValue } from '#renderer/features/train/newRun/hyperParameters'
import { trainingConfig } from '#shared/training/config'

const defaults = trainingConfig.parse({})
const all = hyperParameterGroups().flatMap(({ parameters }) => parameters)

/** Every value of a config by its path, but for what is set by free names. */
function paths(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || path === 'takes.voiceWeights') return [path]
  return Object.entries(value).flatMap(([name, each]) => paths(each, path === '' ? name : `${path}.${name}`))
}

describe('the form of hyper-parameters', () => {
  // Would catch: a hyper-parameter that is added to the schema and cannot be set in the app.
  it('has every value of the schema once, each with a title of its own and a sentence', () => {
    expect(all.map(({ path }) => path).sort()).toEqual(paths(defaults).sort())
    expect(all.filter(({ explanation }) => !/^[A-Z].*\.$/s.test(explanation))).toEqual([])
  })

  // Would catch: a form for pictures that asks for takes of vocals, and one that hides how pictures are compared.
  it('has only what the kind of network uses', () => {
    const pathsOf = (kind: 'separator' | 'blind' | 'images') => hyperParameterGroups(kind).flatMap(({ parameters }) => parameters.map(({ path }) => path))
    expect(pathsOf('images').filter((path) => path.includes('.'))).toEqual(['loss.picture'])
    expect(pathsOf('images')).toEqual(expect.arrayContaining(['seed', 'batchSize', 'beta', 'klSchedule']))
    expect(hyperParameterGroups('images').map(({ title }) => title)).toEqual(['Steps and speed of learning', 'What counts as an error'])
    expect(pathsOf('separator')).toEqual(expect.arrayContaining(['takes.vocalSeconds', 'patches.balance.mean', 'loss.energy']))
    expect(pathsOf('separator')).not.toContain('loss.picture')
    expect(pathsOf('blind').filter((path) => path.startsWith('loss.'))).toEqual(['loss.reconstruction'])
  })

  it('gives back each default as it is written', () => {
    const wrong = all.filter((parameter) => JSON.stringify(readValue(parameter, writeValue(valueAt(defaults, parameter.path)))) !== JSON.stringify(valueAt(defaults, parameter.path)))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('reads nothing out of what is no value', () => {
    const [number, weights, choice] = ['learningRate', 'takes.voiceWeights', 'loss.reconstruction'].map((path) => all.find((each) => each.path === path)!)
    expect([readValue(number!, ''), readValue(number!, 'fast'), readValue(weights!, 'choir'), readValue(choice!, 'mean')]).toEqual([undefined, undefined, undefined, undefined])
    expect([readValue(number!, ' 2e-3 '), readValue(weights!, 'choir=0.5, solo=2'), readValue(weights!, '')]).toEqual([0.002, { choir: 0.5, solo: 2 }, {}])
  })

  // Would catch: overrides that grow with every touch of a field, so that two equal runs seem to differ.
  it('keeps no trace of what is set back', () => {
    const one = withValue(withValue({}, 'loss.energy', 2), 'seed', 7)
    expect(one).toEqual({ loss: { energy: 2 }, seed: 7 })
    expect(withValue(withValue(one, 'loss.energy', undefined), 'seed', undefined)).toEqual({})
  })

  it('names what cannot be, at its place', () => {
    const config = configWith(defaults, { batchSize: 1.5, learningRate: 0, takes: { fromSongs: 3 } })
    expect(Object.fromEntries(problemsOf(config))).toEqual({
      batchSize: 'Must be a whole number.',
      learningRate: 'Must be more than 0.',
      'takes.fromSongs': 'Must be at most 1.',
    })
    expect(problemsOf(configWith(defaults, { seed: 2 })).size).toBe(0)
  })
})
