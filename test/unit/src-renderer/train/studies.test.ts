// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import DiscussionPanel from '../../../../src-renderer/features/train/discussion/DiscussionPanel.vue'
import StudiesPanel from '../../../../src-renderer/features/train/studies/StudiesPanel.vue'
import StudyTable from '../../../../src-renderer/features/train/studies/StudyTable.vue'
import { cellText, columnsOf, sortedRows, studyCsv } from '#renderer/features/train/studies/studyColumns'
import { useDatasetStore } from '#renderer/stores/datasetStore'
import type { Study, StudyOutline, StudyRow } from '#shared/contract/studies'
import { readProjectFile } from '#test/projectFiles'
import { dataset, fakeOutside } from '#test/training'

const outline: StudyOutline = {
  id: 'vaeOrUNet', title: 'VAE against U-Net', question: 'Which is better?', kind: 'separator', contents: ['songs'], steps: 1000,
  variants: [{ id: 'tiny', name: '60 thousand', runs: 2 }, { id: 's', name: '1.4 million', runs: 2 }],
}
const row = (id: string, network: string, over: Partial<StudyRow> = {}): StudyRow => ({ id, factors: { Network: network }, seed: 1, status: 'measured', progress: 1, values: {}, ...over })
const study: Study = {
  id: 's1', outlineId: 'vaeOrUNet', title: 'VAE against U-Net', question: 'Which is better?', variant: 'tiny', datasetId: 'd1', datasetName: 'Choir songs',
  startedAt: '2026-01-31T10:00:00.000Z', steps: 1000, status: 'running', factors: ['Network'], measuredOn: 'Evening',
  measures: [{ id: 'vocals', name: 'Vocals SDR', unit: 'dB', higherIsBetter: true }],
  rows: [row('1', '=DuoVAE', { values: { vocals: 4.25 } }), row('2', 'U-Net', { values: { vocals: 10.5 } }), row('3', 'Third', { status: 'running', progress: 0.4 })],
}

async function panel(studies: Study[]) {
  const outside = fakeOutside({
    'studies.outlines': () => [outline],
    'studies.list': () => studies,
    'studies.start': () => ({ ...study, id: 's2', rows: [row('1', 'DuoVAE', { status: 'queued', progress: 0 })] }),
    'studies.pause': () => ({ ...study, status: 'paused' }),
    'datasets.list': () => [dataset(), dataset({ id: 'd2', name: 'Barks', content: 'clips' })],
  })
  await useDatasetStore().follow()
  const wrapper = mount(StudiesPanel, { global: outside.global, attachTo: document.body })
  await flushPromises()
  return { wrapper, outside }
}

describe('table of a study', () => {
  it('is ordered by value, and what has none comes last both ways', () => {
    const columns = columnsOf(study)
    const ids = (descending: boolean) => sortedRows(study.rows, columns, { column: 'vocals', descending }).map(({ id }) => id)
    expect(ids(true)).toEqual(['2', '1', '3'])
    expect(ids(false)).toEqual(['1', '2', '3'])
  })

  it('is saved with all digits, and no name that a spreadsheet would compute', () => {
    expect(studyCsv(study).split('\r\n').slice(0, 4)).toEqual(['Network,"Vocals SDR, dB",Run', "'=DuoVAE,4.25,Measured", 'U-Net,10.5,Measured', 'Third,,Learning 40 %'])
  })
})

describe('figures that were measured several times', () => {
  const mse = { id: 'mse', name: 'MSE', unit: '', higherIsBetter: false, decimals: 5 }
  const repeated: Study = {
    ...study,
    measures: [mse, { id: 'seconds', name: 'Training', unit: 's', higherIsBetter: false }],
    rows: [row('1', 'dense', { values: { mse: 0.0123456, seconds: 31.26 }, deviations: { mse: 0.0000321 } }), row('2', 'skips', { values: { seconds: 212 } })],
  }
  const texts = repeated.rows.map((each) => columnsOf(repeated).map((column) => cellText(column, each)))

  // A mean square error of hundredths would read "0.01" throughout with the digits of decibels.
  it('are shown with their standard deviation, and with the digits that they need', () => {
    expect(texts).toEqual([['dense', '0.01235 ± 0.00003', '31.26', 'Measured'], ['skips', '–', '212', 'Measured']])
  })

  it('are saved with it in a column of its own', () => {
    expect(studyCsv(repeated).split('\r\n').slice(0, 3)).toEqual([
      'Network,MSE,"MSE, standard deviation","Training, s",Run', 'dense,0.0123456,0.0000321,31.26,Measured', 'skips,,,212,Measured',
    ])
  })
})

describe('what is best', () => {
  // A row without a figure is not as good as the best of a column that has none.
  it('is marked where there is something to compare, and nowhere else', () => {
    const measures = [...study.measures, { id: 'seconds', name: 'Training', unit: 's', higherIsBetter: false }]
    const wrapper = mount(StudyTable, { props: { study: { ...study, measures } } })
    expect(wrapper.findAll('td.best').map((cell) => cell.text())).toEqual(['10.50, best'])
  })
})

describe('panel of studies', () => {
  it('starts one with the data that fit and as many steps as the user says', async () => {
    const { wrapper, outside } = await panel([])
    expect(wrapper.findAll('select')[0]!.text()).toBe('Choir songs')
    await wrapper.find('input[type=number]').setValue(50)
    await wrapper.find('.start button').trigger('click')
    await flushPromises()
    expect(outside.asked.find(({ name }) => name === 'studies.start')!.payload).toEqual({ outlineId: 'vaeOrUNet', variant: 'tiny', datasetId: 'd1', steps: 50, seeds: 1 })
    expect(wrapper.findAll('article')).toHaveLength(1)
    wrapper.unmount()
  })

  it('shows figures, points out the best, sorts them, and follows what happens', async () => {
    const { wrapper, outside } = await panel([study])
    const cells = () => wrapper.findAll('tbody tr').map((line) => line.findAll('td')[0]!.text())
    expect(wrapper.find('td.best').text()).toContain('10.50')
    expect(wrapper.find('.verdict').text()).toMatch(/U-Net is best/)
    const header = wrapper.findAll('th').find((each) => each.text().startsWith('Vocals'))!
    await header.find('button').trigger('click')
    expect(header.attributes('aria-sort')).toBe('descending')
    expect(cells()).toEqual(['U-Net', '=DuoVAE', 'Third'])
    outside.emit('studies.changed', { ...study, rows: [row('1', 'DuoVAE', { values: { vocals: 20 } })] })
    await flushPromises()
    expect(cells()).toEqual(['DuoVAE'])
    outside.emit('studies.removed', { studyId: 's1' })
    await flushPromises()
    expect(wrapper.text()).toContain('No study has been started yet')
    wrapper.unmount()
  })
})

describe('discussion', () => {
  it('shows what docs/discussion.md says: every heading, and every figure of its tables', () => {
    const text = readProjectFile('docs/discussion.md')
    const shown = mount(DiscussionPanel)
    const headings = text.split('\n').flatMap((line) => /^#+ (.*)$/.exec(line)?.[1] ?? [])
    expect(shown.findAll('h2, h3, h4').map((heading) => heading.text())).toEqual(headings)
    const figures = text.split('\n').filter((line) => line.startsWith('|')).flatMap((line) => line.match(/-?\d+\.\d+/g) ?? [])
    const cells = shown.findAll('td').map((cell) => cell.text()).join(' ')
    expect(figures.filter((figure) => !cells.includes(figure))).toEqual([])
    expect(shown.text(), 'Markdown that was not understood').not.toMatch(/\*\*|\]\(|^\|/m)
  })
})
