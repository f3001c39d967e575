// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { type Host, outsideKey } from '#renderer/api/host'
import { useLeaveGuard } from '#renderer/api/useLeaveGuard'

function leave(isDesktop: boolean, isBusy: boolean) {
  const component = defineComponent({
    setup() {
      useLeaveGuard(() => isBusy)
      return () => h('div')
    },
  })
  const host = { isDesktop } as Host
  const mounted = mount(component, { global: { provide: { [outsideKey as symbol]: { host } } } })
  const ask = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
  const asked = ask()
  mounted.unmount()
  return { asked, askedLater: ask() }
}

describe('closing the tab', () => {
  it('is asked about while jobs run, and only then', () => {
    expect(leave(false, true)).toEqual({ asked: true, askedLater: false })
    expect(leave(false, false).asked).toBe(false)
  })

  it('is left to the desktop window, where a prevented unload would keep it open without a word', () => {
    expect(leave(true, true).asked).toBe(false)
  })
})
