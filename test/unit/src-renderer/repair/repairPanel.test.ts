// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import RepairPanel from '../../../../src-renderer/features/studio/repair/RepairPanel.vue'
import { describeSelection, exponentAt, positionOf } from '#renderer/features/studio/repair/repairText'

const selection = { seconds: 1.25, low: 200, high: 3400, regions: 1 }
const doubt = { hop: 4410, curve: [], spread: 0.002, spots: [{ start: 88_200, end: 132_300, doubt: 0.71 }, { start: 441_000, end: 480_000, doubt: 0.6 }] }

function panel(props = {}) {
  const given = { stem: 'vocals' as const, selection, exponent: 1, isPreviewing: false, isDoubting: false, secondsAt: (frame: number) => frame / 44_100, keys: {}, ...props }
  const wrapper = mount(RepairPanel, { props: given })
  const button = (name: RegExp) => wrapper.findAll('button').find((each) => name.test(each.attributes('aria-label') ?? each.text()))!
  const fader = (label: string) => wrapper.find(`input[aria-label="${label}"]`)
  return { wrapper, button, fader }
}

describe('repair panel', () => {
  it('asks for what is not a stem to be split first', () => {
    const { wrapper } = panel({ stem: undefined })
    expect(wrapper.text()).toMatch(/Split a song first/)
    expect(wrapper.findAll('button')).toHaveLength(0)
  })

  // Would catch: repairs of nothing, which the services refuse with an error.
  it('offers to repair only where something is selected and nothing is under way', () => {
    for (const props of [{ selection: undefined }, { running: { title: 'Cleaner', percent: 40 } }]) {
      const { button } = panel(props)
      for (const name of [/Move to Music/, /Play the selection/, /Apply gain/]) expect(button(name).attributes('disabled')).toBeDefined()
    }
    const { button, wrapper } = panel({ stem: 'accompaniment' })
    expect(button(/Move to Vocals/).attributes('disabled')).toBeUndefined()
    expect(wrapper.text()).toContain('1.25 s, 200 Hz to 3.4 kHz')
  })

  it('tells what was pressed, and with which gain', async () => {
    const { wrapper, button, fader } = panel()
    await button(/Move to Music/).trigger('click')
    await button(/Play the selection/).trigger('click')
    await fader('Gain of the selection').setValue('-12')
    await button(/Apply gain/).trigger('click')
    expect([wrapper.emitted('move'), wrapper.emitted('listen'), wrapper.emitted('gain')]).toEqual([[[]], [[]], [[-12]]])
  })

  it('tries exponents while the slider moves, and applies or leaves them', async () => {
    const { wrapper, button, fader } = panel()
    const slider = fader('Fuller to cleaner')
    await slider.setValue('1')
    expect(slider.attributes('aria-valuetext')).toBe('cleaner, 2.00 times')
    await slider.setValue('-1')
    await button(/Apply to all/).trigger('click')
    expect(wrapper.emitted('try')).toEqual([[2], [0.5]])
    expect(wrapper.emitted('reshape')).toEqual([[0.5]])
    await button(/^Cancel/).trigger('click')
    expect(wrapper.emitted('endPreview')).toHaveLength(1)
    expect(slider.attributes('aria-valuetext')).toBe('as separated')
    const applied = panel({ exponent: 2 })
    await applied.button(/As separated/).trigger('click')
    expect(applied.wrapper.emitted('reshape')).toEqual([[1]])
  })

  it('lists doubtful spots by their names, with the one that is played', async () => {
    const { wrapper, button } = panel({ doubt, spot: 1 })
    await button(/^2 seconds, 71 per cent/).trigger('click')
    await button(/next doubtful/).trigger('click')
    expect([wrapper.emitted('goTo'), wrapper.emitted('nextSpot')]).toEqual([[[0]], [[]]])
    expect(button(/^10 seconds/).attributes('aria-current')).toBe('true')
    await panel().button(/Look for doubtful/).trigger('click')
    expect(panel({ doubt: { ...doubt, spots: [] } }).wrapper.text()).toMatch(/None stands out/)
  })
})

describe('texts of the panel', () => {
  it('the slider and the exponent are each other’s inverse, within what the services take', () => {
    for (const exponent of [0.25, 0.5, 1, 2, 4]) expect(exponentAt(positionOf(exponent))).toBe(exponent)
    expect([exponentAt(-9), exponentAt(9)]).toEqual([0.25, 4])
  })

  it('say how many places are selected', () => {
    expect(describeSelection({ ...selection, regions: 3, seconds: 12 })).toBe('3 places, 12.0 s, 200 Hz to 3.4 kHz')
  })
})
