import { spawn, type ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { acquireLock, isLockedElsewhere } from '#main/node/processLock'
import { buildProgram } from '#test/builds'
import { projectRoot } from '#test/projectFiles'

const scratch = mkdtempSync(join(tmpdir(), 'stemwright-lock-'))
const children: ChildProcess[] = []
afterAll(() => {
  children.forEach((child) => child.kill('SIGKILL'))
  rmSync(scratch, { recursive: true, force: true })
})

let count = 0
const newPath = () => {
  const folder = join(scratch, `project ${++count}`)
  mkdirSync(folder)
  return join(folder, 'lock')
}
const codeOf = (path: string) => acquireLock(path).then((claim) => (claim.release(), 'free'), (error: { code: string }) => error.code)
const ended = (child: ChildProcess) => new Promise((resolve) => child.on('exit', resolve))

let program: Promise<string> | undefined
/** Starts another process that takes the lock at `path`, and gives what it says: "held" or a code. */
async function contender(path: string): Promise<{ child: ChildProcess; says: string }> {
  program ??= buildProgram('lockHolder', join(projectRoot, 'node_modules/.cache/stemwright-lock-holder'))
  const child = spawn(process.execPath, [await program, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  const says = await new Promise<string>((resolve) => {
    child.stdout!.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
    child.once('exit', (status) => resolve(`ended with ${status}`))
  })
  return { child, says }
}

describe('a lock', () => {
  it('is refused to a second holder, free once released, and leaves nothing behind', async () => {
    const path = newPath()
    const claim = await acquireLock(path)
    expect([await codeOf(path), await claim.held()]).toEqual(['PROJECT_IN_USE', true])
    claim.release()
    expect([await claim.held(), await codeOf(path), readdirSync(join(path, '..'))]).toEqual([false, 'free', []])
  })

  it('of another living process is refused; of one that was killed it is taken over', async () => {
    const path = newPath()
    const { child, says } = await contender(path)
    expect([says, await codeOf(path), await isLockedElsewhere(path)]).toEqual(['held', 'PROJECT_IN_USE', true])
    child.kill('SIGKILL')
    await ended(child)
    expect([await isLockedElsewhere(path), await codeOf(path)]).toEqual([false, 'free'])
  })

  it('goes to one only when several processes find it stale at once', async () => {
    const path = newPath()
    writeFileSync(path, 'left by a crash')
    utimesSync(path, new Date(0), new Date(0))
    const all = await Promise.all([contender(path), contender(path), contender(path), contender(path)])
    expect(all.map(({ says }) => says).sort()).toEqual(['PROJECT_IN_USE', 'PROJECT_IN_USE', 'PROJECT_IN_USE', 'held'])
  })

  it('is not believed where it came as a copy, was not touched for minutes, or was made before the machine started', async () => {
    const path = newPath()
    const claim = await acquireLock(path)
    const copy = newPath()
    copyFileSync(path, copy)
    expect(await codeOf(copy)).toBe('free')
    const minutes = new Date(Date.now() - 3 * 60_000)
    utimesSync(path, minutes, minutes)
    const taker = await acquireLock(path)
    expect([await claim.held(), await taker.held()]).toEqual([false, true])
    claim.release()
    expect([existsSync(path), await taker.held()]).toEqual([true, true])
    taker.release()
  })

  it('of another machine is believed as long as it is touched', async () => {
    const path = newPath()
    const claim = await acquireLock(path)
    const content = JSON.parse(readFileSync(path, 'utf8')) as object
    claim.release()
    writeFileSync(path, JSON.stringify({ ...content, host: 'f'.repeat(16), pid: 1 }))
    await expect(acquireLock(path)).rejects.toThrow(/on another computer/)
    utimesSync(path, new Date(0), new Date(0))
    expect(await codeOf(path)).toBe('free')
  })
})
