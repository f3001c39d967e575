import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tasks } from '#main/compute/tasks/tasks'
import type { ConvUnmixerConfig } from '#main/models/unmixerConfig'
import { axeViolations } from '#test/axe'
import { buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser, watchForProblems } from '#test/chromium'
import { fakeComputeProcess } from '#test/fakeComputeProcess'
import { constant } from '#test/networks'
import { writeNoise } from '#test/sound'
import { largestDifference, readAll } from '#test/soundFiles'
import { smallUnmixers } from '#test/unmixers'
import { writeUntrainedModel, writeUntrainedUnmixer } from '#test/untrainedModel'
import { startWebApp, type WebApp } from '#test/webApp'

const line = (epoch: number, score: number, best: boolean) =>
  ({ epoch, step: 10 * epoch, seconds: epoch, learningRate: 0.1, beta: 0, train: { loss: 2 / epoch }, validation: {}, score, best, waiting: 0 })

describe.skipIf(!chromiumPath)(`the page of the models${browserNote}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-models-page-'))
  const run = join(scratch, 'run')
  let page: string
  let browser: Browser
  let app: WebApp
  let tab: Page
  let problems: string[]

  beforeAll(async () => {
    page = await buildPage(join(scratch, 'page'))
    browser = await openBrowser()
    await writeUntrainedModel(join(run, 'model'))
    const lines = [line(1, 1, true), line(2, 3, true), line(3, 2.5, false)]
    await writeFile(join(run, 'history.jsonl'), lines.map((each) => `${JSON.stringify(each)}\n`).join(''))
    await writeFile(join(scratch, 'half mask.onnx'), constant([1, 2, 1025, 32], Float32Array.of(0.5), [1]))
    await writeNoise(join(scratch, 'song.wav'), 2, 1)
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  beforeEach(async () => {
    app = await startWebApp({ page, launchCompute: () => fakeComputeProcess(tasks) })
    tab = await browser.context.newPage()
    problems = watchForProblems(tab)
    await tab.goto(app.url)
    await tab.getByRole('tab', { name: 'Models' }).click()
  })
  afterEach(async () => {
    await tab.close()
    await app.close()
  })

  const button = (label: string | RegExp) => tab.getByRole('button', { name: label, exact: true })
  const dialog = () => tab.getByRole('dialog')
  const card = (name: string) => tab.getByRole('article', { name: `Model card of ${name}` })
  const choose = (...paths: string[]) => tab.setInputFiles('input[aria-label="Models to import"]', paths)
  const keep = (name: string) => app.services.models.keep({ directory: join(run, 'model'), name })

  it('shows what a model is, how well it was measured to work and on what, and leaves those of the app alone', async () => {
    const shown = card('DuoVAE')
    await shown.getByText('5.6 dB').waitFor()
    expect(await shown.getByText('Measured on seven songs it never saw').count()).toBe(1)
    expect(await shown.getByText(/^CC BY-NC-SA 4.0. .* For non-commercial use only/).count()).toBe(1)
    expect(await shown.getByText('0'.repeat(64)).count()).toBe(1)
    expect(await button('Delete…').count() + (await button('Rename').count())).toBe(0)
    expect(await axeViolations(tab)).toEqual([])
    expect(problems).toEqual([])
  })

  it('renames, measures, exports, deletes and imports again a model that was trained here', async () => {
    await keep('My model')
    await button(/^My model/).click()
    await card('My model').getByRole('img', { name: /Vocals SDR, dB. Validation: from 1 to 2.5 over 3 epochs; epoch 2 was kept/ }).waitFor()
    expect(await axeViolations(tab)).toEqual([])

    await button('Rename').click()
    await tab.getByLabel('Name of the model').fill('Our model')
    await tab.keyboard.press('Enter')
    await card('Our model').waitFor()
    await button('Measure speed').click()
    await card('Our model').getByText(/× real time here, on/).waitFor({ timeout: 60_000 })

    await button('Export…').click()
    const [file] = await Promise.all([tab.waitForEvent('download'), tab.getByRole('link', { name: 'Our model.stemwright-model' }).click()])
    const path = join(scratch, file.suggestedFilename())
    await file.saveAs(path)
    await button('Delete…').click()
    await dialog().getByRole('button', { name: 'Delete' }).click()
    await card('DuoVAE').waitFor()
    expect((await app.services.models.list()).map((model) => model.card.name)).not.toContain('Our model')

    await choose(path)
    await card('Our model').getByText(/^Imported · Separates songs/).waitFor({ timeout: 30_000 })
    await writeFile(path, 'damaged')
    await choose(path)
    await tab.getByRole('alert').getByText(/is no model of Stemwright/).waitFor()
    expect(problems).toEqual([])
  })

  // Would catch a network for pictures that is offered for songs, and figures or buttons that only those of songs have.
  it('shows a network that takes pictures apart as what it is, tries it in the Playground, and takes it elsewhere and back', async () => {
    await writeUntrainedUnmixer(join(scratch, 'pictures', 'model'), { ...(smallUnmixers.skip as ConvUnmixerConfig), views: 5 }, 'Pictures apart', [
      { name: 'MSE', value: 0.000712, unit: '', measuredOn: 'nothing but this test' },
      { name: 'SSIM', value: 0.971, unit: '', measuredOn: 'nothing but this test' },
    ])
    await app.services.models.keep({ directory: join(scratch, 'pictures', 'model'), name: 'Pictures apart' })
    await button(/^Pictures apart/).click()
    const shown = card('Pictures apart')
    await shown.getByText(/Takes pictures apart/).first().waitFor()
    for (const text of ['0.000712', '0.971', /^5 views of each/]) expect(await shown.getByText(text).count(), String(text)).toBe(1)
    expect(await shown.getByText(/× real time|dB/).count()).toBe(0)
    for (const label of ['Use for splitting', 'Used for splitting', 'Measure speed', 'Export as ONNX…']) expect(await button(label).count(), label).toBe(0)
    expect(await axeViolations(tab)).toEqual([])

    await button('Try in the Playground').click()
    await tab.getByRole('tab', { name: 'Playground', selected: true }).waitFor()
    await tab.locator('#page-playground').getByText('Pictures apart').first().waitFor()
    await tab.getByRole('tab', { name: 'Models' }).click()
    await button('Export…').click()
    const [file] = await Promise.all([tab.waitForEvent('download'), tab.getByRole('link', { name: 'Pictures apart.stemwright-model' }).click()])
    const path = join(scratch, file.suggestedFilename())
    await file.saveAs(path)
    await button('Delete…').click()
    expect(await dialog().getByText(/keep their stems/).count()).toBe(0)
    await dialog().getByRole('button', { name: 'Delete' }).click()
    await card('DuoVAE').waitFor()
    await choose(path)
    await card('Pictures apart').getByText(/^Imported · Takes pictures apart/).waitFor({ timeout: 30_000 })
    expect(problems).toEqual([])
  })

  // Would catch a form whose description is not the one that is imported, and stems that do not add up.
  it('takes an ONNX network as the separator of the Studio, once it fits its description', async () => {
    await choose(join(scratch, 'half mask.onnx'))
    await dialog().getByText('input [1, 2, 1025, 32]').waitFor({ timeout: 30_000 })
    expect(await dialog().getByLabel('STFT size').inputValue()).toBe('2048')
    await dialog().getByLabel('It gives').selectOption('A mask')
    await dialog().getByLabel('Frames at once').fill('64')
    expect(await axeViolations(tab)).toEqual([])
    await dialog().getByRole('button', { name: 'Import' }).click()
    await dialog().getByRole('alert').getByText(/dimension 4 is 32 where 64 is expected/).waitFor()
    await dialog().getByLabel('Frames at once').fill('32')
    await dialog().getByRole('button', { name: 'Import' }).click()
    await card('half mask').getByText('Imported ONNX network').waitFor({ timeout: 30_000 })
    await button('Use for splitting').click()
    await button('Used for splitting').waitFor()

    await tab.getByRole('tab', { name: 'Studio' }).click()
    await tab.setInputFiles('#page-studio input[type=file]', join(scratch, 'song.wav'))
    await tab.getByRole('toolbar').getByRole('button', { name: 'Split…' }).click()
    await dialog().getByRole('button', { name: 'Split', exact: true }).click()
    await expect.poll(() => app.services.jobs.list().find(({ kind }) => kind === 'separation')?.state.status, { timeout: 30_000 }).toBe('succeeded')
    const job = app.services.jobs.list().find(({ kind }) => kind === 'separation')!
    const { stems, nullResidualDbfs } = (job.state as { result: { stems: { id: string }[]; nullResidualDbfs: number } }).result
    const [vocals, music] = await Promise.all(stems.map(({ id }) => readAll(app.services.mediaPath(id)!)))
    const mixture = await readAll(join(scratch, 'song.wav'))
    const times = (factor: number, planes: Float32Array[]) => planes.map((plane) => plane.map((value) => factor * value))
    expect(nullResidualDbfs).toBeLessThanOrEqual(-120)
    expect(largestDifference(times(2, vocals!), mixture)).toBeLessThan(1e-5)
    const sum = vocals!.map((plane, channel) => plane.map((value, i) => value + music![channel]![i]!))
    expect(largestDifference(sum, mixture)).toBeLessThanOrEqual(10 ** (-120 / 20))
    expect(problems).toEqual([])
  })
})
