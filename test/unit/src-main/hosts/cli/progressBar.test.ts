import { describe, expect, it } from 'vitest'
import { createProgressBar } from '#main/hosts/cli/progressBar'

function record(isTTY: boolean) {
  let time = 0
  const written: string[] = []
  const screen = { isTTY, columns: 80, write: (text: string) => written.push(text) }
  const bar = createProgressBar(screen, 'Song', () => time)
  const show = (stage: string, completed: number, seconds: number) => {
    time = seconds * 1000
    bar.show({ stage, completed, total: 100, unit: 'seconds' })
  }
  return { bar, show, written }
}

describe('progress bar', () => {
  it('draws over itself on a terminal, with the share done and the time left', () => {
    const { bar, show, written } = record(true)
    show('training', 0, 100)
    show('training', 25, 110)
    expect(written.at(-1)).toBe(`\rSong  ${'█'.repeat(6)}${'░'.repeat(18)}  25 %  training, 0:30 left\x1b[K`)
    bar.clear()
    expect(written.at(-1)).toBe('\r\x1b[K')
  })

  it('shows one share for all stages of a separation, never going back', () => {
    const { show, written } = record(true)
    const shares = [show('separating', 50, 1), show('separating', 100, 2), show('writing', 0, 2), show('checking', 50, 3)].map((_, i) =>
      Number(/(\d+) %/.exec(written[i]!)![1]),
    )
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.at(-1)).toBeGreaterThan(90)
  })

  it('measures work of another kind by itself', () => {
    const { show, written } = record(true)
    show('training', 100, 100)
    show('validating', 0, 100)
    show('validating', 50, 102)
    expect(written.at(-1)).toContain('50 %  validating, 0:02 left')
  })

  it('prints a line for each tenth where nothing can be redrawn', () => {
    const { show, written } = record(false)
    for (let done = 0; done <= 100; done++) show('training', done, done)
    expect(written).toHaveLength(11)
    expect(written[5]).toBe('Song   50 %  training, 0:50 left\n')
  })
})
