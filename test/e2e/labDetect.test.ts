import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { axeViolations } from '#test/axe'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import { buildPartPages, type PartPages } from '#test/partPages'
import { projectRoot } from '#test/projectFiles'
import { encodeWav } from '#shared/audio/wavCodec'

let browser: Browser
let pages: PartPages
let page: Page
let errors: string[]

describe.skipIf(!chromiumPath)(`finding a sound, over made-up services${browserNote}`, () => {
  beforeAll(async () => {
    pages = await buildPartPages(join(projectRoot, 'test', 'support', 'detectPage'))
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    pages?.close()
  })
  beforeEach(async () => {
    await page?.close()
    errors = []
    page = await pages.open(browser.context)
    page.on('pageerror', ({ message }) => errors.push(message))
    await page.route('**/*.wav', (route) => route.fulfill({ contentType: 'audio/wav', body: wav }))
    await page.getByRole('list', { name: 'Clips' }).waitFor()
  })

  const wav = Buffer.from(encodeWav({ sampleRate: 22_050, channels: [Float32Array.from({ length: 66_150 }, (_, at) => 0.2 * Math.sin(at / 8))] }, 'int16'))
  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const step = (name: RegExp) => page.getByRole('tab', { name }).click()
  const asked = (name: string) => page.evaluate((of) => window.detect.asked.filter(([each]) => each === of).map(([, payload]) => payload), name)
  const spoken = () => page.getByRole('img', { name: /^KL and RL with/ }).evaluate((canvas) => canvas.parentElement?.querySelector('[aria-live]')?.textContent)

  it('lists the clips, what was left out and how many more are good; a clip is heard and removed by keys', async () => {
    await expect.poll(() => page.getByRole('list', { name: 'Clips' }).getByRole('listitem').count()).toBe(14)
    expect(await page.getByText('14 clips from 7 recordings: 6 more would be good.').count()).toBe(1)
    expect(await page.getByText('notes.txt is no sound, so it was left out.').count()).toBe(1)
    await button('Play bark 1.wav, 0:01, 3.0 s').press('Enter')
    await button('Stop bark 1.wav, 0:01, 3.0 s').waitFor()
    await button('Stop bark 1.wav, 0:01, 3.0 s').press('Enter')
    await button('Play bark 1.wav, 0:01, 3.0 s').waitFor()
    await button('Remove bark 1.wav, 0:01').press('Enter')
    await expect.poll(() => page.getByRole('list', { name: 'Clips' }).getByRole('listitem').count()).toBe(13)
    expect(await asked('detecting.removeClip')).toEqual([{ setId: 'set', clipId: 'clip0' }])
    expect(await axeViolations(page)).toEqual([])
    expect(errors).toEqual([])
  })

  // Would catch: a sweep that is asked for with other weights than are ticked, rows that only appear at the end, and a cancel that is not sent.
  it('sweeps the weights that are ticked, shows each network as it is done, and is cancelled', async () => {
    await button('Train detectors…').click()
    await page.getByRole('combobox', { name: 'Class of the same kind as your sound' }).selectOption('dog')
    await page.getByText(/^Weights and epochs/).click()
    await button('Only 1e6, 1e7, 1e8').click()
    await page.getByRole('checkbox', { name: '1e9' }).check()
    expect(await axeViolations(page)).toEqual([])
    await button('Train 4 networks').click()
    await expect.poll(() => asked('detecting.startSweep')).toEqual([
      { positives: { setId: 'set' }, others: { datasetId: 'esc', alike: 'dog' }, seconds: 3, network: 'detectLite', weights: [1e6, 1e7, 1e8, 1e9], epochs: 50, seed: 1 },
    ])
    const running = (completed: number) => page.evaluate((done) => window.detect.job('detectorSweep', { status: 'running', progress: { stage: 'training', completed: done, total: 4, unit: 'epochs' } }), completed)
    await running(0)
    await page.evaluate(() => window.detect.trained(1e6))
    await running(1)
    const table = page.getByRole('region', { name: 'Networks of the sweep' })
    await expect.poll(() => table.getByRole('row').allInnerTexts()).toEqual([expect.any(String), expect.stringMatching(/^1e6\s+18\s/), expect.stringMatching(/^1e7\s+to come/), expect.stringMatching(/^1e8/), expect.stringMatching(/^1e9/)])
    expect(await page.getByRole('progressbar', { name: 'Sweep' }).getAttribute('aria-valuenow')).toBe('25')
    expect(await axeViolations(page)).toEqual([])
    await button('Cancel').click()
    await expect.poll(() => asked('jobs.cancel')).toEqual([{ jobId: 'detectorSweep' }])
    await button('Train 4 networks').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('shows what came of it: scores of every network, one of them by keys, and how it stopped', async () => {
    await step(/Results/)
    await page.getByRole('heading', { name: 'RL_weight 1e8' }).waitFor()
    expect(await page.getByText(/^Stopped after epoch 12: all its epochs|^Stopped after epoch 12: its/).count()).toBe(1)
    await page.getByRole('img', { name: /^KL and RL with RL_weight 1e8/ }).press('Home')
    await expect.poll(spoken).toMatch(/^(this|alike|other) \d+\.wav, .+: KL [\d.]+, RL [\d.e-]+/)
    const first = await spoken()
    await page.keyboard.press('ArrowRight')
    await expect.poll(spoken).not.toBe(first)
    await page.getByRole('radio', { name: /^100\b/ }).press('Space')
    await page.getByRole('heading', { name: 'RL_weight 100', exact: true }).waitFor()
    expect(await axeViolations(page)).toEqual([])
    expect(errors).toEqual([])
  })

  // Would catch: a threshold that counts clips of the same kind as false alarms, and one that is not kept with the detector.
  it('tells what a threshold finds, names its false alarms, and keeps it with the detector', async () => {
    await step(/Results/)
    const alarms = page.getByRole('list', { name: 'False alarms' })
    await expect.poll(() => alarms.getByRole('listitem').allInnerTexts()).toEqual([expect.stringContaining('rooster 4.wav')])
    const slider = page.getByRole('slider', { name: 'Threshold' })
    for (let press = 0; press < 20; press++) await slider.press('ArrowLeft')
    expect(await slider.getAttribute('aria-valuetext')).toBe('0.30: finds 10 of 10, 2 false alarms')
    await expect.poll(() => alarms.getByRole('listitem').allInnerTexts()).toEqual([expect.stringContaining('rooster 4.wav'), expect.stringContaining('sneeze 2.wav')])
    await button('Keep as detector…').click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Rex')
    await page.keyboard.press('Enter')
    await expect.poll(() => asked('detecting.keep')).toEqual([{ sweepId: 'sweep', name: 'Rex', threshold: expect.closeTo(0.3, 6) }])
    await page.getByText(/^Rex is kept/).first().waitFor()
  })

  it('runs the experiments with the network that is looked at, and plays them', async () => {
    await step(/Results/)
    await button('Run them with RL_weight 1e8').click()
    await expect.poll(() => asked('detecting.experiments')).toEqual([{ sweepId: 'sweep', weight: 1e8, seed: 1 }])
    await page.evaluate(() => window.detect.experimentsDone())
    await button('Play Copy: rain 1.wav decoded').press('Enter')
    await button('Stop Copy: rain 1.wav decoded').waitFor()
    expect(await button(/^Play generation/).count()).toBe(4)
    expect(await axeViolations(page)).toEqual([])
    expect(errors).toEqual([])
  })
})
