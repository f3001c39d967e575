import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rendered, writeMadeUpSongs } from './madeUpSongs.mjs'

/** One has vocals that clip, so that the check finds something. */
const songs = [
  { name: 'Evening', start: 0, rate: 1, seconds: 24, vocals: 1 },
  { name: 'Harbour', start: 6, rate: 0.86, seconds: 26, vocals: 1 },
  { name: 'Kites', start: 12, rate: 1.14, seconds: 22, vocals: 1 },
  { name: 'Morning', start: 18, rate: 0.93, seconds: 24, vocals: 6 },
  { name: 'Stone', start: 3, rate: 1.22, seconds: 20, vocals: 1 },
  { name: 'Tide', start: 21, rate: 0.78, seconds: 28, vocals: 1 },
]
/** So small that a run takes a minute. */
const quick = { 'Batch size': 4, 'Steps per epoch': 8, 'Vocal pool': 6, 'Music pool': 6, Scenes: 12 }
const epochs = 14

/** Leads a page of a program without any data through a real training, and calls `take(name)` at each view. */
export async function takeTrainingViews(page, folder, take) {
  const button = (name) => page.getByRole('button', { name })
  const go = (place) => page.getByRole('navigation', { name: 'Training' }).getByRole('button', { name: place }).click()
  await writeMadeUpSongs(page, join(folder, 'My songs'), songs)
  await writeFile(join(folder, 'My voice.wav'), await rendered(page, 'vocals', { start: 0, rate: 1, seconds: 30, gain: 1 }))
  await page.setInputFiles('#page-studio input[type=file]', join(folder, 'My voice.wav'))
  await page.getByRole('group', { name: /, lane/ }).first().waitFor()

  await page.getByRole('tab', { name: 'Train' }).click()
  await page.getByLabel('Folder', { exact: true }).fill(join(folder, 'My songs'))
  await button('Add to my training data').click()
  await page.getByRole('combobox', { name: 'Evening is used for' }).waitFor()
  await page.getByRole('combobox', { name: 'Stone is used for' }).selectOption('Validation')
  await take('train-collect')

  await button('Check it').click()
  await button('Check now').click()
  await page.getByRole('list', { name: 'Findings' }).waitFor()
  await take('train-check')

  await go(/^Train/)
  await page.getByRole('radio', { name: /^DuoVAE tiny/ }).check()
  await take('train-new')
  await run(page, 'Small steps', { ...quick, 'Learning rate': 0.001 })
  await go(/^Train/)
  await button('New training…').click()
  await run(page, 'Large steps', { ...quick, 'Learning rate': 0.004 })
  await take('train-run')

  await go(/^Listen/)
  await page.getByRole('region', { name: 'Results' }).getByRole('slider').first().waitFor()
  await take('train-listen')
  await go(/^Runs/)
  await page.getByRole('checkbox', { name: 'Compare Small steps' }).check()
  await take('train-runs')

  await go('Studies')
  await page.getByText('VAE against U-Net').click()
  await page.getByLabel('Steps a run').fill('24')
  await button('Start 2 runs').click()
  await page.getByText('2 of 2 runs done').waitFor()
  await take('train-studies')
  await go('Teach it')
  await page.getByText('The voice').first().waitFor()
  await take('train-teach')

  await page.getByRole('tab', { name: 'Models' }).click()
  await page.getByRole('button', { name: /^Large steps/ }).click()
  await take('models')
}

/** Starts a run of the smallest network with `values` for hyper-parameters, and waits for its end. */
async function run(page, name, values) {
  await page.getByRole('radio', { name: /^DuoVAE tiny/ }).check()
  const advanced = page.locator('details.advanced')
  if (!(await advanced.evaluate((details) => details.open))) await advanced.locator('summary').click()
  const fill = async (label, value) => {
    await page.getByLabel(label, { exact: true }).fill(String(value))
    await page.keyboard.press('Tab')
  }
  for (const [label, value] of Object.entries(values)) await fill(label, value)
  await fill('Epochs', epochs)
  await page.getByLabel('Name of the run').fill(name)
  await page.getByRole('button', { name: 'Start training' }).click()
  await page.getByRole('region', { name: 'The run' }).getByText(/^Finished/).first().waitFor()
}
