// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { pressedKeys } from '#renderer/shortcuts/pressedKeys'
import { createShortcuts, runFromMenu, type ActionHandlers, type Shortcuts } from '#renderer/shortcuts/shortcuts'
import { shortcutSheet } from '#renderer/shortcuts/sheet'
import { shortcutsKey, useShortcuts } from '#renderer/shortcuts/useShortcuts'
import type { ActionId } from '#shared/actions/actions'
import { keymapOf, type Remaps } from '#shared/actions/keymap'

const remaps = ref<Remaps>({})
let shortcuts: Shortcuts
let done: ActionId[]

beforeEach(() => {
  remaps.value = {}
  done = []
  shortcuts = createShortcuts(() => keymapOf(remaps.value), false)
  window.addEventListener('keydown', shortcuts.press)
})
afterEach(() => {
  window.removeEventListener('keydown', shortcuts.press)
  document.body.innerHTML = ''
})

const noting = (...ids: ActionId[]): ActionHandlers => Object.fromEntries(ids.map((id) => [id, () => void done.push(id)]))

/** Presses a key while the first element of `html` has the focus; gives whether the browser may still act on it. */
function press(key: string, html = '<div tabindex="0"></div>', more: KeyboardEventInit = {}): boolean {
  document.body.innerHTML = html
  const target = document.querySelector<HTMLElement>('[data-target]') ?? (document.body.firstElementChild as HTMLElement)
  return target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
}

const keyPress = (key: string, code: string, held: ('ctrl' | 'meta' | 'alt' | 'shift' | 'AltGraph')[] = []) => ({
  key,
  code,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  altKey: held.includes('alt'),
  shiftKey: held.includes('shift'),
  getModifierState: () => held.includes('AltGraph'),
})

describe('keys as they are pressed', () => {
  it.each([
    ['a letter with Shift', keyPress('L', 'KeyL', ['shift']), 'Shift+L'],
    ['a letter under Caps Lock', keyPress('L', 'KeyL'), 'L'],
    ['a sign that needs Shift', keyPress('?', 'Slash', ['shift']), '?'],
    ['a sign that needs AltGr, which Windows reports as Ctrl and Alt', keyPress('[', 'Digit8', ['ctrl', 'alt', 'AltGraph']), '['],
    ['Ctrl and plus, typed with Shift', keyPress('+', 'Equal', ['ctrl', 'shift']), 'Mod+Plus'],
    ['a Cyrillic letter', keyPress('ы', 'KeyS', ['ctrl']), 'Mod+S'],
    ['an arrow', keyPress('ArrowLeft', 'ArrowLeft', ['shift']), 'Shift+Left'],
    ['the space bar', keyPress(' ', 'Space'), 'Space'],
    ['a modifier alone', keyPress('Shift', 'ShiftLeft', ['shift']), undefined],
    ['the Windows key', keyPress('l', 'KeyL', ['meta']), undefined],
  ])('%s', (_what, event, keys) => {
    expect(pressedKeys(event, false)).toBe(keys)
  })

  it('on a Mac: Cmd is Mod, and Option keeps the letter it stands on', () => {
    expect(pressedKeys(keyPress('z', 'KeyZ', ['meta', 'shift']), true)).toBe('Mod+Shift+Z')
    expect(pressedKeys(keyPress('∂', 'KeyD', ['alt']), true)).toBe('Alt+D')
    expect(pressedKeys(keyPress('a', 'KeyA', ['ctrl']), true)).toBe('Ctrl+A')
  })
})

describe('shortcuts', () => {
  it('do what is registered last, and the earlier one again once that is gone', () => {
    shortcuts.register({ 'playback.toggle': () => void done.push('playback.toggle') })
    const stop = shortcuts.register({ 'playback.toggle': () => void done.push('playback.toStart') })
    press(' ')
    stop()
    press(' ')
    expect(done).toEqual(['playback.toStart', 'playback.toggle'])
  })

  it('follow the keys that the user chose', () => {
    shortcuts.register(noting('marker.add', 'loop.toggle'))
    remaps.value = { 'marker.add': ['L'], 'loop.toggle': [] }
    press('l')
    press('b')
    expect(done).toEqual(['marker.add'])
  })

  it('keep the browser from acting on them also when nothing can be done now, and do nothing then', () => {
    const enabled = ref(false)
    shortcuts.register({ 'file.save': { run: () => void done.push('file.save'), isEnabled: () => enabled.value } })
    expect(press('s', undefined, { ctrlKey: true })).toBe(false)
    expect(done).toEqual([])
    enabled.value = true
    press('s', undefined, { ctrlKey: true })
    expect(done).toEqual(['file.save'])
  })

  it('leave keys alone that nobody handles', () => {
    expect(press('s', undefined, { ctrlKey: true })).toBe(true)
  })

  it('repeat only what is meant to be repeated', () => {
    shortcuts.register(noting('lane.mute', 'playback.forward'))
    press('m', undefined, { repeat: true })
    press('ArrowRight', undefined, { repeat: true })
    expect(done).toEqual(['playback.forward'])
  })

  it.each([
    ['a text field', '<input type="text">'],
    ['a search field', '<input type="search">'],
    ['a number field', '<input type="number">'],
    ['a long text', '<textarea></textarea>'],
    ['a text that is edited in place', '<div contenteditable="true"><b data-target>name</b></div>'],
  ])('leave letters and undo to %s, but not Ctrl+S', (_what, html) => {
    shortcuts.register(noting('lane.solo', 'edit.undo', 'file.save'))
    expect(press('s', html)).toBe(true)
    expect(press('z', html, { ctrlKey: true })).toBe(true)
    press('s', html, { ctrlKey: true })
    expect(done).toEqual(['file.save'])
  })

  it.each([
    ['Space', ' ', '<button>Play</button>'],
    ['Enter', 'Enter', '<button>Play</button>'],
    ['an arrow', 'ArrowRight', '<input type="range">'],
    ['an arrow', 'ArrowUp', '<div role="slider" tabindex="0"></div>'],
    ['an arrow', 'ArrowRight', '<div role="tab" tabindex="0"></div>'],
  ])('leave %s to a control that uses it', (_key, key, html) => {
    shortcuts.register(noting('playback.toggle', 'playback.forward', 'lane.previous'))
    expect(press(key, html)).toBe(true)
    expect(done).toEqual([])
  })

  it('work while a button has the focus, with keys that it does not use', () => {
    shortcuts.register(noting('lane.solo', 'playback.forward'))
    press('s', '<button>Play</button>')
    press('ArrowRight', '<button>Play</button>')
    expect(done).toEqual(['lane.solo', 'playback.forward'])
  })

  it('do nothing behind an open dialog when the focus got lost to the page, and leave Escape to the dialog', () => {
    shortcuts.register(noting('edit.delete', 'edit.deselect', 'file.save'))
    document.body.innerHTML = '<dialog open>The result</dialog>'
    const onBody = (key: string, more: KeyboardEventInit = {}) =>
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
    expect([onBody('Escape'), onBody('Delete'), onBody('s', { ctrlKey: true })]).toEqual([true, true, true])
    expect(done).toEqual([])
  })

  it('do nothing behind an open dialog', () => {
    shortcuts.register(noting('lane.solo', 'file.save'))
    press('s', '<div role="dialog"><div data-target tabindex="0"></div></div>')
    press('s', '<dialog open><button data-target>OK</button></dialog>', { ctrlKey: true })
    expect(done).toEqual([])
  })

  it('do nothing for keys that something nearer has used', () => {
    shortcuts.register(noting('edit.deselect'))
    document.body.innerHTML = '<div tabindex="0"></div>'
    document.body.firstElementChild!.addEventListener('keydown', (event) => event.preventDefault())
    document.body.firstElementChild!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }))
    expect(done).toEqual([])
  })
})

describe('in components', () => {
  it('work while the component is there', () => {
    const component = defineComponent({
      setup() {
        useShortcuts(noting('view.fit'))
        return () => h('div')
      },
    })
    const mounted = mount(component, { global: { provide: { [shortcutsKey as symbol]: shortcuts } } })
    expect([...shortcuts.handled.value]).toEqual(['view.fit'])
    press('f')
    mounted.unmount()
    expect(shortcuts.handled.value.size).toBe(0)
    press('f')
    expect(done).toEqual(['view.fit'])
  })
})

describe('the menu of the desktop', () => {
  it('undoes typing while a text is edited, and the document otherwise', () => {
    shortcuts.register(noting('edit.undo'))
    const commands: string[] = []
    document.execCommand = (command) => commands.push(command) > 0
    document.body.innerHTML = '<input type="text">'
    document.querySelector('input')!.focus()
    runFromMenu(shortcuts, 'edit.undo', document)
    expect([commands, done]).toEqual([['undo'], []])
    document.querySelector('input')!.blur()
    runFromMenu(shortcuts, 'edit.undo', document)
    expect([commands, done]).toEqual([['undo'], ['edit.undo']])
  })
})

describe('the menu of the desktop, with a dialog in front', () => {
  // New project would throw away what is behind a dialog that asks whether to save it.
  it('does nothing behind it, but for the text that is typed in it', () => {
    shortcuts.register(noting('file.newProject', 'edit.undo'))
    const commands: string[] = []
    document.execCommand = (command) => commands.push(command) > 0
    document.body.innerHTML = '<dialog open><input type="text"></dialog>'
    runFromMenu(shortcuts, 'file.newProject', document)
    runFromMenu(shortcuts, 'edit.undo', document)
    expect(done).toEqual([])
    document.querySelector('input')!.focus()
    runFromMenu(shortcuts, 'edit.undo', document)
    expect(commands).toEqual(['undo'])
    document.body.innerHTML = ''
    runFromMenu(shortcuts, 'file.newProject', document)
    expect(done).toEqual(['file.newProject'])
  })
})

describe('the sheet', () => {
  it('lists what is handled, by group, with the keys as they are now', () => {
    const sheet = shortcutSheet({ 'edit.redo': ['Mod+R'] }, false, new Set(['edit.redo', 'playback.back']))
    expect(sheet).toEqual([
      { name: 'Edit', rows: [{ id: 'edit.redo', name: 'Redo', keys: ['Mod+R'], shown: ['Ctrl+R'], isChanged: true }] },
      { name: 'Playback', rows: [{ id: 'playback.back', name: 'Back 1 second', keys: ['Left'], shown: ['←'], isChanged: false }] },
    ])
  })
})
