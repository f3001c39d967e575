import { describe, expect, it } from 'vitest'
import { changeEverywhere, createHistory, historyLimit, record, redo, undo } from '#shared/project/history'

const past = ({ past }: { past: readonly { label: string }[] }) => past.map(({ label }) => label)

describe('history', () => {
  it('undoes a drag as one step, and another drag as another', () => {
    let history = createHistory(0)
    for (const [value, key] of [[1, 'a'], [2, 'a'], [3, 'b'], [4, 'b']] as const) history = record(history, `drag ${key}`, value, key)
    expect(past(history)).toEqual(['drag a', 'drag b'])
    history = undo(history)
    expect(history.present).toBe(2)
    expect(undo(history).present).toBe(0)
  })

  it('does not merge what follows an undo into a step that was undone and redone', () => {
    let history = redo(undo(record(createHistory(0), 'drag', 1, 'a')))
    history = record(history, 'drag', 2, 'a')
    expect(undo(history).present).toBe(1)
    history = record(undo(history), 'drag', 3, 'a')
    expect(undo(history).present).toBe(1)
  })

  it('forgets what was undone once something else is done', () => {
    const history = record(undo(record(createHistory(0), 'one', 1)), 'two', 2)
    expect(redo(history).present).toBe(2)
    expect(past(history)).toEqual(['two'])
  })

  it('records nothing for an edit that changed nothing, so that redo is still possible', () => {
    const undone = undo(record(createHistory(0), 'one', 1))
    expect(record(undone, 'nothing', 0)).toBe(undone)
    expect(redo(undone).present).toBe(1)
  })

  it('is bounded, and forgets the oldest first', () => {
    let history = createHistory(0)
    for (let value = 1; value <= historyLimit + 5; value++) history = record(history, 'add', value)
    expect(history.past).toHaveLength(historyLimit)
    while (history.past.length > 0) history = undo(history)
    expect(history.present).toBe(5)
  })

  it('changes all versions where something cannot be undone', () => {
    const history = undo(record(record(createHistory('a'), 'x', 'b'), 'y', 'c'))
    const changed = changeEverywhere(history, (letter) => `${letter}!`)
    expect([undo(changed).present, changed.present, redo(changed).present]).toEqual(['a!', 'b!', 'c!'])
  })
})
