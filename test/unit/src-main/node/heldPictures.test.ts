import { expect, it } from 'vitest'
import { unmixerFileCard } from '#main/models/modelCard'
import { cardScores } from '#main/node/heldPictures'

// Would catch figures whose place differs from network to network, so that none can be held against another.
it('the figures of a card are of one place, with how far the runs lie apart', () => {
  const report = { mean: { mse: 0.00987912, psnr: 20.9123, ssim: 0.77181 }, deviation: { mse: 0.00000861, psnr: 0.00493, ssim: 0.000171 }, mixtureError: 2.98e-8 }
  const scores = cardScores(report, '10 runs', 0.1513, 'CPU, 2 threads')
  expect(scores.map(({ name, value, unit, measuredOn }) => [name, value, unit, measuredOn])).toEqual([
    ['MSE', 0.009879, '', '10 runs'],
    ['PSNR', 20.91, 'dB', '10 runs'],
    ['SSIM', 0.7718, '', '10 runs'],
    ['A pixel of the mixture off by at most', 3e-8, '', '10 runs'],
    ['Time', 0.15, 'ms a mixture', 'CPU, 2 threads'],
  ])
  expect(scores.flatMap((score) => ('deviation' in score ? [score.deviation] : []))).toEqual([0.0000086, 0.0049, 0.00017])
  expect(unmixerFileCard.shape.scores.parse(scores)).toEqual(scores)
})
