import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { griffinLim, griffinLimDefaults } from '#shared/dsp/griffinLim'
import { magnitude } from '#shared/dsp/spectrogram'
import { createStft, type Stft } from '#shared/dsp/stft'
import { CancelledError } from '#shared/errors'
import type { WorkContext, WorkProgress } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

/** A gliding tone with partials over a little noise: phases that agree between frames, but not by chance. */
function voiceLike(length: number): Float32Array {
  const random = randomStream(21)
  let phase = 0
  return Float32Array.from({ length }, (_, n) => {
    phase += (2 * Math.PI * (180 + 60 * Math.sin(n / 3000))) / 22050
    return 0.3 * Math.sin(phase) + 0.2 * Math.sin(2 * phase) + 0.1 * Math.sin(5 * phase) + 0.002 * random.normal()
  })
}

function context(parts: Partial<WorkContext> = {}): WorkContext {
  const signal = { aborted: false, throwIfAborted: () => {}, addEventListener: () => {}, removeEventListener: () => {} }
  return { signal, onProgress: () => {}, yieldTurn: async () => {}, ...parts }
}

describe('griffinLim', () => {
  let stft: Stft
  let magnitudes: Float32Array
  beforeAll(async () => {
    stft = await createStft({ fftSize: 512, hopLength: 128 })
    magnitudes = magnitude(stft.forward(voiceLike(128 * 128)))
  })
  afterAll(() => stft.dispose())

  /** Spectral convergence in decibels: how far the sound's magnitudes are from those asked for. */
  async function distance(iterations: number, momentum: number, seed = 1): Promise<number> {
    const sound = await griffinLim(magnitudes, stft, { iterations, momentum }, randomStream(seed), context())
    expect(sound.length).toBe(128 * 128)
    const found = magnitude(stft.forward(sound))
    let error = 0
    let total = 0
    for (let i = 0; i < found.length; i++) {
      error += (found[i]! - magnitudes[i]!) ** 2
      total += magnitudes[i]! ** 2
    }
    return 10 * Math.log10(error / total)
  }

  // Catches momentum with the wrong sign or on the wrong spectrum: it would then not be the better one.
  it('comes closer with every iteration, and closer yet with momentum', async () => {
    const start = await distance(0, 0)
    const plain = await distance(32, 0)
    const fast = await distance(griffinLimDefaults.iterations, griffinLimDefaults.momentum)
    expect(plain).toBeLessThan(start - 6)
    expect(fast).toBeLessThan(plain - 1)
    expect(fast).toBeLessThan(-15)
  })

  it('depends on the seed only', async () => {
    const make = (seed: number) => griffinLim(magnitudes, stft, { iterations: 2, momentum: 0.99 }, randomStream(seed), context())
    const [first, again, other] = [await make(5), await make(5), await make(6)]
    expect(first.every((value, n) => value === again[n])).toBe(true)
    expect(first.every((value, n) => value === other[n])).toBe(false)
  })

  it('tells every step and stops when cancelled', async () => {
    const seen: WorkProgress[] = []
    let aborted = false
    const cancelled = context({
      onProgress: (progress) => {
        seen.push(progress)
        aborted = seen.length === 3
      },
      signal: {
        ...context().signal,
        throwIfAborted: () => {
          if (aborted) throw new CancelledError()
        },
      },
    })
    const work = griffinLim(magnitudes, stft, griffinLimDefaults, randomStream(1), cancelled)
    await expect(work).rejects.toThrow(CancelledError)
    expect(seen.map((progress) => progress.completed)).toEqual([1, 2, 3])
    expect(seen[0]).toMatchObject({ total: 32, unit: 'steps' })
  })

  it('refuses magnitudes of another transform', async () => {
    const work = griffinLim(new Float32Array(1000), stft, griffinLimDefaults, randomStream(1), context())
    await expect(work).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
