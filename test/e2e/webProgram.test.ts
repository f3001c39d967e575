import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import { projectRoot } from '#test/projectFiles'
import { setUp } from '#test/setUp'
import { addsUp, readIntegers } from '#test/sound'

const scratch = mkdtempSync(join(tmpdir(), 'stemwright-program-'))
let program: ChildProcess | undefined

beforeAll(setUp)
afterEach(() => void program?.kill('SIGKILL'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Starts the built program as `npm start -- --no-open` does, and gives the address that it prints. */
async function start(): Promise<{ url: URL; ended: Promise<number | null> }> {
  const child = spawn(process.execPath, [join(projectRoot, 'out/main/web.js'), '--no-open'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: scratch, TEMP: scratch, STEMWRIGHT_LIBRARY: join(scratch, 'library') },
  })
  program = child
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const printed = await new Promise<string>((resolve) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('\n')) resolve(text)
    })
  })
  return { url: new URL(/http:\S+/.exec(printed)![0]), ended }
}

describe('the built web program', () => {
  it('prints its address, serves the whole page and its contract, and cleans up on Ctrl-C', async () => {
    const { url, ended } = await start()
    const headers = { 'x-stemwright-token': url.searchParams.get('token')! }
    const html = await (await fetch(url.origin, { headers })).text()
    const files = [...html.matchAll(/(?:src|href)="\.?(\/[^"]+)"/g)].map((match) => match[1]!)
    expect(files.length).toBeGreaterThanOrEqual(3)
    const statuses = await Promise.all(files.map(async (file) => (await fetch(url.origin + file, { headers })).status))
    expect(statuses).toEqual(files.map(() => 200))
    const ask = async (name: string, payload: unknown) => {
      const answer = await fetch(`${url.origin}/api/request/${name}`, { method: 'POST', headers, body: JSON.stringify({ payload }) })
      return answer.json() as Promise<unknown>
    }
    expect(await ask('songs.import', { demo: true })).toMatchObject({ ok: true, result: { name: 'Demo', sampleRate: 44100, channels: 2 } })
    expect(readdirSync(scratch).some((name) => name.startsWith('stemwright-'))).toBe(true)
    program!.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(readdirSync(scratch).filter((name) => name.startsWith('stemwright-'))).toEqual([])
  })

  // Would catch: uploads and exports, gigabytes of them, that stay on the disk with each crash.
  it('removes what a killed one has left, and nothing of one that runs', async () => {
    const folders = () => readdirSync(scratch).filter((name) => name.startsWith('stemwright-web-'))
    await start()
    const [left] = folders()
    const ended = new Promise((resolve) => program!.on('exit', resolve))
    program!.kill('SIGKILL')
    await ended
    expect(folders()).toEqual([left])
    const running = `stemwright-web-${process.pid}-abc`
    mkdirSync(join(scratch, running))
    await start()
    expect(folders()).toHaveLength(2)
    expect(folders()).toContain(running)
    expect(folders()).not.toContain(left)
  })
})

const model = existsSync(join(projectRoot, 'resources/models/duovae/card.json'))
const modelNote = model ? '' : ' (skipped: no model in resources/models)'

describe.skipIf(!chromiumPath || !model)(`the shipped model in the built program${browserNote}${modelNote}`, () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser?.close())

  it('splits the demo song into downloads that add up to it', async () => {
    const { url } = await start()
    const tab = await browser.context.newPage()
    tab.setDefaultTimeout(180_000)
    await tab.goto(url.href)
    await tab.getByRole('button', { name: 'Try the demo song' }).click()
    const toolbar = tab.getByRole('toolbar')
    await toolbar.getByRole('button', { name: 'Split…' }).click()
    await tab.getByRole('dialog').getByRole('button', { name: 'Split', exact: true }).click()
    await tab.getByRole('group', { name: /^Music, lane/ }).waitFor()
    await toolbar.getByRole('button', { name: 'Export…' }).click()
    await tab.getByRole('dialog').getByRole('button', { name: 'Export 2 files' }).click()
    const download = async (label: string) => {
      const [file] = await Promise.all([tab.waitForEvent('download'), tab.getByRole('link', { name: label }).click()])
      const path = join(scratch, file.suggestedFilename())
      await file.saveAs(path)
      return readIntegers(path)
    }
    const vocals = await download('Download Demo - Vocals.wav')
    const music = await download('Download Demo - Music.wav')
    expect(addsUp(await readIntegers(join(projectRoot, 'resources/demo/mix.flac')), vocals, music)).toBe(true)
    const silent = (planes: Int32Array[]) => planes.every((plane) => plane.every((value) => value === 0))
    expect([silent(vocals), silent(music)]).toEqual([false, false])
  })
})
