import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { engineIds } from '#main/engine/engine'
import type { RungReport } from '#main/engine/rungs'
import { appRoot } from '#main/node/appRoot'

const program = join(appRoot, 'out', 'main', 'engines.js')
const cache = mkdtempSync(join(tmpdir(), 'stemwright-engines-'))
afterAll(() => rmSync(cache, { recursive: true, force: true }))

async function engines(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, STEMWRIGHT_CACHE: cache }
  return promisify(execFile)(process.execPath, [program, ...args], { env }).then(
    (output) => ({ code: 0, ...output }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}

describe.skipIf(!existsSync(program))('npm run engines', () => {
  // Would catch a probe process that is not built or does not answer, and output on stdout that is not the document.
  test('tries every rung in a process of its own, and says why the others are refused', async () => {
    const { code, stdout } = await engines('--json')
    const { engines: reports } = JSON.parse(stdout) as { engines: RungReport[] }
    expect(code).toBe(0)
    expect(reports.map(({ id }) => id)).toEqual([...engineIds])
    expect(reports.filter(({ speed, refusal }) => (speed === undefined) === (refusal === undefined))).toEqual([])
    const cpu = reports.find(({ id }) => id === 'onnx-cpu')!
    expect(cpu.speed!.inference).toBeGreaterThan(0)
    expect(reports.map(({ refusal }) => refusal ?? '').join('\n')).not.toMatch(/crashed|did not answer|\.cc:/)
  })

  test('shows what is remembered as a table', async () => {
    const { code, stdout } = await engines()
    expect(code).toBe(0)
    expect(stdout).toMatch(/^onnx-cpu .*\d/m)
    expect(stdout).toMatch(/inference|training/)
  })

  test('ends with 2 for an option that it does not know', async () => {
    const { code, stderr } = await engines('--faster')
    expect(code).toBe(2)
    expect(stderr).toMatch(/--again/)
  })
})
