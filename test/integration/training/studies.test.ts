import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nodePlatform } from '#main/node/nodePlatform'
import { createServices, type Services } from '#main/services/createServices'
import { createClient } from '#shared/contract/client'
import { contract } from '#shared/contract/contract'
import type { Study } from '#shared/contract/studies'
import { setUp } from '#test/setUp'
import { idxBytes, writeTree } from '#test/datasetFiles'
import { writeSongs } from '#test/trainingData'

let folder: string
let services: Services

beforeAll(async () => {
  setUp()
  folder = await mkdtemp(join(tmpdir(), 'stemwright-studies-'))
  process.env.STEMWRIGHT_LIBRARY = join(folder, 'library')
  await writeSongs(join(folder, 'songs'), { one: 300, two: 410, three: 350 })
  services = createServices(nodePlatform('web'))
})
afterAll(async () => {
  await services.rest()
  services.close()
  delete process.env.STEMWRIGHT_LIBRARY
  await rm(folder, { recursive: true, force: true })
})

/** The services as the page sees them. */
function clientOf(open: Services) {
  return createClient(contract, { request: (name, payload) => open.server.handle(name, payload), onEvent: (callback) => open.onEvent(callback) })
}

function finished(client: ReturnType<typeof clientOf>): Promise<Study> {
  return new Promise((resolve) => {
    const stop = client.on('studies.changed', (study) => {
      if (study.status !== 'finished') return
      stop()
      resolve(study)
    })
  })
}

// This would catch rows whose runs are not trained alike, and figures that are of another run, of training songs, or gone after a restart.
it('a study of real runs fills its table from songs that were not learned from, and is there after a restart', async () => {
  const client = clientOf(services)
  const dataset = await services.datasets.add({ folder: join(folder, 'songs'), layout: 'stemFolders', name: 'Songs' })
  for (const item of ['one', 'two', 'three']) await client.datasets.setSplit({ datasetId: dataset.id, item, split: item === 'three' ? 'validation' : 'train' })
  const outlines = await client.studies.outlines()
  expect(outlines.map(({ id }) => id)).toContain('blindLosses')
  const end = finished(client)
  await client.studies.start({ outlineId: 'vaeOrUNet', variant: 'tiny', datasetId: dataset.id, steps: 4 })
  const study = await end
  expect(study.rows.map(({ status, error }) => error?.message ?? status)).toEqual(['measured', 'measured'])
  expect(study.measuredOn).toBe('three')
  const [duo, unet] = study.rows.map(({ values }) => values.vocals!)
  expect(Number.isFinite(duo) && Number.isFinite(unet)).toBe(true)
  expect(duo).not.toBe(unet)
  const runs = await client.training.list()
  expect(runs.map(({ presetId, studyId }) => [presetId, studyId]).toSorted()).toEqual([['tiny', study.id], ['unetTiny', study.id]])
  for (const { id } of runs) expect((await client.training.history({ runId: id })).at(-1)!.step).toBe(4)
  await services.rest()
  services.close()
  services = createServices(nodePlatform('web'))
  expect(await clientOf(services).studies.list()).toEqual([study])
}, 600_000)

/** Grey dots from 0 to 255 that differ from picture to picture, a training file and a test file with other pictures. */
function pictures(shade: number): Record<string, Uint8Array> {
  const file = (count: number, start: number) => idxBytes([count, 8, 8], Uint8Array.from({ length: count * 64 }, (_, i) => (shade + start + i * (7 + (i >> 6))) % 256))
  return { 'train-images-idx3-ubyte': file(48, 0), 't10k-images-idx3-ubyte': file(20, 91) }
}

// This would catch a loss that never reaches the run, figures without their deviation, and those of pictures that were learned from.
it('a study of pictures trains with each loss, and measures each several times on test pictures', async () => {
  const client = clientOf(services)
  const below = (name: string, shade: number) => Object.entries(pictures(shade)).map(([file, bytes]) => [`${name}/${file}`, bytes] as const)
  writeTree(join(folder, 'pictures'), Object.fromEntries([...below('mnist', 0), ...below('fashion-mnist', 130)]))
  const dataset = await services.datasets.add({ folder: join(folder, 'pictures'), layout: 'idx', name: 'Pictures' })
  const end = finished(client)
  await client.studies.start({ outlineId: 'pictureLosses', variant: 'tiny', datasetId: dataset.id, steps: 4 })
  const study = await end
  expect(study.rows.map(({ status, error }) => error?.message ?? status)).toEqual(Array(4).fill('measured'))
  expect(study.measuredOn).toMatch(/10 runs of 1,000 random pairs of test pictures/)
  for (const { values, deviations } of study.rows) {
    for (const id of ['mse', 'psnr', 'ssim']) {
      expect(values[id]).toBeGreaterThan(0)
      expect(deviations?.[id]).toBeGreaterThan(0)
      expect(deviations![id]).toBeLessThan(values[id]!)
    }
    expect(values.kl).toBeGreaterThan(0)
  }
  expect(new Set(study.rows.map(({ values }) => values.mse)).size).toBe(4)
  const losses = await Promise.all(
    study.rows.map(async ({ runId }) => (JSON.parse(await readFile(join(folder, 'library/runs', runId!, 'config.json'), 'utf8')) as { training: { loss: { picture: string } } }).training.loss.picture),
  )
  expect(losses).toEqual(['mse', 'l1', 'bce', 'mseSsim'])
}, 600_000)
