import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AppContract, contract } from '#shared/contract/contract'
import { type Client, createClient } from '#shared/contract/client'
import type { Sound } from '#shared/contract/sounds'
import { addMarker, placeSong } from '#shared/project/edits'
import { emptyProject, type Project } from '#shared/project/project'
import { type Browser, browserNote, chromiumPath, openBrowser } from '#test/chromium'
import { projectRoot } from '#test/projectFiles'
import { setUp } from '#test/setUp'

const scratch = mkdtempSync(join(tmpdir(), 'stemwright-recovery-'))
const running: ChildProcess[] = []

beforeAll(setUp)
afterAll(() => {
  running.forEach((program) => program.kill('SIGKILL'))
  rmSync(scratch, { recursive: true, force: true })
})

/** Starts the built program over a library, and gives its contract and how to kill it as a crash would. */
async function start(library: string): Promise<{ url: string; client: Client<AppContract>; kill: () => Promise<unknown> }> {
  const program = spawn(process.execPath, [join(projectRoot, 'out/main/web.js'), '--no-open'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: scratch, TEMP: scratch, STEMWRIGHT_LIBRARY: join(scratch, library) },
  })
  running.push(program)
  const printed = await new Promise<string>((resolve, reject) => {
    let text = ''
    program.once('exit', () => reject(new Error('The program ended before it listened.')))
    program.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (/http:\S+\s/.test(text)) resolve(text)
    })
  })
  const url = new URL(/http:\S+/.exec(printed)![0])
  const headers = { 'x-stemwright-token': url.searchParams.get('token')! }
  const request = async (name: string, payload: unknown): Promise<unknown> =>
    (await fetch(`${url.origin}/api/request/${name}`, { method: 'POST', headers, body: JSON.stringify({ payload }) })).json()
  const kill = () => {
    const ended = new Promise((resolve) => program.once('exit', resolve))
    program.kill('SIGKILL')
    return ended
  }
  return { url: url.href, client: createClient(contract, { request, onEvent: () => () => {} }), kill }
}

async function decodedDemo(client: Client<AppContract>): Promise<Sound> {
  const { id } = await client.songs.import({ demo: true })
  const { jobId } = await client.sounds.prepare({ songId: id })
  for (;;) {
    const job = (await client.jobs.list()).find((each) => each.id === jobId)!
    if (job.kind === 'sound' && job.state.status === 'succeeded') return job.state.result
    expect(['queued', 'running']).toContain(job.state.status)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function projectOf({ id, name, sampleRate, channels, frames }: Sound): Project {
  const source = { id: 'song', name, soundId: id, sampleRate, channels, frames }
  return placeSong(emptyProject('night', 'Untitled'), { source, trackId: 'mix', clipId: 'clip' })
}

const marked = (project: Project, name: string) => addMarker(project, { id: name, at: 1, name })
const codeOf = (work: Promise<unknown>) => work.then(() => 'nothing', (error: { code: string }) => error.code)

describe('a server that is killed', () => {
  it('loses no edit that was kept; the next one offers it, opens it with its sound, and a third is refused meanwhile', async () => {
    const first = await start('killed')
    const project = projectOf(await decodedDemo(first.client))
    const { folder } = await first.client.projects.saveAs({ sessionId: 'window', project, name: 'Night' })
    const saved = { ...project, name: 'Night' }
    await first.client.projects.autosave({ sessionId: 'window', folder, project: marked(saved, 'kept') })
    const unsaved = { ...marked(project, 'never saved'), id: 'new' }
    const { recoveryId } = await first.client.projects.autosave({ sessionId: 'other window', project: unsaved })
    await first.kill()

    const second = await start('killed')
    const offered = await second.client.projects.recoveries()
    expect(offered.map(({ name, folder: place }) => [name, place])).toEqual([['Untitled', undefined], ['Night', folder]])
    expect(await second.client.projects.recents()).toMatchObject([{ folder, name: 'Night', isOwn: true }])
    const opened = await second.client.projects.open({ sessionId: 'window 2', folder })
    expect(opened).toMatchObject({ project: saved, recovered: { project: marked(saved, 'kept') }, warnings: [] })
    expect((await second.client.sounds.get({ soundId: opened.project.sources[0]!.soundId })).frames).toBe(project.sources[0]!.frames)

    const third = await start('killed')
    expect((await third.client.projects.recoveries()).map(({ id }) => id)).toEqual([recoveryId])
    expect(await codeOf(third.client.projects.open({ sessionId: 'window 3', folder, takeOver: true }))).toBe('PROJECT_IN_USE')
    expect(await codeOf(third.client.projects.save({ sessionId: 'window 3', folder, project: saved }))).toBe('PROJECT_IN_USE')
    await second.kill()
    expect((await third.client.projects.open({ sessionId: 'window 3', folder })).recovered?.project.markers).toMatchObject([{ name: 'kept' }])
    expect((await third.client.projects.recover({ sessionId: 'window 4', recoveryId })).recovered?.project).toEqual(unsaved)
    expect(readdirSync(folder).filter((name) => name !== '.stemwright.lock').sort()).toEqual(['audio', 'project.json'])
  })

  it('in the middle of saving leaves a project that opens, whatever was written', async () => {
    let program = await start('killed')
    const project = projectOf(await decodedDemo(program.client))
    const { folder } = await program.client.projects.saveAs({ sessionId: 'saver', project, name: 'Torn' })
    const last = { name: 'Torn', markers: [] as Project['markers'] }
    for (let attempt = 1; attempt <= 6; attempt++) {
      const document = marked({ ...project, name: 'Torn' }, `attempt ${attempt}`)
      const saving = program.client.projects.save({ sessionId: 'saver', folder, project: document }).catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, attempt * 3))
      await program.kill()
      await saving
      program = await start('killed')
      const opened = await program.client.projects.open({ sessionId: 'saver', folder })
      expect([JSON.stringify(last.markers), JSON.stringify(document.markers)]).toContain(JSON.stringify(opened.project.markers))
      last.markers = opened.project.markers
    }
    await program.client.projects.save({ sessionId: 'saver', folder, project: { ...project, name: 'Torn' } })
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})

describe.skipIf(!chromiumPath)(`a page whose server is killed${browserNote}`, () => {
  let browser: Browser
  beforeAll(async () => void (browser = await openBrowser()))
  afterAll(() => browser?.close())

  const button = (tab: Page, name: string) => tab.getByRole('button', { name, exact: true })
  const lane = (tab: Page, name: string) => tab.getByRole('group', { name: new RegExp(`^${name}, lane`) })
  const isPressed = (tab: Page, name: string) => button(tab, name).getAttribute('aria-pressed')
  const newTab = async (url: string) => {
    const tab = await browser.context.newPage()
    await tab.goto(url)
    return tab
  }

  /** What is kept on the disk of edits to the demo song. */
  function kept(): string {
    const folder = join(scratch, 'page/recovery')
    const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
    return files.map((name) => readFileSync(join(folder, name), 'utf8')).find((text) => text.includes('"Demo"')) ?? ''
  }

  it('offers the edits to the next page, in one step to be undone; a page that stays keeps those made meanwhile', async () => {
    const first = await start('page')
    const tab = await newTab(first.url)
    await button(tab, 'Try the demo song').click()
    await lane(tab, 'Demo').waitFor()
    await button(tab, 'Mute Demo').click()
    await expect.poll(kept, { timeout: 30_000 }).toMatch(/"muted":true/)
    await first.kill()
    await tab.close()

    const second = await start('page')
    const next = await newTab(second.url)
    await button(next, 'Recover').click()
    await lane(next, 'Demo').waitFor()
    expect(await isPressed(next, 'Mute Demo')).toBe('true')
    await next.getByText(/were not saved when Stemwright ended/).waitFor()
    await next.keyboard.press('Control+z')
    await lane(next, 'Demo').waitFor({ state: 'detached' })
    await next.keyboard.press('Control+Shift+z')
    await lane(next, 'Demo').waitFor()

    await second.kill()
    await button(next, 'Solo Demo').click()
    await start('page')
    await button(next, 'Load again').click({ timeout: 60_000 })
    await expect.poll(() => isPressed(next, 'Solo Demo'), { timeout: 60_000 }).toBe('true')
    await next.close()
  })

  it('is refused a project that another window has open, until that is closed', async () => {
    const { url, kill } = await start('shared')
    const first = await newTab(url)
    await button(first, 'Try the demo song').click()
    await lane(first, 'Demo').waitFor()
    await first.keyboard.press('Control+s')
    await first.getByRole('dialog').getByLabel('Name').fill('Shared')
    await first.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
    await first.getByText('Saved as “Shared”.').first().waitFor()
    const second = await newTab(url)
    const openShared = async () => {
      if (!(await second.getByRole('dialog').count())) await button(second, 'Open project…').click()
      await second.getByRole('dialog').getByRole('button', { name: /^Shared/ }).click()
    }
    await openShared()
    await second.getByText(/The project is open in another window/).first().waitFor()
    expect(await lane(second, 'Demo').count()).toBe(0)
    await button(first, 'Mute Demo').click()
    await first.keyboard.press('Control+s')
    await first.getByText('Project saved.').first().waitFor()
    await first.close()
    await expect.poll(async () => {
      await openShared()
      return lane(second, 'Demo').waitFor({ timeout: 3000 }).then(() => true, () => false)
    }, { timeout: 60_000 }).toBe(true)
    expect(await isPressed(second, 'Mute Demo')).toBe('true')
    await second.close()
    await kill()
  })
})
