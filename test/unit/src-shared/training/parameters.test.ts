import { describe, expect, it } from 'vitest'
import { madeUpRun } from '#test/trainingHistories'
import { trainingConfig } from '#shared/training/config'
import { differencesOfRuns, differingParameters, flatParameters, formatParameter, printedParameters } from '#shared/training/parameters'

describe('parameters', () => {
  it('are flat, with every value of the schema', () => {
    const flat = flatParameters(trainingConfig.parse({ takes: { voiceWeights: { choir: 2 } } }))
    expect(flat.get('batchSize')).toBe('8')
    expect(flat.get('loss.energy')).toBe('4')
    expect(flat.get('patches.balance.mean')).toBe('-3')
    expect(flat.get('takes.voiceWeights.choir')).toBe('2')
  })

  it('are told apart by what differs alone', () => {
    const configs = [{}, { learningRate: 1e-3, loss: { energy: 2 } }, { learningRate: 1e-3 }].map((each) => trainingConfig.parse(each))
    expect(differingParameters(configs)).toEqual([
      { key: 'learningRate', values: ['0.002', '0.001', '0.001'] },
      { key: 'loss.energy', values: ['4', '2', '4'] },
    ])
    expect(differingParameters([configs[0]!, configs[0]!])).toEqual([])
  })

  it('of runs hold what they learned from and began with as well', () => {
    const runs = [madeUpRun('a', []), madeUpRun('b', [], { dataHash: '0123456789ab', base: { modelId: 'm', name: 'DuoVAE' }, config: { seed: 2 } })]
    expect(differencesOfRuns(runs)).toEqual([
      { key: 'data', values: ['My songs (4f2a91c0)', 'My songs (01234567)'] },
      { key: 'started from', values: ['random weights', 'DuoVAE'] },
      { key: 'seed', values: ['1', '2'] },
    ])
  })

  it('are printed in a few lines, as they were typed', () => {
    expect(printedParameters(madeUpRun('a', [], { config: { learningRate: 5e-5, totalSteps: 20_000 } }))).toEqual([
      'preset s · My songs 4f2a91c0',
      'batch 8 · learning rate 5e-5 · weight decay 0.01',
      'beta 0.001 over 20 % · patience 20 · seed 1',
      '20 000 steps, 250 an epoch',
    ])
    expect([0, 1e-9, 0.1, 1234, 1_234_567].map(formatParameter)).toEqual(['0', '1e-9', '0.1', '1234', '1 234 567'])
  })
})
