import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultModelId } from '#main/services/modelService'
import { projectRoot } from '#test/projectFiles'

const model = join(projectRoot, 'resources', 'models', defaultModelId, 'card.json')
const name = 'npm run separate, as a user types it'
const missing = existsSync(model) ? undefined : 'no model has been published into resources/models yet'
const reason = missing === undefined ? '' : ` (skipped: ${missing})`

describe.skipIf(missing !== undefined)(`${name}${reason}`, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-demo-'))
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))

  function npmRun(...args: string[]) {
    const options = { cwd: projectRoot, encoding: 'utf8', shell: process.platform === 'win32' } as const
    return spawnSync('npm', ['run', 'separate', '--', ...args], options)
  }

  it('separates the demo song into stems that sum to it and are better than the mixture', () => {
    const out = join(scratch, 'demo')
    const { status, stdout } = npmRun('--out', out)
    expect(status).toBe(0)
    expect(readdirSync(out).sort()).toEqual(['Demo - Music.wav', 'Demo - Vocals.wav'])
    const [, , separated, mixture] = stdout.slice(stdout.indexOf('\n\n') + 2).split('\n')
    const decibels = (row: string | undefined) => [...row!.matchAll(/(-?[\d.]+) dB(FS)?/g)].map((match) => Number(match[1]))
    const [residual, ...scores] = decibels(separated)
    expect(residual).toBeLessThanOrEqual(-120)
    for (const [i, score] of decibels(mixture).entries()) expect(scores[i]).toBeGreaterThan(score)
  })

  it('prints one JSON document and nothing of npm', () => {
    const { status, stdout } = npmRun('--json', '--start', '5', '--length', '2.5', '--format', 'flac', '--out', join(scratch, 'part'))
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ seconds: 2.5, frames: 110_250, model: defaultModelId }], failed: [] })
  })
})
