import { describe, expect, it } from 'vitest'
import { type ChartSpec, stopAfterKey, stopsOf } from '#renderer/charts/chartSpec'
import { cellText, chartCsv, chartRows } from '#renderer/charts/chartRows'
import { readoutAt, summaryOf, valuesAt } from '#renderer/charts/chartText'
import { plotLines } from '#renderer/charts/plotData'
import { historyCsv } from '#renderer/features/train/charts/historyCsv'
import { chartsOf } from '#renderer/features/train/charts/runCharts'
import { smoothed } from '#renderer/charts/smoothing'
import { madeUpHistory, madeUpRun } from '#test/trainingHistories'
import type { HistoryLine } from '#shared/training/history'

const view = { across: 'epochs', logarithmic: true } as const
const charted = (id: string, history: readonly HistoryLine[]) => ({ run: madeUpRun(id, history), history })
const history = madeUpHistory({ epochs: 20 })
const chart = (id: string, across: 'epochs' | 'steps' | 'time' = 'epochs', lines: readonly HistoryLine[] = history): ChartSpec =>
  chartsOf([charted('one', lines)], { across, logarithmic: true }).find((each) => each.id === id)!

describe('the charts of a run', () => {
  it('are of all that was measured', () => {
    const ids = chartsOf([charted('one', history)], view).map(({ id }) => id)
    expect(ids).toEqual(['loss', 'score', 'reconstruction', 'kl', 'latents', 'learningRate', 'beta', 'speed'])
    expect(chartsOf([charted('one', [])], view)).toEqual([])
  })

  it('leave out what an older run did not write down, and take the reconstruction from the loss', () => {
    const old = history.map(({ klPerLatent: _a, stepsPerSecond: _b, trace: _c, ...line }) => ({ ...line, train: { loss: 0.5, kl: 20 }, validation: {}, beta: 0.01 }))
    const charts = chartsOf([charted('one', old)], view)
    expect(charts.map(({ id }) => id)).toEqual(['loss', 'score', 'reconstruction', 'kl', 'learningRate', 'beta'])
    expect(charts[2]!.curves[0]!.epochs[0]!.y).toBeCloseTo(0.3, 12)
  })

  it('put training and validation apart by colour and by dash', () => {
    const [training, validation] = chart('loss').curves
    expect([training!.look.token, validation!.look.token]).toEqual(['--accompaniment', '--vocals'])
    expect([training!.look.dash.length, validation!.look.dash.length > 0]).toEqual([0, true])
  })

  it('mark the best epoch where it is, whatever the axis counts', () => {
    const best = history.findLast((line) => line.best)!
    expect(chart('loss').marks).toMatchObject([{ x: best.epoch, label: `best: epoch ${best.epoch}` }])
    expect(chart('loss', 'steps').marks[0]!.x).toBe(best.step)
    expect(chart('loss', 'time').marks[0]!.x).toBe(best.seconds)
  })

  it('draw what happened within epochs, in step with the epochs on every axis', () => {
    for (const across of ['epochs', 'steps', 'time'] as const) {
      const { trace, epochs } = chart('loss', across).curves[0]!
      expect(trace).toHaveLength(20 * 16)
      expect(trace.at(-1)!.x).toBeCloseTo(epochs.at(-1)!.x, 9)
      expect(trace.map(({ x }) => x)).toEqual(trace.map(({ x }) => x).toSorted((a, b) => a - b))
    }
  })

  // Would catch: channels that jump from row to row as a run goes on, or a picture that is upside down.
  it('sort latent channels by what they carry now', () => {
    const { order, columns } = chart('latents').heat!
    const newest = order.map((channel) => columns.at(-1)![channel]!)
    expect(newest).toEqual(newest.toSorted((a, b) => b - a))
  })

  it('lay several runs over one another, each with its own letter and colour, also before their histories are there', () => {
    const [a, b] = [charted('Monday', history), charted('Tuesday', madeUpHistory({ epochs: 12, seed: 2 }))]
    const loss = chartsOf([a, b, charted('Wednesday', [])], view)[0]!
    expect(loss.curves.map(({ tag, label }) => [tag, label])).toEqual([
      ['A', 'A Monday, training'],
      ['A', 'A Monday, validation'],
      ['B', 'B Tuesday, training'],
      ['B', 'B Tuesday, validation'],
    ])
    expect(new Set(loss.curves.map(({ look }) => look.token)).size).toBe(2)
    expect(chartsOf([a, b, charted('Wednesday', [])], view).map(summaryOf).join()).not.toContain('undefined')
    const latents = chartsOf([a, b], view).find(({ id }) => id === 'latents')!
    expect(latents.title).toBe('Latent channels in use')
    expect(latents.curves.map(({ epochs }) => epochs.at(-1)!.y)).toEqual([48, 48])
  })

  it('mark the best epoch of every run that is compared, where it was validated', () => {
    const b = madeUpHistory({ epochs: 12, seed: 2 })
    const charts = chartsOf([charted('a', history), charted('b', b)], view)
    const best = b.findLast((line) => line.best)!
    expect(charts.find(({ id }) => id === 'score')!.marks[1]).toMatchObject({ x: best.epoch, y: best.score, label: `best of B b: epoch ${best.epoch}` })
    expect(charts.find(({ id }) => id === 'loss')!.marks[1]).toMatchObject({ y: best.validation['loss'] })
    expect(charts.find(({ id }) => id === 'beta')!.marks).toEqual([])
  })

  // Would catch: the SSIM of pictures drawn among decibels, as if it were a song.
  it('show what pictures are measured by in charts of their own', () => {
    const pictures = history.map((line) => ({ ...line, score: 31, validation: { loss: 0.1, psnr: 31, ssim: 0.93 } }))
    const charts = chartsOf([{ run: madeUpRun('one', pictures, { kind: 'images', scoreName: 'PSNR' }), history: pictures }], view)
    expect(charts.map(({ title }) => title).filter((title) => /psnr|ssim/i.test(title))).toEqual(['PSNR', 'SSIM'])
    expect(charts.find(({ id }) => id === 'score')!.curves).toHaveLength(1)
  })

  it('show the scores of single songs behind their mean, of one run only', () => {
    expect(chart('score').curves.filter(({ kind }) => kind === 'detail').map(({ label }) => label)).toEqual(['Potassium', 'Neon', 'Gold', 'Krampus'])
    expect(chartsOf([charted('a', history), charted('b', history)], view)[1]!.curves).toHaveLength(2)
  })
})

describe('smoothing', () => {
  const points = (values: readonly number[], spacing = 1) => values.map((y, i) => ({ x: (i + 1) * spacing, epoch: (i + 1) * spacing, y }))

  it('keeps a constant, and does not hang on to the first value', () => {
    expect(smoothed(points([2, 2, 2]), 0.9).map(({ y }) => y)).toEqual([2, 2, 2].map((y) => expect.closeTo(y, 12) as number))
    // The mean of two values with weights 0.5 and 1.
    expect(smoothed(points([3, 0]), 0.5)[1]!.y).toBeCloseTo(1, 12)
  })

  it('is as wide for many points an epoch as for one', () => {
    const step = (count: number) => points(Array.from({ length: 20 * count }, (_, i) => (i < 10 * count ? 0 : 1)), 1 / count)
    const at = (count: number) => smoothed(step(count), 0.6).find(({ epoch }) => Math.abs(epoch - 12) < 1e-9)!.y
    expect(at(32)).toBeCloseTo(at(1), 1)
    expect(at(32)).toBeLessThan(0.8)
  })

  it('never changes what is drawn already, and steps over what is no number', () => {
    const values = [1, 0.8, Number.NaN, 0.7, 0.9]
    const all = smoothed(points(values), 0.7)
    expect(smoothed(points(values.slice(0, 4)), 0.7)).toEqual(all.slice(0, 4))
    expect(all.every(({ y }) => Number.isFinite(y))).toBe(true)
  })

  // Would catch: a score of 5.3 dB drawn at 4.1 because the run has had three epochs only.
  it('is slight in a run of few epochs', () => {
    const young = plotLines(chart('score', 'epochs', history.slice(0, 3)), 0.6).find(({ weight }) => weight === 'bold')!
    const learned = history[2]!.score - history[1]!.score
    expect(Math.abs(young.points.at(-1)!.y - history[2]!.score)).toBeLessThan(0.1 * learned)
    expect(plotLines(chart('score'), 0)[4]!.points).toEqual(plotLines(chart('score'), 0)[5]!.points)
  })

  it('is drawn bold over what was measured; schedules are drawn as they are', () => {
    expect(plotLines(chart('loss'), 0.6).map(({ weight }) => weight)).toEqual(['faint', 'faint', 'bold', 'bold'])
    expect(plotLines(chart('beta'), 0.9).map(({ weight, points: drawn }) => [weight, drawn.at(-1)!.y])).toEqual([['bold', history.at(-1)!.beta]])
  })
})

describe('a chart in words', () => {
  it('says where each line began, where it is and what was best', () => {
    const { epoch, score } = history.findLast((line) => line.best)!
    expect(summaryOf(chart('score'))).toBe(
      `Vocals SI-SDR, 20 epochs. Validation: from ${history[0]!.score.toPrecision(4)} dB to ${history[19]!.score.toPrecision(4)} dB, highest ${score.toPrecision(4)} dB in epoch ${epoch}. Best: epoch ${epoch}.`,
    )
    expect(summaryOf(chart('latents'))).toMatch(/^KL by latent channel, 20 epochs\. In the newest, 0 of 48 channels carry nothing, the strongest [\d.]+ nats\.$/)
  })

  it('reads single epochs, and the newest where none is chosen', () => {
    const line = history[6]!
    const expected = `Epoch 7: training ${line.train['loss']!.toPrecision(4)}, validation ${line.validation['loss']!.toPrecision(4)}`
    expect(readoutAt(chart('loss'), 7.2)).toBe(expected)
    expect(valuesAt(chart('loss'), undefined)[0]!.text).toBe(history[19]!.train['loss']!.toPrecision(4))
    expect(readoutAt(chart('loss', 'steps'), line.step)).toMatch(/^Step 1750: /)
    expect(readoutAt(chart('loss', 'time'), line.seconds)).toMatch(/^After 8 min: /)
  })

  it('is walked through by keys, from the newest epoch on, and stays within', () => {
    const stops = stopsOf(chart('loss'))
    expect(stops).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    const walk = (from: number | undefined, ...keys: string[]) => keys.reduce<number | undefined>((at, key) => stopAfterKey(stops, at, key), from)
    expect(walk(undefined, 'ArrowLeft')).toBe(20)
    expect(walk(20, 'ArrowRight')).toBe(20)
    expect(walk(20, 'ArrowLeft', 'ArrowLeft', 'PageDown')).toBe(16)
    expect(walk(5, 'Home', 'ArrowLeft')).toBe(1)
    expect(walk(5, 'End')).toBe(20)
    expect(stopAfterKey(stops, 5, 'a')).toBeUndefined()
    expect(stopAfterKey([], undefined, 'End')).toBeUndefined()
  })
})

describe('a chart in numbers', () => {
  it('has the measured values, not the smoothed ones, a row an epoch', () => {
    const { headers, rows } = chartRows(chart('loss'))
    expect(headers).toEqual(['Epoch', 'training', 'validation'])
    expect(rows).toEqual(history.map(({ epoch, train, validation }) => [epoch, train['loss'], validation['loss']]))
    expect([cellText(7, 'Epoch'), cellText(undefined, 'training'), cellText(125, 'Seconds')]).toEqual(['7', '–', '2 min'])
  })

  it('leaves empty what one of several runs has not reached', () => {
    const both = [charted('a', history), charted('b', history.slice(0, 5))]
    const { rows } = chartRows(chartsOf(both, view).find(({ id }) => id === 'beta')!)
    expect(rows).toHaveLength(20)
    expect(rows[5]).toEqual([6, history[5]!.beta, undefined])
  })

  it('is saved as CSV with all digits, and with what was measured within epochs', () => {
    const lines = chartCsv(chart('loss', 'steps')).trimEnd().split('\r\n')
    expect(lines[0]).toBe('Step,training,validation,training within epochs')
    expect(lines).toHaveLength(1 + 20 * 16)
    const end = lines.find((line) => line.startsWith('250,'))!.split(',').map(Number)
    expect(end).toEqual([250, history[0]!.train['loss'], history[0]!.validation['loss'], history[0]!.trace!.at(-1)![1]])
  })

  // Would catch: names that break the columns, or that a spreadsheet computes.
  it('saves whole histories with every column of every run, whatever their names hold', () => {
    const other = history.slice(0, 2).map((line) => ({ ...line, train: { loss: 1, extra: 7 } }))
    const text = historyCsv([charted('=SUM(A1), "the" first', history), charted('second', other)])
    const rows = text.trimEnd().split('\r\n')
    expect(rows).toHaveLength(1 + 22)
    expect(rows[0]).toMatch(/^run,epoch,step,seconds,learningRate,beta,score,best,waiting,stepsPerSecond,train loss,/)
    expect(rows[0]).toContain('KL of channel 48')
    expect(rows[0]).toContain('train extra')
    expect(rows[1]).toMatch(/^"'=SUM\(A1\), ""the"" first",1,/)
    expect(rows[22]!.split(',')).toHaveLength(rows[0]!.split(',').length)
  })
})
