import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Bridge } from '#renderer/api/electronHost'
import { axeViolations } from '#test/axe'
import { buildHalvingCompute, buildPage } from '#test/builds'
import { type Browser, browserNote, chromiumPath, openBrowser, watchForProblems } from '#test/chromium'
import { electron, standIn } from '#test/electronStandIn'
import { showInChromium, shownOrigin } from '#test/electronWindow'
import { addsUp, readIntegers, writeNoise } from '#test/sound'

vi.mock('electron', async () => (await import('#test/electronStandIn')).electron)

const place = vi.hoisted(() => ({ root: '' }))
vi.mock('#main/node/appRoot', () => ({
  get appRoot() {
    return place.root
  },
  appVersion: '9.9.9',
}))

const project = join(import.meta.dirname, '../..')
const card = { name: 'DuoVAE', summary: 'A model.', licence: 'CC0', parameters: 1, sha256: '0'.repeat(64) }

describe.skipIf(!chromiumPath)(`main process, preload script and page together, over a stand-in for Electron${browserNote}`, () => {
  let browser: Browser

  beforeAll(async () => {
    place.root = mkdtempSync(join(tmpdir(), 'stemwright-window-'))
    mkdirSync(join(place.root, 'resources/models/duovae'), { recursive: true })
    symlinkSync(join(project, 'resources/demo'), join(place.root, 'resources/demo'))
    writeFileSync(join(place.root, 'resources/models/duovae/card.json'), JSON.stringify(card))
    vi.stubEnv('STEMWRIGHT_LIBRARY', join(place.root, 'library'))
    standIn.userData = join(place.root, 'user')
    process.argv = ['electron', place.root]
    await writeNoise(join(place.root, 'take.wav'), 2, 11, 'wav24', 96000)
    await buildPage(join(place.root, 'out/renderer'))
    standIn.computeProgram = await buildHalvingCompute(join(project, 'node_modules/.cache/stemwright-window'))
    await import('#main/hosts/electron/main')
    await import('#main/hosts/electron/preload')
    await vi.waitUntil(() => standIn.windows.at(-1)?.loaded.length === 1)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    electron.app.emit('will-quit')
    rmSync(place.root, { recursive: true, force: true })
  })

  it('opens a file by its path, splits it, plays its stems over stem:// and saves them to the chosen folder', async () => {
    const tab = await browser.context.newPage()
    const problems = watchForProblems(tab)
    const song = join(place.root, 'take.wav')
    await showInChromium(tab, { 'take.wav': song })
    await tab.setInputFiles('input[type=file]', song)
    await tab.getByText('96 kHz').first().waitFor()
    const toolbar = tab.getByRole('toolbar')
    const dialog = tab.getByRole('dialog')
    await toolbar.getByRole('button', { name: 'Split…' }).click()
    await dialog.getByRole('button', { name: 'Split', exact: true }).click()
    await tab.getByRole('group', { name: /^Vocals, lane/ }).waitFor()
    await tab.getByRole('button', { name: 'Play', exact: true }).click()
    await tab.getByRole('group', { name: 'Null test' }).getByText('exact').waitFor()
    await tab.getByRole('button', { name: 'Play', exact: true }).waitFor()
    expect(await tab.getByRole('timer').textContent()).toContain('/ 0:02.000')
    standIn.chosenFolder = join(place.root, 'chosen')
    await toolbar.getByRole('button', { name: 'Export…' }).click()
    await dialog.getByRole('button', { name: 'Export 2 files' }).click()
    await dialog.getByText('2 files are written.').waitFor()
    expect(await readdir(standIn.chosenFolder)).toHaveLength(2)
    const read = (name: string) => readIntegers(join(standIn.chosenFolder!, `take - ${name}.wav`))
    expect(addsUp(await readIntegers(song), await read('Vocals'), await read('Music'))).toBe(true)
    expect(await axeViolations(tab)).toEqual([])
    expect(problems).toEqual([])
    expect(new URL(tab.url()).origin).toBe(shownOrigin)
  })

  it("does what the desktop's menu and dock ask for, and closes with a job running only after a question", async () => {
    // There is one page; that of the test before would take what is opened.
    for (const other of browser.context.pages()) await other.close()
    const tab = await browser.context.newPage()
    await writeNoise(join(place.root, 'other.wav'), 2, 12, 'wav24', 96000)
    await writeNoise(join(place.root, 'long.wav'), 60, 13, 'wav24', 48000)
    electron.app.emit('open-file', { preventDefault: () => {} }, join(place.root, 'other.wav'))
    await showInChromium(tab, {})
    const lane = tab.getByRole('group', { name: /^other, lane/ })
    await lane.waitFor()
    const item = (id: string) => standIn.menu!.getMenuItemById(id)!
    const choose = async (id: string) => {
      await vi.waitUntil(() => item(id).enabled, { timeout: 20_000 })
      item(id).click!()
    }
    await choose('edit.undo')
    await lane.waitFor({ state: 'detached' })
    await vi.waitUntil(() => item('edit.undo').enabled === false, { timeout: 20_000 })
    await choose('edit.redo')
    await lane.waitFor()
    await choose('app.shortcuts')
    await tab.getByRole('dialog', { name: /shortcuts/i }).waitFor()
    await tab.keyboard.press('Escape')

    const window = standIn.windows.at(-1)!
    const bridge = standIn.exposed['stemwright'] as Bridge
    const ask = async (name: string, payload: unknown) => ((await bridge.request(name, payload)) as { result: { id: string } }).result
    const { id } = await ask('songs.import', { path: join(place.root, 'long.wav') })
    await ask('separation.start', { songId: id, quality: 'best' })
    electron.app.quit()
    await vi.waitUntil(() => standIn.questions.length === 1, { timeout: 20_000 })
    // The answer, no, comes a turn later.
    await new Promise((resolve) => setImmediate(resolve))
    expect(window.isDestroyed()).toBe(false)
    standIn.answer = 1
    electron.app.quit()
    // The page answers by itself that it has kept what was not saved.
    await vi.waitUntil(() => window.isDestroyed(), { timeout: 20_000 })
    expect(await readdir(join(place.root, 'library/recovery'))).not.toEqual([])
  })
})
