import { existsSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './setup.mjs'

const data = process.env.STEMWRIGHT_DATA ?? join(root, '..', 'shared', 'data')
const groups = ['mnist', 'fashion-mnist']
/** Tabs beside "Side by side", and what their pictures are called. */
const places = { Latents: 'playground-latents', 'Between two': 'playground-between', 'From nothing': 'playground-prior', 'Many at once': 'playground-batch' }

/**
 * Shows the Playground with the models of the app and calls `take(name)` at each view: with digits of MNIST and garments of
 * Fashion-MNIST where `STEMWRIGHT_DATA` has them, else with those that the app draws itself.
 */
export async function takePlaygroundViews(page, folder, take) {
  if (groups.every((group) => existsSync(join(data, group)))) await addPictures(page, join(folder, 'Digits and garments'))
  await page.getByRole('tab', { name: 'Playground' }).click()
  await page.getByRole('region', { name: 'Mixture', exact: true }).waitFor()
  // Both models that are shown at first have answered.
  await page.getByText(/^Mixes to the mixture exactly|^Up to .* from the mixture/).nth(1).waitFor()
  await take('playground')
  for (const [title, name] of Object.entries(places)) {
    await page.getByRole('tab', { name: title }).click()
    await page.waitForTimeout(6000)
    await take(name)
  }
}

async function addPictures(page, folder) {
  for (const group of groups) await cp(join(data, group), join(folder, group), { recursive: true })
  await page.getByRole('tab', { name: 'Train' }).click()
  await page.getByLabel('Folder', { exact: true }).fill(folder)
  await page.getByRole('button', { name: 'Add to my training data' }).click()
  await page.getByText(/10,?000/).first().waitFor()
}
