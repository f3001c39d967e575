import { describe, expect, it } from 'vitest'
import { levelOf, matchedClipGains } from '#renderer/playback/clipLevels'

const sampleRate = 44100
const tone = (level: number) => Float32Array.from({ length: sampleRate }, (_, i) => level * Math.sin(i / 8))
const stereo = (level: number) => levelOf({ sampleRate, channels: [tone(level), tone(level)] })

describe('the levels of clips that are compared', () => {
  it('are those of the reference, whichever was louder', () => {
    const gains = matchedClipGains(new Map([['truth', stereo(0.2)], ['loud', stereo(0.4)], ['soft', stereo(0.1)]]), 'truth')
    expect(gains.get('truth')).toBeCloseTo(1, 5)
    expect(gains.get('loud')).toBeCloseTo(0.5, 3)
    expect(gains.get('soft')).toBeCloseTo(2, 3)
  })

  // One speaker's worth of loudness would make a mono sound 3 dB too loud beside a stereo one.
  it('count a mono sound as it comes out of both loudspeakers', () => {
    expect(levelOf({ sampleRate, channels: [tone(0.2)] }).loudness).toBeCloseTo(stereo(0.2).loudness, 3)
  })

  it('stay below full scale, for all by the same gain', () => {
    const levels = new Map([['truth', stereo(0.9)], ['peaky', { ...stereo(0.3), peak: 0.9 }]])
    const gains = matchedClipGains(levels, 'truth')
    expect(gains.get('peaky')! * 0.9).toBeCloseTo(1, 3)
    expect(gains.get('peaky')! / gains.get('truth')!).toBeCloseTo(3, 2)
  })

  it('leave silence silent, and lift what is almost silent by 12 dB at most', () => {
    const gains = matchedClipGains(new Map([['truth', stereo(0.2)], ['none', stereo(0)], ['faint', stereo(0.001)]]), 'truth')
    expect(gains.get('none')).toBe(1)
    expect(20 * Math.log10(gains.get('faint')!)).toBeCloseTo(12, 3)
  })
})
