import { describe, expect, it } from 'vitest'
import { actionIds, actionSpec } from '#shared/actions/actions'
import { isKeys, parseKeys, showKeys, writeKeys } from '#shared/actions/keys'
import { conflictOf, keymapOf, keysOf, remap, resetKeys } from '#shared/actions/keymap'

describe('default shortcuts', () => {
  it('are each written in the one way, and belong to one action', () => {
    const all = actionIds.flatMap((id) => keysOf(id, {}))
    expect(all.filter((keys) => !isKeys(keys))).toEqual([])
    expect(new Set(all).size).toBe(all.length)
  })

  it('take nothing from whoever is typing, unless Ctrl or Cmd is held', () => {
    const typed = actionIds.filter((id) => actionSpec(id).whileTyping).flatMap((id) => keysOf(id, {}))
    expect(typed.filter((keys) => !keys.startsWith('Mod+') || /^Mod\+(Shift\+)?[AZYXCV]$/.test(keys))).toEqual([])
  })
})

describe('the notation of shortcuts', () => {
  it.each(['Space', 'Mod+Shift+Z', 'Plus', 'Mod+Plus', '?', '[', 'Alt+F4', 'Ctrl+A', 'Ö'])('reads %s and writes it again', (keys) => {
    expect(isKeys(keys)).toBe(true)
    expect(writeKeys(parseKeys(keys)!)).toBe(keys)
  })

  it.each(['', '+', 'a', 'Shift+Mod+Z', 'Hyper+A', 'Mod+', 'Mod+Mod+Z', 'Windows', ' '])('refuses "%s"', (keys) => {
    expect(isKeys(keys)).toBe(false)
  })

  it('shows them as each system does', () => {
    expect(['Mod+Shift+Z', 'Shift+Left', 'Mod+Plus'].map((keys) => showKeys(keys, false))).toEqual(['Ctrl+Shift+Z', 'Shift+←', 'Ctrl++'])
    expect(['Mod+Shift+Z', 'Ctrl+A'].map((keys) => showKeys(keys, true))).toEqual(['⇧⌘Z', '⌃A'])
  })
})

describe('remapping', () => {
  it('tells which action has a shortcut already, but not the action itself', () => {
    expect(conflictOf('marker.add', ['Y', 'L'], {})).toEqual({ keys: 'L', with: 'loop.toggle' })
    expect(conflictOf('loop.toggle', ['L'], {})).toBeUndefined()
    expect(conflictOf('marker.add', ['L'], { 'loop.toggle': [] })).toBeUndefined()
  })

  it('takes a shortcut away from the action that had it, and leaves its others', () => {
    const remaps = remap('marker.add', ['Mod+Y', 'B'], {})
    expect(remaps).toEqual({ 'marker.add': ['Mod+Y', 'B'], 'edit.redo': ['Mod+Shift+Z'] })
    expect(keymapOf(remaps).get('Mod+Y')).toBe('marker.add')
    expect(keymapOf(remaps).get('Mod+Shift+Z')).toBe('edit.redo')
  })

  it('goes back to the defaults and then keeps nothing', () => {
    const remaps = remap('marker.add', ['L'], {})
    expect(remaps).toEqual({ 'marker.add': ['L'], 'loop.toggle': [] })
    expect(resetKeys('loop.toggle', remaps)).toEqual({ 'marker.add': [] })
    expect(resetKeys('marker.add', resetKeys('loop.toggle', remaps))).toEqual({})
  })
})
