import { describe, expect, it } from 'vitest'
import { pictureColours, tooBright, tooDark } from '#renderer/features/playground/pictureColours'
import { differences, largestDifference, scoreAnswer, scorePicture } from '#renderer/features/playground/pictureScores'
import { formatDifference, formatMse, formatPsnr, formatSsim, mixingNote, ruleText } from '#renderer/features/playground/playgroundText'
import type { ModelCard } from '#shared/contract/models'
import { type Mixing, pictureSize } from '#shared/images/mixing'
import { drawDigit } from '#shared/images/shapes/digits'
import { drawGarment } from '#shared/images/shapes/garments'

const learnedFrom = (mixing: Mixing) => ({ unmixer: { network: 'skip', mixing } }) as ModelCard
const colour = (value: number, palette: 'grey' | 'difference', span = 1) => {
  const data = new Uint8ClampedArray(4)
  pictureColours(data, [value], palette, span)
  return [...data]
}

describe('colours of pictures', () => {
  it('are grey from black to white, and never beyond', () => {
    expect([-1, 0, 0.5, 1, 7].map((value) => colour(value, 'grey')[0])).toEqual([0, 0, 128, 255, 255])
  })

  // Would catch: maps in which too dark and too bright look the same.
  it('tell too dark from too bright, brightest from the span on', () => {
    expect(colour(0.25, 'difference', 0.25)).toEqual([...tooBright, 255])
    expect(colour(-0.9, 'difference', 0.25)).toEqual([...tooDark, 255])
    expect(colour(0, 'difference', 0.25)).toEqual([0, 0, 0, 255])
  })
})

describe('scores', () => {
  it('are those of each picture, and the mean over the pixels of both', () => {
    const [first, second] = [drawDigit(3, 1), drawGarment(2, 1)]
    const off = second.map((value) => value - 0.1)
    const question = { first, second, mixture: first, mixing: { rule: 'average', level: 0.5 } as const }
    const scores = scoreAnswer({ question, pictures: { first, second: off, mixture: first }, latents: undefined, milliseconds: 1 })
    expect(scores.first).toEqual({ mse: 0, psnr: Infinity, ssim: 1 })
    expect(scores.second.mse).toBeCloseTo(0.01, 8)
    expect(scores.second.psnr).toBeCloseTo(20, 5)
    expect(scores.mse).toBeCloseTo(0.005, 8)
    expect(differences(second, off)[0]).toBeCloseTo(-0.1, 6)
    expect(largestDifference(second, off)).toBeCloseTo(0.1, 6)
    expect(scorePicture(new Float32Array(pictureSize), first).ssim).toBeLessThan(0.9)
  })

  it('are written so that good and very good differ, and what is exact is called so', () => {
    expect([formatMse(0.00031), formatMse(0), formatPsnr(35.06), formatPsnr(Infinity), formatSsim(-0.0124)]).toEqual(['0.00031', '0', '35.1 dB', '∞', '−0.012'])
    expect([formatDifference(1e-7), formatDifference(0.12), formatDifference(undefined)]).toEqual(['Mixes to the mixture exactly', 'Up to 0.120 from the mixture', '–'])
  })
})

describe('the note on mixtures', () => {
  // Would catch: a blend of halves called unknown to a network that has learned from averages, which are the same.
  it('says so only where the mixture is none of those that the model has learned from', () => {
    const average = learnedFrom({ rule: 'average', level: 0.5 })
    expect(mixingNote(average, { rule: 'average', level: 0.9 })).toBeUndefined()
    expect(mixingNote(average, { rule: 'alpha', level: 0.5 })).toBeUndefined()
    expect(mixingNote(average, { rule: 'alpha', level: 0.51 })).toBe('Has learned only from the average')
    expect(mixingNote(average, { rule: 'max', level: 0.5 })).toBe('Has learned only from the average')
    const blend = learnedFrom({ rule: 'alpha', level: 0.3 })
    expect(mixingNote(blend, { rule: 'alpha', level: 0.3 })).toBeUndefined()
    expect(mixingNote(blend, { rule: 'average', level: 0.3 })).toBe('Has learned only from the blend at 0.3')
    expect(mixingNote(learnedFrom({ rule: 'sum', level: 0.5 }), { rule: 'sum', level: 0.1 })).toBeUndefined()
    expect(mixingNote({} as ModelCard, { rule: 'sum', level: 0.5 })).toBeUndefined()
  })

  it('and rules are said as what they do', () => {
    expect(ruleText({ rule: 'alpha', level: 0.3 })).toBe('0.30 × digit + 0.70 × garment')
  })
})
