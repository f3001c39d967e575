// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { defineComponent, h, nextTick, onMounted, onUnmounted, ref } from 'vue'
import PagePanel from '../../../../src-renderer/ui/PagePanel.vue'
import { createShortcuts } from '#renderer/shortcuts/shortcuts'
import { shortcutsKey, useShortcuts } from '#renderer/shortcuts/useShortcuts'
import { keymapOf } from '#shared/actions/keymap'

const done: string[] = []
const shortcuts = createShortcuts(() => keymapOf({}), false)

/** A page that deletes with Delete, and saves with Ctrl+S from everywhere. */
const page = (name: string) =>
  defineComponent({
    setup() {
      useShortcuts({ 'edit.delete': () => void done.push(`${name} deletes`) })
      useShortcuts({ 'file.save': () => void done.push(`${name} saves`) }, { everywhere: true })
      onMounted(() => void done.push(`${name} made`))
      onUnmounted(() => void done.push(`${name} gone`))
      return () => h('button', name)
    },
  })

const first = page('first')
const second = page('second')

function open() {
  const shown = ref('first')
  const panel = (name: string, content: typeof first) => h(PagePanel, { shown: shown.value === name }, () => h(content))
  const wrapper = mount(defineComponent({ setup: () => () => [panel('first', first), panel('second', second)] }), {
    attachTo: document.body,
    global: { provide: { [shortcutsKey as symbol]: shortcuts } },
  })
  return { shown, wrapper }
}

afterEach(() => done.splice(0))

// Would catch: Delete on the Train page, which removes a clip of the Studio that nobody sees.
it('leaves keys to the page that is shown, but for what is meant everywhere', async () => {
  const { shown, wrapper } = open()
  shortcuts.run('edit.delete')
  shown.value = 'second'
  await nextTick()
  await nextTick()
  done.splice(0)
  shortcuts.run('edit.delete')
  shown.value = 'first'
  await nextTick()
  shortcuts.run('edit.delete')
  shortcuts.run('file.save')
  expect(done).toEqual(['second deletes', 'first deletes', 'second saves'])
  wrapper.unmount()
})

// Would catch: a Studio that stops playing and forgets its place because it is made anew each time.
it('makes a page when it is first shown, and keeps it from then on', async () => {
  const { shown, wrapper } = open()
  expect(done).toEqual(['first made'])
  for (const name of ['second', 'first', 'second']) {
    shown.value = name
    await nextTick()
    await nextTick()
  }
  expect(done).toEqual(['first made', 'second made'])
  wrapper.unmount()
})

// Would catch: a keyboard user thrown to the top of the window with every change of the page.
it('gives the focus back to where it was on the page', async () => {
  const { shown, wrapper } = open()
  const button = wrapper.find('button').element as HTMLElement
  button.focus()
  shown.value = 'second'
  await nextTick()
  // As the browser does with what is hidden.
  button.blur()
  await nextTick()
  shown.value = 'first'
  await nextTick()
  ;(document.activeElement as HTMLElement | null)?.blur()
  await nextTick()
  await nextTick()
  expect(document.activeElement).toBe(button)
  wrapper.unmount()
})
