import { describe, expect, it } from 'vitest'
import { afterEpoch, beforeTraining, type StoppingState } from '#main/training/earlyStopping'

function run(untrained: number, epochs: readonly (readonly [train: number, test: number])[]): StoppingState[] {
  const states: StoppingState[] = [beforeTraining(untrained)]
  for (const [train, test] of epochs) states.push(afterEpoch(states.at(-1)!, train, test))
  return states
}

describe("Prechelt's rule as source 003 writes it", () => {
  it('measures by how much the test loss lies above its lowest, the untrained network included', () => {
    // A rule that forgets epoch 0 would find the lowest among the later ones.
    const [, first, second] = run(10, [[100, 12], [90, 11]])
    expect(first!.generalisation).toBeCloseTo(20, 10)
    expect(second!.generalisation).toBeCloseTo(10, 10)
    expect(second!.lowest).toBe(10)
  })

  it('measures progress over the last five epochs, 1000·(mean / minimum - 1)', () => {
    const states = run(100, [[64, 90], [32, 80], [16, 70], [8, 60], [4, 50], [2, 40]])
    expect(states[4]!.progress).toBe(1000)
    expect(states[5]!.progress).toBeCloseTo(1000 * ((64 + 32 + 16 + 8 + 4) / 5 / 4 - 1), 8)
    expect(states[6]!.progress).toBeCloseTo(1000 * ((32 + 16 + 8 + 4 + 2) / 5 / 2 - 1), 8)
    expect(states.every(({ stop }) => stop === undefined)).toBe(true)
  })

  it('goes on while training gets on, however bad the test is', () => {
    const states = run(1, [[64, 2], [32, 3], [16, 4], [8, 5], [4, 6]])
    expect(states.at(-1)).toMatchObject({ generalisation: 500 })
    expect(states.at(-1)!.stop).toBeUndefined()
  })

  it('ends for want of progress once five epochs are there, not before', () => {
    const states = run(10, [[5, 9], [5, 9], [5, 9], [5, 9], [5, 9]])
    expect(states.map(({ stop }) => stop)).toEqual([undefined, undefined, undefined, undefined, undefined, 'progress'])
  })

  it('says that the test rose where it did', () => {
    expect(run(10, [[5, 9], [5, 9], [5, 9], [5, 9], [5, 13]]).at(-1)!.stop).toBe('generalisation')
  })
})
