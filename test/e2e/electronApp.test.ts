import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '#test/projectFiles'
import { setUp } from '#test/setUp'

const binary = findBinary()
const display = process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
const note = !binary ? " (skipped: Electron's runtime is not installed)" : display ? '' : ' (skipped: no display)'

function findBinary(): string | undefined {
  const folder = join(projectRoot, 'node_modules/electron')
  try {
    const path = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'))
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}

describe.skipIf(note !== '')(`the app in real Electron${note}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-electron-'))
  beforeAll(setUp)
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))

  it('opens its window, reads the demo song in a utility process, and gives the page nothing of Node', async () => {
    const app = await _electron.launch({
      executablePath: binary!,
      args: [projectRoot, `--user-data-dir=${join(scratch, 'user')}`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      env: { ...process.env, STEMWRIGHT_LIBRARY: join(scratch, 'library') } as Record<string, string>,
    })
    const window = await app.firstWindow()
    await window.getByRole('button', { name: 'Try the demo song' }).click()
    await window.getByText('44.1 kHz').waitFor()
    expect(await window.evaluate(() => ['require', 'process', 'module'].filter((name) => name in globalThis))).toEqual([])
    await app.close()
  })
})
