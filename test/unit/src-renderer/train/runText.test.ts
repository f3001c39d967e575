// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import RunControls from '../../../../src-renderer/features/train/control/RunControls.vue'
import { preparingText } from '#renderer/features/train/control/runText'
import { fakeOutside, run } from '#test/training'

describe('a run that reads its data', () => {
  // Would catch: a bar that stands at nought for a quarter of an hour, as if nothing happened.
  it('says how many recordings are ready and how long it takes', () => {
    const preparing = { completed: 12, total: 1340, secondsLeft: 150 }
    expect(preparingText({ preparing })).toBe('12 of 1,340 recordings, about 3 min left')
    expect(preparingText({ preparing: { completed: 3, total: 3, secondsLeft: 0 } })).toBe('3 of 3 recordings')
    expect(preparingText({})).toBeUndefined()
    const { global } = fakeOutside({})
    const wrapper = mount(RunControls, { props: { run: run({ status: 'preparing', preparing: { completed: 3, total: 12 } }) }, global })
    expect(wrapper.find('[role=progressbar]').attributes('aria-valuenow')).toBe('25')
    expect(wrapper.text()).toContain('3 of 12 recordings')
    wrapper.unmount()
  })
})
