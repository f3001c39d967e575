import { describe, expect, it } from 'vitest'
import { chartRows } from '#renderer/charts/chartRows'
import { readoutAt, summaryOf } from '#renderer/charts/chartText'
import { historyCharts, perceptronChart, rocChart, weightCharts } from '#renderer/features/lab/detect/detectCharts'
import { stopText, verdictOf, weightText } from '#renderer/features/lab/detect/detectText'
import { nearestPoint, placeOf, scatterFrame } from '#renderer/features/lab/detect/scatterPicture'
import { outcomeAt } from '#renderer/features/lab/detect/thresholds'
import { madeUpRow, madeUpSweep } from '#test/sweeps'

const sweep = madeUpSweep()

describe('charts of a sweep', () => {
  // Would catch: epoch 0, which has no training figures, drawn as zero or left out of the test.
  it('begin with epoch 0, which is only tested, and mark where learning stopped', () => {
    const [loss] = historyCharts(madeUpRow(1e8))
    const { headers, rows } = chartRows(loss!)
    expect(headers).toEqual(['Epoch', 'training, a clip', 'test, all clips'])
    expect(rows[0]).toEqual([0, undefined, expect.any(Number)])
    expect(loss!.marks).toEqual([expect.objectContaining({ x: 12, label: 'stop: last epoch' })])
    expect(stopText(madeUpRow(1e6))).toBe('Stopped after epoch 18: its training loss had hardly changed over the last five epochs.')
  })

  it('have the weights by their logarithm, told as weights, and the best one marked', () => {
    const [rl, , auc] = weightCharts(sweep.rows.toReversed(), 1e8)
    expect(rl!.curves[0]!.epochs.map(({ x }) => x)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(rl!.marks).toEqual([expect.objectContaining({ x: 8, y: sweep.rows[8]!.meanRl })])
    expect(readoutAt(auc!, 7.9)).toBe('RL_weight 1e8: Area under the ROC curve 0.970')
    expect(summaryOf(auc!)).toContain('highest 0.97 at RL_weight 1e8.')
    expect([1, 1000, 1e4, 1e9].map(weightText)).toEqual(['1', '1000', '1e4', '1e9'])
  })

  // Would catch: two values at one place, which a chart cannot draw, a curve that does not begin at nothing, and a mark at the wrong threshold.
  it('show the whole ROC curve, and where a threshold stands on it', () => {
    const { curves, marks } = rocChart(sweep.ours, 0.5)
    expect(curves[0]!.epochs.map(({ x, y }) => [x, y])).toEqual([[0, 0], [0, 0.5], [0, 0.9], [0.05, 0.9], [0.1, 0.9], [0.1, 1], [0.65, 1], [1, 1]].map(([x, y]) => [expect.closeTo(x!, 5), y]))
    expect(new Set(curves[0]!.epochs.map(({ x }) => x)).size).toBe(8)
    expect(marks[0]).toMatchObject({ x: 0.05, y: 0.9 })
    expect(rocChart(sweep.ours, 1.5).marks[0]).toMatchObject({ x: 0, y: 0 })
    expect(perceptronChart(sweep.perceptrons).curves.map(({ label }) => label)).toEqual(['linear', 'ReLU'])
  })

  it('say what it came to', () => {
    expect(verdictOf(sweep)).toMatch(/^Ours is right for 92\.5 % of clips .+ best RL_weight is 1e8: .+ 18\.6 dB² .+ 225\.9 for others\. .+ 90 % linear, 91 % with ReLU\.$/)
  })
})

describe('a threshold', () => {
  // Would catch: clips of the same kind counted as false alarms.
  it('tells what it finds, what it misses, and each false alarm', () => {
    const outcome = outcomeAt(sweep.ours.scores, 0.5)
    expect(outcome).toMatchObject({ found: 9, positives: 10, negatives: 20 })
    expect(outcome.missed.map(({ name }) => name)).toEqual(['my dog far away.wav'])
    expect(outcome.falseAlarms.map(({ name }) => name)).toEqual(['rooster 4.wav'])
    expect(outcomeAt(sweep.ours.scores, 0.41).falseAlarms.map(({ name }) => name)).toEqual(['rooster 4.wav', 'sneeze 2.wav'])
  })
})

describe('the scatter', () => {
  const { points } = sweep.rows[8]!
  const size = { width: 600, height: 400, isSmall: false }

  it('puts every point inside, and finds the one under the pointer', () => {
    const frame = scatterFrame(points, size)
    for (const [index, point] of points.entries()) {
      const place = placeOf(frame, point)
      expect(place.x).toBeGreaterThanOrEqual(frame.left)
      expect(place.x).toBeLessThanOrEqual(frame.left + frame.width)
      expect(place.y).toBeGreaterThanOrEqual(frame.top)
      expect(place.y).toBeLessThanOrEqual(frame.top + frame.height)
      const found = nearestPoint(frame, points, place, 16)!
      expect([points[found]!.kl, points[found]!.rl]).toEqual([point.kl, point.rl])
      expect(index).toBeLessThan(points.length)
    }
    expect(nearestPoint(frame, points, { x: -100, y: -100 }, 16)).toBeUndefined()
  })

  // Would catch: decision regions upside down against their points, or on another scale.
  it('lies over a decision grid as the grid does: KL to the right, RL upwards, from edge to edge', () => {
    const { grid } = sweep.perceptrons[0]!
    const frame = scatterFrame(points, size, grid)
    expect(placeOf(frame, { kl: grid.kl.from, rl: grid.rl.from })).toEqual({ x: frame.left, y: frame.top + frame.height })
    expect(placeOf(frame, { kl: grid.kl.to, rl: grid.rl.to })).toEqual({ x: frame.left + frame.width, y: frame.top })
    expect(placeOf(frame, { kl: (grid.kl.from + grid.kl.to) / 2, rl: grid.rl.to }).x).toBeCloseTo(frame.left + frame.width / 2)
  })

  it('has a place for no clips, and for clips that are all the same', () => {
    expect(placeOf(scatterFrame([], size), { kl: 0.5, rl: 0.5 }).x).toBeGreaterThan(0)
    const same = [{ kl: 3, rl: 2, class: 'this' as const }]
    expect(Number.isFinite(placeOf(scatterFrame(same, size), same[0]!).x)).toBe(true)
  })
})
