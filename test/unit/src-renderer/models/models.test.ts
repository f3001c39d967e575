// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import ModelScores from '../../../../src-renderer/features/models/ModelScores.vue'
import { curvesOf, describeCurves, drawCurves } from '#renderer/features/models/curve'
import { deviationText, figure, licenceNote, mainScore, modelsByPlace, parametersText, unmixerRows } from '#renderer/features/models/modelText'
import { describeForm, guessForm, tensorText } from '#renderer/features/models/networkGuess'
import { networkDescription } from '#shared/contract/networkAdapter'
import type { ModelCard } from '#shared/contract/models'
import type { HistoryLine } from '#shared/training/history'

const tensor = (name: string, ...shape: (number | string)[]) => ({ name, type: 'float32', shape })
const inspection = (input: (number | string)[], output: (number | string)[]) => ({ inputs: [tensor('input', ...input)], outputs: [tensor('output', ...output)] })

describe('the guess at a network', () => {
  it.each([
    ['UVR-MDX-NET-Inst.onnx', inspection(['batch', 4, 2048, 256], ['batch', 4, 2048, 256]), { input: 'complex', output: 'spectrum', stft: { fftSize: 6144, hopLength: 1024, window: 'hann' }, bins: 2048, segment: 256, gives: 'music', inputLayout: 'batch (channel part) bin frame' }],
    ['umx-vocals.onnx', inspection([1, 2, 2049, 'frames'], [1, 2, 2049, 'frames']), { input: 'magnitude', output: 'magnitude', stft: { fftSize: 4096, hopLength: 1024, window: 'hann' }, segment: 256, gives: 'vocals', channels: 2 }],
    ['demucs.onnx', inspection([1, 2, 343980], [1, 4, 2, 343980]), { input: 'waveform', output: 'waveform', segment: 343980, stems: 4, stem: 3, outputLayout: 'batch stem channel sample' }],
    ['mono.onnx', inspection([1, 1, 16000], [1, 1, 16000]), { channels: 1, input: 'waveform', stems: 1, stem: 0 }],
  ] as const)('of %s is what such networks are', (name, found, expected) => {
    const description = describeForm(guessForm(name, { inputs: [...found.inputs], outputs: [...found.outputs] }))
    expect(description).toMatchObject(expected)
    // Would catch a form that sends what the services do not take.
    expect(networkDescription.safeParse(description).success).toBe(true)
    if (expected.input === 'waveform') expect(description.stft).toBeUndefined()
  })

  it('gives way to the description beside the network', () => {
    const said = { name: 'Ours', sampleRate: 48000, stft: { fftSize: 2048, hopLength: 512, window: 'hamming' as const }, stem: 1, stems: 2 }
    const form = guessForm('x.onnx', { ...inspection([1, 4, 2048, 256], [1, 4, 2048, 256]), description: said })
    expect(form).toMatchObject({ name: 'Ours', sampleRate: 48000, fftSize: 2048, hopLength: 512, window: 'hamming', stems: 2, stem: 1, output: 'spectrum' })
  })

  it('names the output that is called vocals where there are several', () => {
    const found = { inputs: [tensor('mix', 1, 2, 100)], outputs: [tensor('drums', 1, 2, 100), tensor('vocals', 1, 2, 100)] }
    expect(describeForm(guessForm('x.onnx', found))).toMatchObject({ outputName: 'vocals' })
    expect(tensorText({ name: 'x', type: 'float16', shape: ['n', -1, 4] })).toBe('x [n, ?, 4] of float16')
  })
})

describe('the curve of a training', () => {
  const line = (epoch: number, loss: number, score: number, best = false): HistoryLine =>
    ({ epoch, step: epoch, seconds: 1, learningRate: 1, beta: 0, train: { loss }, validation: {}, score, best, waiting: 0 })

  it('has a loss by its logarithm and a score, with the epoch that was kept', () => {
    const charts = curvesOf([line(1, 10, 1), line(2, 1, 4, true), line(3, 0.1, 3)], 'SDR')
    expect(charts.map(({ title, isLog, best }) => ({ title, isLog, best }))).toEqual([{ title: 'Loss', isLog: true, best: 2 }, { title: 'SDR', isLog: false, best: 2 }])
    const picture = drawCurves(charts[0]!, 100, 50)
    expect(picture.paths).toEqual(['M0.0 0.0L50.0 25.0L100.0 50.0'])
    expect(picture.ticks.map(({ text }) => text)).toEqual(['0.1', '1', '10'])
    expect(picture.bestX).toBe(50)
    expect(describeCurves(charts[1]!)).toBe('SDR. Validation: from 1 to 3 over 3 epochs; epoch 2 was kept.')
  })

  // Would catch coordinates that are not numbers, which draw nothing and say nothing.
  it('is drawn for one epoch, equal values and values below zero', () => {
    for (const history of [[line(1, 1, 1)], [line(1, 2, 5), line(2, 2, 5)], [line(1, -1, -5), line(2, -2, 0)]]) {
      for (const chart of curvesOf(history, 'Score')) expect(drawCurves(chart, 100, 50).paths.join()).not.toMatch(/NaN|Infinity/)
    }
    expect(curvesOf([], 'Score')).toEqual([])
    expect(curvesOf([line(1, NaN, NaN)], 'Score')).toEqual([])
  })
})

describe('scores in the list', () => {
  const model = (id: string, place?: string): ModelCard => ({
    id, name: id, summary: '', licence: '', isDefault: false, kind: 'separator', origin: 'trained', parameters: 1, sha256: '', attributions: [],
    scores: place === undefined ? [] : [{ name: 'Vocals uSDR', value: -1.25, unit: 'dB', measuredOn: place }],
  })

  // 9 dB on one's own easy songs beside 3 dB on hard ones looks like the better model.
  it('stand together only where they were measured on the same songs', () => {
    const groups = modelsByPlace([model('a', 'x, y'), model('none'), model('b', 'z'), model('c', 'x, y')])
    expect(groups.map(({ place, models }) => [place, models.map(({ id }) => id)])).toEqual([['x, y', ['a', 'c']], ['z', ['b']], [undefined, ['none']]])
    expect(mainScore(model('a', 'x, y'))).toEqual({ text: 'Vocals uSDR −1.3 dB', place: 'x, y' })
    expect(mainScore(model('a', ''))?.place).toBe('songs that are not named')
  })
})

describe('the words of a card', () => {
  it('say what a licence asks', () => {
    expect(licenceNote('CC BY-NC-SA 4.0')).toBe('Its makers are to be named. For non-commercial use only. Passed on under the same licence.')
    expect(licenceNote('CC BY 4.0')).toBe('Its makers are to be named.')
    expect(licenceNote('CC0 1.0')).toBe('Anything may be done with it.')
    expect(licenceNote('MIT')).toBeUndefined()
  })

  it('count parameters as coarse as that interests', () => {
    expect([0, 812, 62_000, 4_100_000].map(parametersText)).toEqual(['not known', '812', '62 thousand', '4.1 million'])
  })
})

describe('the card of a network that takes pictures apart', () => {
  // Would catch a squared error of 0.0003 that is shown as 0.0.
  it('shows small figures without a unit with the digits that tell them apart', () => {
    expect([figure(0.00029996, ''), figure(0.9876, ''), figure(33.46, 'dB'), figure(-1.25, 'dB')]).toEqual(['0.000300', '0.988', '33.5 dB', '−1.3 dB'])
  })

  it('says how far runs lie apart with two digits, however small', () => {
    expect([0.0000086, 0.00019, 0.092, 1.25, 0.0000000312].map(deviationText)).toEqual(['± 0.0000086', '± 0.00019', '± 0.092', '± 1.3', '± 3.1e−8'])
  })

  // Would catch models of pictures that cannot be held against each other, because each of their figures has a place of its own.
  it('shows figures of the same pairs in one table, with how far runs lie apart', () => {
    const measuredOn = '10 runs of 10,000 pairs'
    const scores = [
      { name: 'MSE', value: 0.009879, deviation: 0.0000086, unit: '', measuredOn },
      { name: 'PSNR', value: 20.91, deviation: 0.0049, unit: 'dB', measuredOn },
      { name: 'Time', value: 0.15, unit: 'ms a mixture', measuredOn: 'CPU' },
    ]
    const wrapper = mount(ModelScores, { props: { scores, kind: 'images' } })
    const tables = wrapper.findAll('table').map((table) => [table.find('caption').text(), ...table.findAll('td').map((cell) => cell.text())])
    expect(tables).toEqual([
      ['Measured on 10 runs of 10,000 pairs; ± over the runs', '0.00988± 0.0000086', '20.9 dB± 0.0049'],
      ['Measured on CPU', '0.1 ms a mixture'],
    ])
    wrapper.unmount()
  })

  it('says what network it is, and which mixtures it has learned from', () => {
    expect(unmixerRows({ network: 'unet', mixing: { rule: 'average', level: 0.5 } })).toEqual([['Network', 'Plain U-Net: no latents, to compare with'], ['Mixtures', 'Average of both pictures']])
    expect(unmixerRows({ network: 'skip', mixing: { rule: 'alpha', level: 0.3 } })[1]).toEqual(['Mixtures', 'Blend of both, 30 % of the first'])
  })
})
