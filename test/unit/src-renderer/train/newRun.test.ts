// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import KeepDialog from '../../../../src-renderer/features/train/control/KeepDialog.vue'
import NewRun from '../../../../src-renderer/features/train/newRun/NewRun.vue'
import RunControls from '../../../../src-renderer/features/train/control/RunControls.vue'
import { announcement } from '#renderer/features/train/control/runText'
import { predictionOf } from '#renderer/features/train/newRun/planText'
import { collectState, runState } from '#renderer/features/train/trainStepStates'
import { useDatasetStore } from '#renderer/stores/datasetStore'
import { useJobStore } from '#renderer/stores/jobStore'
import type { Run, RunStatus } from '#shared/contract/training'
import { benchmarkResult, dataset, fakeOutside, preset, run } from '#test/training'

const tiny = preset({ id: 'tiny', name: 'Tiny', memory: 2e8, parameters: 60_000 })
const digits = preset({ id: 'digits', name: 'Digits', kind: 'images', contents: ['images'] })

async function open(over = {}) {
  const outside = fakeOutside({
    'datasets.list': () => [dataset(over)],
    'jobs.list': () => [],
    'training.presets': () => [preset(), tiny, digits],
    'training.start': () => run({ status: 'queued' }),
    'training.benchmark': () => ({ jobId: 'b1' }),
    'training.history': () => [],
  })
  await useJobStore().follow()
  await useDatasetStore().follow()
  const wrapper = mount(NewRun, { props: { canCancel: false }, global: outside.global })
  await flushPromises()
  const field = (label: string) => {
    const found = wrapper.findAll('label').find((each) => each.text() === label)
    if (!found) throw new Error(`No field is called ${label}.`)
    return wrapper.find(`[id="${found.attributes('for')}"]`)
  }
  const button = (text: string) => wrapper.findAll('button').find((each) => each.text() === text)!
  const sent = (name: string) => outside.asked.findLast((each) => each.name === name)?.payload
  return { outside, wrapper, field, button, sent }
}

describe('a new run', () => {
  it('asks for what was chosen, and for nothing that is as the preset has it', async () => {
    const { wrapper, field, sent } = await open()
    await wrapper.find('input[value=tiny]').setValue(true)
    await field('Time').setValue('60')
    await field('Results every').setValue('3')
    await field('Batch size').setValue('4')
    await field('Seed').setValue('9')
    await field('Seed').setValue('1')
    await wrapper.find('form').trigger('submit')
    await flushPromises()
    expect(sent('training.start')).toEqual({ presetId: 'tiny', datasetId: 'd1', overrides: { batchSize: 4 }, resultsEvery: 3, minutes: 60 })
    expect(wrapper.emitted('started')).toHaveLength(1)
  })

  // Would catch: shorter epochs that make the run a fiftieth as long, which nobody asked for.
  it('means epochs where it says epochs, whatever their steps', async () => {
    const { field, wrapper, sent } = await open()
    expect(field('Epochs').element).toHaveProperty('value', '40')
    await field('Steps per epoch').setValue('5')
    expect(field('Epochs').element).toHaveProperty('value', '40')
    await field('Epochs').setValue('2')
    await wrapper.find('form').trigger('submit')
    expect(sent('training.start')).toMatchObject({ overrides: { stepsPerEpoch: 5, totalSteps: 10 } })
  })

  it('gives values that belong together whole, as the services want them', async () => {
    const { field, wrapper, sent } = await open()
    await field('Balance: mean').setValue('-1')
    await wrapper.find('form').trigger('submit')
    expect(sent('training.start')).toMatchObject({ overrides: { patches: { balance: { mean: -1, deviation: 4, wander: 2 } } } })
  })

  it('offers no network that cannot learn from the data, and says what that would need', async () => {
    const { wrapper } = await open()
    expect(wrapper.find('input[value=digits]').attributes('disabled')).toBeDefined()
    expect(wrapper.text()).toContain('Needs pictures')
  })

  it('does not start with a hyper-parameter that cannot be', async () => {
    const { field, button, wrapper } = await open()
    await field('Learning rate').setValue('0')
    expect(button('Start training').attributes('disabled')).toBeDefined()
    expect(wrapper.text()).toContain('Must be more than 0.')
    await field('Learning rate').setValue('0.001')
    expect(button('Start training').attributes('disabled')).toBeUndefined()
  })

  // Would catch: hours that were measured with one batch size, promised for another.
  it('shows what was measured only of the plan that it was measured with', async () => {
    const { outside, wrapper, field, button } = await open()
    await button('Measure first').trigger('click')
    await flushPromises()
    outside.emit('job.changed', { id: 'b1', kind: 'benchmark', title: 'b', state: { status: 'succeeded', result: benchmarkResult() } })
    await flushPromises()
    expect(wrapper.text()).toContain('All 40 epochs take about 2 h.')
    await field('Batch size').setValue('16')
    expect(wrapper.text()).not.toContain('2 h')
    await field('Batch size').setValue('8')
    expect(wrapper.text()).toContain('2 h')
  })

  it('tells how far a limited time leads', () => {
    expect(predictionOf(benchmarkResult(), 'separator', 40, 60)).toEqual(['All 40 epochs would take about 2 h; in 1 h it gets to about epoch 20.'])
    expect(predictionOf(benchmarkResult({ waiting: 0.5 }), 'separator', 40, 600)[1]).toMatch(/50 % .* waiting .* Reuse/)
    expect(predictionOf(benchmarkResult({ waiting: 0.5 }), 'images', 40, 600)[1]).not.toContain('Reuse')
  })
})

describe('the controls of a run', () => {
  const buttons = (over: Partial<Run>) => {
    const { global } = fakeOutside({})
    return mount(RunControls, { props: { run: run(over) }, global }).findAll('button').map((each) => each.text()).filter((text) => text !== 'Copy details')
  }
  const error = { code: 'TRAINING_DIVERGED', message: 'The loss is no number.' } as const

  it.each<[RunStatus, Partial<Run>, string[]]>([
    ['queued', { best: undefined, progress: { step: 0, totalSteps: 10, epoch: 0, seconds: 0 } }, ['Pause', 'Stop and keep best…']],
    ['running', {}, ['Pause', 'Stop and keep best…', 'Snapshot…']],
    ['yielding', {}, ['Pause', 'Stop and keep best…', 'Snapshot…']],
    ['paused', {}, ['Resume', 'Stop and keep best…', 'Snapshot…']],
    ['stopped', {}, ['Go on training', 'Use it in the Studio']],
    ['finished', {}, ['Use it in the Studio']],
    ['finished', { best: undefined }, []],
    ['failed', { error }, ['Go on from the last checkpoint', 'Go on from the best, epoch 9', 'Keep the best…']],
    ['failed', { error, best: undefined }, ['Go on from the last checkpoint']],
  ])('offer of a run that is %s what can be done with it', (status, over, expected) => {
    expect(buttons({ status, ...over })).toEqual(expected)
  })

  it('keep a snapshot of the best where that is wanted', async () => {
    HTMLDialogElement.prototype.showModal ??= () => {}
    const { global } = fakeOutside({})
    const wrapper = mount(KeepDialog, { props: { run: run(), kind: 'snapshot' }, global })
    await wrapper.find('input[value=best]').setValue(true)
    await wrapper.find('input[type=text]').setValue(' Choir, early ')
    await wrapper.find('form').trigger('submit')
    expect(wrapper.emitted('keep')).toEqual([['Choir, early', 'best']])
  })
})

describe('what is said of a run', () => {
  it('is each change of state, and each quarter once', () => {
    const at = (step: number, status: RunStatus = 'running') => run({ status, progress: { ...run().progress, step } })
    expect(announcement(at(2400), at(2500))).toBe('DuoVAE S on Choir songs: 25 per cent.')
    expect(announcement(at(2500), at(2600))).toBeUndefined()
    expect(announcement(at(2500), at(2500, 'paused'))).toBe('DuoVAE S on Choir songs: Paused')
    expect(announcement(undefined, at(2500))).toBeUndefined()
  })

  it('on the steps is about the run that learns, not about the newest', () => {
    const waiting = run({ id: 'r2', status: 'queued', startedAt: '2026-02-01T10:00:00.000Z' })
    expect(runState([waiting, run()])).toEqual({ state: 'Epoch 10 of 40, about 60 min left', tone: 'busy' })
    expect(runState([run({ status: 'failed' })]).tone).toBe('warning')
    expect(collectState([dataset({ available: false })]).tone).toBe('warning')
  })
})
