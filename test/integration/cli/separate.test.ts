import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildProgram } from '#test/builds'
import { projectRoot } from '#test/projectFiles'
import { addsUp, readIntegers, writeNoise } from '#test/sound'

interface Document {
  files: { input: string; vocals: string; music: string; frames: number; nullResidualDbfs: number; seconds: number }[]
  failed: { input: string; code: string; message: string }[]
}

const card = { name: 'Stand-in', summary: 'Halves every sample.', licence: 'none', parameters: 1, sha256: '0'.repeat(64) }

describe('npm run separate, with a stand-in for the model', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'stemwright-cli-'))
  const songs = join(scratch, 'songs')
  let programs: { command: string; compute: string }
  let out: string
  let runs = 0

  beforeAll(async () => {
    // Inside the project, so that the programs find its packages.
    const cache = join(projectRoot, 'node_modules', '.cache', 'stemwright-cli')
    programs = {
      command: await buildProgram('halvingCommand', join(cache, 'command')),
      compute: await buildProgram('halvingCompute', join(cache, 'compute')),
    }
    mkdirSync(join(scratch, 'models', 'duovae'), { recursive: true })
    writeFileSync(join(scratch, 'models', 'duovae', 'card.json'), JSON.stringify(card))
    mkdirSync(join(songs, 'disc'), { recursive: true })
    await writeNoise(join(songs, 'first.wav'), 2, 1)
    await writeNoise(join(songs, 'disc', 'first.flac'), 1, 2, 'flac', 48_000)
    await writeNoise(join(scratch, 'long.wav'), 30, 3)
    await writeNoise(join(scratch, 'mix.flac'), 1, 4, 'flac')
    await writeNoise(join(scratch, 'vocals.flac'), 1, 5, 'flac')
    await writeNoise(join(scratch, 'music.flac'), 1, 6, 'flac')
    writeFileSync(join(scratch, 'notes.mp3'), 'No music here.')
  })
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))
  beforeEach(() => {
    out = join(scratch, `out-${++runs}`)
  })

  function start(args: string[], env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [programs.command, ...args, '--out', out], {
      cwd: scratch,
      env: {
        ...process.env,
        TEST_COMPUTE: programs.compute,
        TEST_MODELS: join(scratch, 'models'),
        TEST_LIBRARY: join(scratch, 'library'),
        TEST_DEMO: scratch,
        ...env,
      },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const ended = new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) =>
      child.on('close', (status) => resolve({ status, stdout, stderr })),
    )
    const printed = (text: string) =>
      new Promise<void>((resolve, reject) => {
        child.stderr.on('data', () => stderr.includes(text) && resolve())
        child.on('close', () => reject(new Error(`It ended without printing "${text}":\n${stderr}`)))
      })
    return { child, ended, printed }
  }
  const run = (...args: string[]) => start(args).ended

  it('separates a folder, prints one JSON document and nothing else, and its stems sum to the song', async () => {
    const { status, stdout } = await run('songs', '--json')
    const { files, failed } = JSON.parse(stdout) as Document
    expect({ status, failed }).toEqual({ status: 0, failed: [] })
    expect(files.map(({ input }) => input)).toEqual([join('songs', 'disc', 'first.flac'), join('songs', 'first.wav')])
    expect(Object.keys(files[0]!)).toEqual(
      ['input', 'vocals', 'music', 'seconds', 'sampleRate', 'channels', 'frames', 'elapsedSeconds', 'realTimeFactor', 'nullResidualDbfs', 'engine', 'model'],
    )
    expect(files[0]).toMatchObject({ sampleRate: 48_000, channels: 2, frames: 48_000, seconds: 1, engine: 'stand-in', model: 'duovae' })
    for (const { input, vocals, music } of files) {
      const mixture = await readIntegers(join(scratch, input))
      expect(addsUp(mixture, await readIntegers(vocals), await readIntegers(music))).toBe(true)
    }
    expect(readdirSync(out).sort()).toEqual(['first (2) - Music.wav', 'first (2) - Vocals.wav', 'first - Music.wav', 'first - Vocals.wav'])
  })

  it('never lets two songs of one call overwrite each other, and numbers or overwrites what an earlier call left', async () => {
    await run('songs')
    const { status } = await run('songs', '--overwrite')
    expect(status).toBe(0)
    expect(readdirSync(out)).toHaveLength(4)
    await run(join('songs', 'first.wav'))
    expect(readdirSync(out)).toContain('first - Vocals (2).wav')
  })

  it('separates the part that was asked for, to the frame', async () => {
    const { stdout } = await run(join('songs', 'first.wav'), '--start', '0.5', '--length', '1', '--json')
    const [file] = (JSON.parse(stdout) as Document).files
    expect(file).toMatchObject({ frames: 44_100, seconds: 1 })
    const mixture = (await readIntegers(join(songs, 'first.wav'))).map((plane) => plane.slice(22_050, 66_150))
    expect(addsUp(mixture, await readIntegers(file!.vocals), await readIntegers(file!.music))).toBe(true)
  })

  it('does the others when some fail, says which and why, and ends with 3', async () => {
    const { status, stdout, stderr } = await run('gone.wav', 'notes.mp3', join('songs', 'first.wav'), '--json')
    const { files, failed } = JSON.parse(stdout) as Document
    expect(status).toBe(3)
    expect(files).toHaveLength(1)
    expect(failed.map(({ input, code }) => [input, code])).toEqual([['gone.wav', 'FILE_NOT_FOUND'], ['notes.mp3', 'NOT_AUDIO']])
    expect(stderr).toContain(failed[1]!.message)
  })

  it.each([[['--format', 'wav']], [['--model', 'nothing']], [['--nonsense']]])('ends with 2 and prints nothing on stdout for %s', async (args) => {
    const { status, stdout, stderr } = await run(...args, '--json')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain('--help')
  })

  it('separates the demo song and prints its table', async () => {
    const { status, stdout } = await run()
    expect(status).toBe(0)
    expect(readdirSync(out).sort()).toEqual(['Demo - Music.wav', 'Demo - Vocals.wav'])
    for (const text of ['stand-in', 'real-time factor', 'null residual', 'vocals uSDR', 'music SI-SDR', 'mixture as estimate']) {
      expect(stdout).toContain(text)
    }
  })

  it('stops at Ctrl-C with 130 and leaves nothing half-written', async () => {
    const { child, ended, printed } = start([join(songs, 'first.wav'), 'long.wav', 'notes.mp3', '--json'], { HALVING_BLOCK_MS: '50' })
    await printed('long  ')
    child.kill('SIGINT')
    child.kill('SIGINT')
    const { status, stdout } = await ended
    expect(status).toBe(130)
    expect((JSON.parse(stdout) as Document).files).toHaveLength(1)
    expect(readdirSync(out).sort()).toEqual(['first - Music.wav', 'first - Vocals.wav'])
  })

  it('goes on with the next song when the compute process is killed, and keeps nothing of the first', async () => {
    const idFile = join(scratch, 'process-id')
    const { ended, printed } = start(['long.wav', join('songs', 'first.wav'), '--json'], { HALVING_BLOCK_MS: '20', HALVING_PROCESS_ID_FILE: idFile })
    await printed('long  ')
    process.kill(Number(readFileSync(idFile, 'utf8')), 'SIGKILL')
    const { status, stdout } = await ended
    const { files, failed } = JSON.parse(stdout) as Document
    expect(status).toBe(3)
    expect(failed).toMatchObject([{ input: 'long.wav', code: 'COMPUTE_CRASHED' }])
    expect(files).toHaveLength(1)
    expect(readdirSync(out).sort()).toEqual(['first - Music.wav', 'first - Vocals.wav'])
  })

  it('prints its usage', async () => {
    const { status, stdout } = await run('--help')
    expect(status).toBe(0)
    expect(stdout).toContain('--quality')
  })
})
