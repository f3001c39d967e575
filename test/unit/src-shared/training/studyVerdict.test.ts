import { describe, expect, it } from 'vitest'
import type { Study, StudyRow } from '#shared/contract/studies'
import { decidingMeasure, studyCases, studyVerdict } from '#shared/training/studyVerdict'

const measures: Study['measures'] = [
  { id: 'reconstruction', name: 'Error of the mixture', unit: 'dB', higherIsBetter: false },
  { id: 'best', name: 'Vocals SDR', unit: 'dB', higherIsBetter: true },
]
const row = (network: string, seed: number, best: number | undefined, gain = 1): StudyRow => ({
  id: `${network} ${seed}`, factors: { Network: network }, seed, status: best === undefined ? 'running' : 'measured', progress: 1,
  values: best === undefined ? {} : { best, gain, reconstruction: -best },
})
const study = (...rows: StudyRow[]) => ({ measures, rows, status: rows.every(({ status }) => status === 'measured') ? ('finished' as const) : ('running' as const), measuredOn: 'francium', steps: 400 })

describe('verdict of a study', () => {
  it('is decided by what the parts are worth, not by how well the mixture is told again', () => {
    expect(decidingMeasure(study(row('a', 1, 3)))!.id).toBe('best')
  })

  it('takes the mean over seeds, and says what is best and by how much', () => {
    const both = study(row('a', 1, 3), row('b', 1, 5), row('a', 2, 3.2), row('b', 2, 5.2))
    expect(studyCases(both, measures[1]!).map(({ name, mean }) => [name, mean])).toEqual([['b', 5.1], ['a', 3.1]])
    expect(studyVerdict(both)).toEqual(['B is best: b 5.10 dB, a 3.10 dB (Vocals SDR).', 'Measured after 400 steps each, on francium.'])
  })

  it('calls no difference one that seeds alone could make', () => {
    const [verdict] = studyVerdict(study(row('a', 1, 3), row('b', 1, 3.4), row('a', 2, 4), row('b', 2, 4.4)))
    expect(verdict).toMatch(/^No difference that counts: b 3.90 dB, a 3.50 dB \(Vocals SDR\), 0.40 apart, where seeds differ by up to 1.00/)
    expect(studyVerdict(study(row('a', 1, 3), row('b', 1, 3.2)))[0]).toMatch(/^No difference that counts/)
  })

  it('doubts what has run only once, what is not finished, and what is no better than doing nothing', () => {
    const sentences = studyVerdict(study(row('a', 1, -5, -2), row('b', 1, -3, -0.1), row('c', 1, undefined)))
    expect(sentences[0]).toBe('Until now, with 2 of 3 runs measured:')
    expect(sentences.join(' ')).toMatch(/run once only/)
    expect(sentences.join(' ')).toMatch(/no better than not separating/)
  })

  it('says nothing before anything is measured', () => expect(studyVerdict(study(row('a', 1, undefined)))).toEqual([]))

  it('puts the smallest first where less is better', () => {
    expect(studyCases(study(row('a', 1, 3), row('b', 1, 5)), measures[0]!).map(({ name }) => name)).toEqual(['b', 'a'])
  })

  it('of several questions at once names the best of each answer, with the digits that its figure needs', () => {
    const mse: Study['measures'] = [{ id: 'mse', name: 'MSE', unit: '', higherIsBetter: false, decimals: 4 }]
    const of = (Loss: string, weight: string, value: number): StudyRow => ({
      id: `${Loss} ${weight}`, factors: { Loss, 'KL weight': weight }, seed: 1, status: 'measured', progress: 1, values: { mse: value },
    })
    const rows = [of('l1', '0', 0.0125), of('l1', '1', 0.02), of('mse', '0', 0.0121), of('mse', '1', 0.03)]
    const [lead, ...others] = studyVerdict({ ...study(), measures: mse, rows })
    // 3 per cent apart: of figures without decibels, too, a single run says little.
    expect(lead).toMatch(/^No difference that counts: mse, KL weight 0: 0.0121; l1, KL weight 0: 0.0125 \(MSE\), 0.0004 apart, where single runs differ by some per cent/)
    expect(others.slice(0, 2)).toEqual(['The best of each loss: mse: 0.0121; l1: 0.0125.', 'The best of each KL weight: 0: 0.0121; 1: 0.0200.'])
    const clear = studyVerdict({ ...study(), measures: mse, rows: [of('l1', '0', 0.0125), of('mse', '0', 0.0115)] })
    expect(clear[0]).toBe('Mse, KL weight 0 is best: mse, KL weight 0: 0.0115; l1, KL weight 0: 0.0125 (MSE).')
  })
})
