import { describe, expect, it } from 'vitest'
import { UsageError } from '#main/hosts/cli/command'
import { parseTrainOptions } from '#main/hosts/cli/trainOptions'

const needed = ['--data', 'songs', '--out', 'runs/a']
const parse = (...more: string[]) => parseTrainOptions([...needed, ...more], '/somewhere')!

describe('options of train', () => {
  it('are paths from the folder that npm was called in, and nothing that was not given', () => {
    expect(parse()).toMatchObject({ runFolder: '/somewhere/runs/a', data: { folder: '/somewhere/songs' }, overrides: {}, seconds: Infinity, resultsEvery: 0 })
    expect(parse('--results', '3').resultsEvery).toBe(3)
    expect(Object.keys(parse().data)).toEqual(['folder'])
    expect(parse('--validation', 'a,b').data.validation).toEqual(['a', 'b'])
  })

  it('set hyper-parameters at any depth, also those of a table', () => {
    const { overrides } = parse('--set', 'learningRate=1e-3', '--set', 'patches.reuse=4', '--set', 'takes.voiceWeights={"choir":2}')
    expect(overrides).toEqual({ learningRate: 1e-3, patches: { reuse: 4 }, takes: { voiceWeights: { choir: 2 } } })
    expect(parse('--preset', 'dense000', '--set', 'loss.reconstruction=crossEntropy').overrides).toEqual({ loss: { reconstruction: 'crossEntropy' } })
    expect(parse('--set', 'takes.voiceWeights.choir=2').overrides).toEqual({ takes: { voiceWeights: { choir: 2 } } })
  })

  it.each([
    ['a hyper-parameter that does not exist', ['--set', 'learningrate=1']],
    ['one that does not exist further down', ['--set', 'patches.pool=64']],
    ['a value that does not fit', ['--set', 'batchSize=0']],
    ['a word where a number belongs', ['--set', 'batchSize=many']],
    ['a choice that there is not', ['--set', 'loss.reconstruction=l3']],
    ['a value that is no JSON', ['--set', 'takes={']],
    ['a time that is no number', ['--minutes', 'ten']],
    ['no step at all', ['--steps', '0']],
    ['half an epoch', ['--epochs', '0.5']],
    ['results after no epochs', ['--results', '0']],
    ['an unknown preset', ['--preset', 'xl']],
  ])('refuse %s', (_, more) => {
    expect(() => parse(...more)).toThrow(UsageError)
  })

  it('need data for a new run and none for one that goes on', () => {
    expect(() => parseTrainOptions(['--out', 'a'], '/')).toThrow(UsageError)
    expect(parseTrainOptions(['--out', 'a', '--resume'], '/')).toMatchObject({ resume: true, data: {} })
  })
})
