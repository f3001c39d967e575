import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '#test/projectFiles'

/**
 * A clone with a tiny program in place of the app, so that set-up can be watched: the scripts and the packages are the
 * real ones, and building means copying.
 */
describe('scripts/run.mjs', () => {
  const clone = mkdtempSync(join(tmpdir(), 'stemwright-clone-'))

  beforeAll(() => {
    cpSync(join(projectRoot, 'scripts'), join(clone, 'scripts'), { recursive: true })
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(projectRoot, file), join(clone, file))
    symlinkSync(join(projectRoot, 'node_modules'), join(clone, 'node_modules'), 'junction')
    mkdirSync(join(clone, 'src-main'))
    writeFileSync(
      join(clone, 'electron.vite.config.ts'),
      `export default { main: { build: { outDir: 'out/main', rolldownOptions: { input: { cli: '${join(clone, 'src-main', 'cli.ts').replaceAll('\\', '/')}' } } } } }\n`,
    )
    writeProgram('first')
  })
  afterAll(() => rmSync(clone, { recursive: true, force: true }))

  function writeProgram(name: string) {
    writeFileSync(
      join(clone, 'src-main', 'cli.ts'),
      `console.log(${JSON.stringify(name)}, JSON.stringify(process.argv.slice(2)))\nif (process.argv.includes('--fail')) process.exitCode = 3\n`,
    )
  }

  function run(...args: string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(clone, 'scripts', 'run.mjs'), ...args], { cwd: tmpdir(), encoding: 'utf8' })
    return { status, stdout, stderr }
  }

  it('builds what is missing, hands the arguments on, and writes nothing of its own to standard output', () => {
    const { status, stdout, stderr } = run('separate', 'a b.wav', '--json')
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'first ["a b.wav","--json"]\n' })
    expect(stderr).toContain('Building')
  })

  it('does nothing the second time, and passes the exit status on', () => {
    expect(run('separate', '--fail')).toEqual({ status: 3, stdout: 'first ["--fail"]\n', stderr: '' })
  })

  it('builds again when a source has changed', () => {
    writeProgram('second')
    expect(run('separate').stdout).toBe('second []\n')
  })

  it('says what is wrong when a build fails, keeps the last status, and recovers', () => {
    writeFileSync(join(clone, 'src-main', 'cli.ts'), 'this is no program')
    const { status, stdout, stderr } = run('separate')
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('run the same command again')
    writeProgram('third')
    expect(run('separate').stdout).toBe('third []\n')
  })

  it('refuses a task that it does not know, with those that it knows', () => {
    const { status, stderr } = run('seperate')
    expect(status).toBe(2)
    expect(stderr).toContain('separate')
  })

  it('says that a program is missing rather than failing to import it', () => {
    const { status, stderr } = run('bench')
    expect(status).toBe(1)
    expect(stderr).toContain('bench')
    expect(stderr).not.toContain('at ')
  })
})
