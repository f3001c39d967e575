import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createComputeClient } from '#main/compute/client'
import { check } from '#main/compute/tasks/check'
import { readManifestOf } from '#main/node/recordingCache'
import { createCheckService } from '#main/services/checkService'
import type { DatasetService } from '#main/services/datasetService'
import { createJobQueue, type JobQueue } from '#main/services/jobQueue'
import type { CheckFinding, CheckReport } from '#shared/contract/datasets'
import type { Job } from '#shared/contract/jobs'
import { fixtureKind, writeFixture } from '#test/audioFixtures'
import { idxFiles, openDatasets, rate, removeFolder, writeTree } from '#test/datasetFiles'
import { fakeComputeProcess } from '#test/fakeComputeProcess'
import { melody } from '#test/melodies'
import { projectRoot } from '#test/projectFiles'
import { quietContext } from '#test/soundFiles'

let root: string
let folder: string
let datasets: DatasetService
let queue: JobQueue
let close: () => void

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stemwright-check-'))
  folder = join(root, 'data')
  ;({ datasets, close } = openDatasets(join(root, 'library')))
  let count = 0
  queue = createJobQueue(() => `job ${++count}`, () => {})
})
afterEach(() => {
  close()
  removeFolder(root)
})

const seconds = 9
const stems = (name: string, seed: number) => ({
  [`${name}/vocals.wav`]: [melody(seed, seconds, rate)],
  [`${name}/accompaniment.wav`]: [melody(seed + 100, seconds, rate)],
})

/** A check in a process that is one of the test's own. */
function checks(tasks = { check }) {
  return createCheckService({ datasets, checker: createComputeClient(() => fakeComputeProcess(tasks)), queue })
}

async function reportOf(job: Job): Promise<CheckReport> {
  const { state } = await queue.finished(job.id)
  if (state.status !== 'succeeded') throw new Error(JSON.stringify(state))
  return state.result as CheckReport
}

const of = (report: CheckReport, kind: CheckFinding['kind']) => report.findings.filter((finding) => finding.kind === kind)

describe('check of a dataset', () => {
  it('finds a song again that was coded as MP3 at another rate, softer, from its middle on, in another split', async () => {
    writeTree(folder, { ...stems('one', 1), ...stems('two', 2), ...stems('three', 3) })
    const part = melody(102, seconds, 48000).slice(1.7 * 48000, 7.7 * 48000).map((value) => value * 0.3)
    mkdirSync(join(folder, 'copy'))
    writeFixture(join(folder, 'copy', 'accompaniment.mp3'), fixtureKind('lame.mp3'), [part, part], 48000)
    writeTree(folder, { 'copy/vocals.wav': [melody(55, 6, rate)] })
    const { id } = await datasets.add({ folder, layout: 'stemFolders', name: 'Songs' })
    for (const name of ['one', 'two', 'three']) await datasets.setSplit(id, name, 'train')
    const { hash } = await datasets.setSplit(id, 'copy', 'validation')

    const report = await reportOf(await checks().check(id))
    expect(of(report, 'duplicate').map(({ level, items }) => [level, items.toSorted()])).toEqual([['problem', ['copy', 'two']]])
    expect(of(report, 'duplicate')[0]!.message).toMatch(/music of “(two|copy)” \((training|validation)\) and the music of “(two|copy)”/)
    expect(report).toMatchObject({ datasetId: id, hash })
    expect(await datasets.reportOf(id)).toEqual(report)
    expect((await datasets.get(id)).checked).toBe(true)
    expect((await datasets.setSplit(id, 'copy', 'train')).checked).toBe(false)
  })

  it('goes on where a file is no sound, is cut off, or is gone', async () => {
    writeTree(folder, { ...stems('one', 1), ...stems('two', 2), ...stems('three', 3), 'text/vocals.wav': 'This is not a sound.', 'text/accompaniment.wav': [melody(9, 5, rate)] })
    const whole = readFileSync(join(folder, 'two', 'vocals.wav'))
    writeFileSync(join(folder, 'two', 'vocals.wav'), whole.subarray(0, whole.length / 2))
    const { id } = await datasets.add({ folder, layout: 'stemFolders', name: 'Songs' })
    const report = await reportOf(await checks().check(id))
    expect(of(report, 'unreadable').map(({ level, items }) => [level, items])).toEqual([['problem', ['text']], ['note', ['two']]])
    expect(report.items.filter((item) => item.seconds !== undefined).map(({ name }) => name).toSorted()).toEqual(['one', 'three', 'two'])
  })

  it('is there once however often it is asked for, and cancelling it leaves no report', async () => {
    writeTree(folder, { ...stems('one', 1), ...stems('two', 2) })
    const { id } = await datasets.add({ folder, layout: 'stemFolders', name: 'Songs' })
    const waiting = { check: (_: unknown, { signal }: { signal: AbortSignal }) => new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))) }
    const service = checks(waiting as never)
    const job = await service.check(id)
    expect((await service.check(id)).id).toBe(job.id)
    await new Promise((resolve) => setTimeout(resolve, 50))
    queue.cancel(job.id)
    expect((await queue.finished(job.id)).state.status).toBe('cancelled')
    expect(await datasets.reportOf(id)).toBeUndefined()
    expect((await service.check(id)).id).not.toBe(job.id)
    queue.cancelAll()
  })

  it('looks at pictures and their labels in IDX files, packed or not', async () => {
    writeTree(folder, idxFiles(30, 10))
    const { id } = await datasets.add({ folder, layout: 'idx', name: 'Pictures' })
    const report = await reportOf(await checks().check(id))
    expect(of(report, 'unreadable')).toMatchObject([{ level: 'ok' }])
    expect(of(report, 'amount').at(-1)!.message).toMatch(/^Training: 2\d pictures; validation: \d; test: 10\.$/)
  })
})

const shared = process.env.STEMWRIGHT_DATA ?? join(projectRoot, '..', 'shared', 'data')

describe.skipIf(!existsSync(join(shared, 'stems')))('check of real songs (skipped where the shared data are not there)', () => {
  it('knows that none of two songs and nine instrumentals is another, and measures how much is sung', async () => {
    const manifest = await readManifestOf(shared, { validation: ['potassium'], test: [], without: [] })
    const some = {
      songs: manifest.songs.filter(({ name }) => name === 'potassium' || name === 'sodium'),
      entries: manifest.entries.filter(({ id, group }) => group === 'digabi_map_tiles' || /stems\/(potassium|sodium)\//.test(id)),
    }
    const report = await check({ folder: shared, manifest: some }, quietContext())
    expect(report.findings.filter(({ kind }) => kind === 'duplicate')).toMatchObject([{ level: 'ok' }])
    expect(report.findings.filter(({ kind }) => kind === 'unreadable')).toMatchObject([{ level: 'ok' }])
    const sung = report.items.find(({ name }) => name === 'potassium')!.vocalActivity!
    expect(sung).toBeGreaterThan(0.2)
    expect(sung).toBeLessThan(0.3)
  })
})
