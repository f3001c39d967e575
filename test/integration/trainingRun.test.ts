import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeWeights } from '#main/models/weightsFile'
import { loadModel } from '#main/node/modelFiles'
import { appRoot } from '#main/node/appRoot'
import { encodeWav } from '#shared/audio/wavCodec'
import { randomStream } from '#shared/random'
import type { HistoryLine } from '#shared/training/history'
import { setUp } from '#test/setUp'

let folder: string

beforeAll(async () => {
  setUp()
  folder = await mkdtemp(join(tmpdir(), 'stemwright-training-'))
  const random = randomStream(4)
  const tone = (frequency: number) => Float32Array.from({ length: 9 * 44100 }, (_, i) => 0.2 * Math.sin((i * frequency) / 7000 + 3 * Math.sin(i / 9000)))
  const noise = () => Float32Array.from({ length: 9 * 44100 }, () => 0.1 * random.normal())
  for (const [song, frequency] of [['one', 300], ['two', 410], ['held', 350]] as const) {
    await mkdir(join(folder, 'data', song), { recursive: true })
    const save = (stem: string, left: Float32Array, right: Float32Array) =>
      writeFile(join(folder, 'data', song, `${stem}.wav`), encodeWav({ sampleRate: 44100, channels: [left, right] }, 'int16'))
    await save('vocals', tone(frequency), tone(frequency))
    await save('accompaniment', noise(), noise())
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const epochSteps = 6

function train(run: string, steps: number, ...more: string[]): ChildProcess {
  const settings = { stepsPerEpoch: epochSteps, batchSize: 2, 'patches.musicPool': 2, 'patches.vocalPool': 3 }
  return spawn(process.execPath, [
    join(appRoot, 'out/main/train.js'),
    '--data', join(folder, 'data'), '--preset', 'tiny', '--validation', 'held', '--out', join(folder, run), '--steps', String(steps),
    ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ...more,
  ])
}

/** Waits for the end of a process, or for a line of its output that makes `kill` true, and kills it there. */
function finished(child: ChildProcess, kill: (line: string) => boolean = () => false): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (text.split('\n').some(kill)) child.kill('SIGKILL')
      })
    }
    child.on('close', (code) => resolve({ code, output }))
  })
}

async function weightsOf(run: string) {
  return decodeWeights(await readFile(join(folder, run, 'last.safetensors'))).arrays
}

describe('training from the command line', () => {
  it('goes on after kill -9 to the very weights of an uninterrupted run, with one line of history an epoch', async () => {
    const whole = await finished(train('whole', 4 * epochSteps))
    expect(whole.code, whole.output).toBe(0)
    const killed = await finished(train('killed', 4 * epochSteps), (line) => line.startsWith('epoch 2'))
    expect(killed.code).toBe(null)
    const resumed = await finished(spawn(process.execPath, [join(appRoot, 'out/main/train.js'), '--resume', '--out', join(folder, 'killed')]))
    expect(resumed.code, resumed.output).toBe(0)
    expect(await weightsOf('killed')).toEqual(await weightsOf('whole'))
    const lines = (await readFile(join(folder, 'killed/history.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line).epoch)
    expect(lines).toEqual([1, 2, 3, 4])
    const { card } = await loadModel(join(folder, 'killed/model'))
    expect(card.scores[0]!.measuredOn).toBe('held')
    expect(card.data).toContain('one, two')
  })

  it.each(['conv000', 'dense000'])('trains the blind %s of source 000 by the same command; the state of least validation loss is what is kept', async (preset) => {
    // Steps that are too long to be good for long: the best epoch is not the last.
    const settings = ['--set', 'stepsPerEpoch=2', '--set', 'learningRate=0.05', '--set', 'loss.reconstruction=crossEntropy']
    const { code, output } = await finished(train(preset, 8, '--preset', preset, ...settings))
    expect(code, output).toBe(0)
    expect(await readdir(join(folder, preset, 'model'))).toEqual(['card.json', 'weights.safetensors'])
    const lines = (await readFile(join(folder, preset, 'history.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as HistoryLine)
    expect(lines.map(({ train, validation }) => [Object.keys(train), Object.keys(validation)].flat())).toEqual(
      lines.map(() => expect.arrayContaining(['loss', 'reconstruction', 'kl']) as unknown),
    )
    const losses = lines.map(({ validation }) => validation['loss']!)
    expect(new Set(losses).size).toBe(4)
    const card = JSON.parse(await readFile(join(folder, preset, 'model/card.json'), 'utf8')) as { validation: { loss: number }; training: { steps: number } }
    expect(card.validation.loss).toBe(Math.min(...losses))
    expect(card.training.steps).toBe(lines[losses.indexOf(Math.min(...losses))]!.step)
  })

  it('keeps the best model when it is interrupted, and leaves no run without one that it could resume', async () => {
    const child = train('stopped', 1000)
    child.stdout?.once('data', () => child.kill('SIGINT'))
    const { code, output } = await finished(child)
    expect(code, output).toBe(130)
    await loadModel(join(folder, 'stopped/model'))
  })

  it('refuses a damaged checkpoint, a folder that holds a run, and data without songs', async () => {
    await truncate(join(folder, 'stopped/last.safetensors'), 1000)
    const answers = await Promise.all([
      finished(train('stopped', 12, '--resume')),
      finished(train('whole', 12)),
      finished(train('none', 12, '--data', join(folder, 'whole'), '--validation', '')),
    ])
    expect(answers.map(({ code, output }) => `${code} ${/^([A-Z]+_[A-Z_]+):/m.exec(output)?.[1]}`)).toEqual(['3 CHECKPOINT_CORRUPT', '3 OUTPUT_EXISTS', '3 DATASET_EMPTY'])
    expect(await readdir(folder), 'a refused attempt stands in the way of the next').not.toContain('none')
  })
})
