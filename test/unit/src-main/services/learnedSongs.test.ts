import { describe, expect, it } from 'vitest'
import { learnedFrom } from '#main/services/learnedSongs'

const card = (name: string, data?: string) => ({ name, data })
const shipped = card('DuoVAE', '5 songs (caesium, hydrogen, Lithium (live)), 747 loose voices, 76 instrumentals, remixed at random')

describe('what a model learned from', () => {
  // A network plays back what it has learned by heart: that says nothing of other songs.
  it('is told by the names on its card, whatever is in them', () => {
    expect(learnedFrom('caesium, 1:12', shipped, [])).toBe('yes')
    expect(learnedFrom('Lithium (live), 0:40', shipped, [])).toBe('yes')
    expect(learnedFrom('caesium, before its end, 0:02', shipped, [])).toBe('yes')
  })

  it('is not told by what is only like a name', () => {
    expect(learnedFrom('hydro, 0:01', shipped, [])).toBe('no')
    expect(learnedFrom('songs, 0:01', shipped, [])).toBe('no')
    expect(learnedFrom('francium, 1:00:12', shipped, [])).toBe('no')
  })

  it('is also what the model learned from that it began with, where that is known', () => {
    const lesson = card('Mine', '1 songs (Evening), remixed at random; trained on from "DuoVAE"')
    expect(learnedFrom('caesium, 1:12', lesson, [lesson, shipped])).toBe('yes')
    expect(learnedFrom('francium, 1:12', lesson, [lesson, shipped])).toBe('no')
    expect(learnedFrom('francium, 1:12', lesson, [])).toBe('unknown')
    const circle = card('A', '1 songs (x), remixed at random; trained on from "A"')
    expect(learnedFrom('francium, 1:12', circle, [circle])).toBe('unknown')
  })

  it('is not known of cards that say nothing, and of recordings that cards only count', () => {
    expect(learnedFrom('francium, 1:12', card('Theirs'), [])).toBe('unknown')
    expect(learnedFrom('Anna with Piano, 0:03', shipped, [])).toBe('unknown')
  })
})
