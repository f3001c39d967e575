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
    show('separating', 0, 0)
    show('separating', 25, 10)
    expect(written.at(-1)).toBe(`\rSong  ${'█'.repeat(6)}${'░'.repeat(18)}  25 %  separating, 0:30 left\x1b[K`)
    bar.clear()
    expect(written.at(-1)).toBe('\r\x1b[K')
  })

  it('measures the time left of each stage by itself', () => {
    const { show, written } = record(true)
    show('separating', 100, 100)
    show('writing', 0, 100)
    show('writing', 50, 102)
    expect(written.at(-1)).toContain('50 %  writing, 0:02 left')
  })

  it('prints a line for each tenth where nothing can be redrawn', () => {
    const { show, written } = record(false)
    for (let done = 0; done <= 100; done++) show('separating', done, done)
    expect(written).toHaveLength(11)
    expect(written[5]).toBe('Song   50 %  separating, 0:50 left\n')
  })
})
