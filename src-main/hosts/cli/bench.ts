import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sizeOf, type Engine, type NamedShapes } from '#main/engine/engine'
import { examineEngines, openEngine } from '#main/engine/select'
import { openRung } from '#main/engine/rungs'
import { exitStatus, runCommand } from '#main/hosts/cli/command'
import { formatTable } from '#main/hosts/cli/table'
import { duoVaeLoss, duoVaeTrainingParameters } from '#main/models/duoVaeLoss'
import { duoVae } from '#main/models/duoVae'
import { initialParameters } from '#main/models/initialise'
import { maskProgram } from '#main/models/separatorNetwork'
import { appRoot } from '#main/node/appRoot'
import { openAudio } from '#main/node/audioReader'
import { createAudioWriter } from '#main/node/audioWriter'
import { millisecondsOf } from '#main/node/heldPictures'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import { loadOwnSeparator, loadUnmixer, type LoadedSeparator } from '#main/node/modelFiles'
import { writeStemFiles } from '#main/node/stemFiles'
import { unwatchedContext } from '#main/node/workContext'
import { createSeparator, separateVocals } from '#main/separation/separator'
import { adamWStep, initialOptimizerState } from '#main/training/adamW'
import { trainingConfig } from '#shared/training/config'
import { presets } from '#main/training/presets'
import { createStft } from '#shared/dsp/stft'
import { randomStream } from '#shared/random'

const usage = `npm run bench
Measures the whole way of a song, the STFT, a mixture of two pictures, and inference and training on every engine, on this machine as
it is now.
`

const demo = join(appRoot, 'resources/demo/mix.flac')
/** How often the demo song is strung together to make a song of about four minutes. */
const repeats = 8
const batch = { inference: 4, training: 8 }
/** While a slider of the Playground is dragged, a mixture has this long: a picture of a screen. */
const frameMilliseconds = 16

await runCommand(usage, async (args) => {
  parseArgs({ args })
  const rows: string[][] = []
  const model = await loadOwnSeparator(join(appRoot, 'resources/models/duovae'))
  // First, so that the peak of memory is that of a separation and of nothing else.
  rows.push(...(await endToEnd(model)))
  rows.push(await stftRow())
  rows.push(await unmixRow())
  for (const { id, speed, label } of await examineEngines()) {
    if (!speed) rows.push([label, 'not here, see npm run engines', ''])
    else rows.push(...(await engineRows(await openRung(id))))
  }
  const processors = cpus()
  const machine = `${processors[0]?.model.trim() ?? 'unknown processor'}, ${processors.length} threads, Node ${process.version}`
  process.stdout.write(`${formatTable([['what', 'measured', 'against real time'], ...rows])}\n${machine}\n`)
  return exitStatus.done
})

async function endToEnd({ card, parameters }: LoadedSeparator): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'stemwright-bench-'))
  try {
    const song = join(folder, 'song.wav')
    const seconds = await writeLongSong(song)
    const started = performance.now()
    const engine = await openEngine()
    const separator = await createSeparator(card.config, parameters, engine, batch.inference)
    const loaded = performance.now()
    const reader = await openAudio(song)
    const { sampleRate, channels, frames } = reader.info
    const context = unwatchedContext()
    const input = { sampleRate, channels, frames, blocks: mixtureBlocks(reader) }
    const vocals = separateVocals(input, separator, { quality: 'fast' }, context)
    const paths = { vocals: join(folder, 'vocals.wav'), accompaniment: join(folder, 'music.wav') }
    await writeStemFiles({ sourcePath: song, vocals, paths, format: 'wav24', overwrite: true, seed: 1 }, context)
    await reader.close()
    const taken = (performance.now() - loaded) / 1000
    separator.dispose()
    const memory = process.resourceUsage().maxRSS / 1024
    return [
      [`separate ${seconds.toFixed(0)} s end to end, ${engine.label}`, `${taken.toFixed(1)} s`, `${(seconds / taken).toFixed(1)} ×`],
      ['  loading engine and model before that', `${((loaded - started) / 1000).toFixed(1)} s`, ''],
      ['  peak memory of that process', `${memory.toFixed(0)} MB`, ''],
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeLongSong(path: string): Promise<number> {
  const { sampleRate, channels } = (await openAudio(demo)).info
  const writer = await createAudioWriter(path, { format: 'wav24', sampleRate, channels })
  let frames = 0
  for (let i = 0; i < repeats; i++) {
    const reader = await openAudio(demo)
    for await (const block of reader.blocks()) {
      frames += block[0]!.length
      await writer.write(block)
    }
    await reader.close()
  }
  await writer.finish()
  return frames / sampleRate
}

async function stftRow(): Promise<string[]> {
  const seconds = 180
  const random = randomStream(1)
  const signal = Float32Array.from({ length: seconds * 44100 }, () => random.uniform() - 0.5)
  const stft = await createStft({ fftSize: 4096, hopLength: 1024 })
  stft.inverse(stft.forward(signal), signal.length)
  const started = performance.now()
  for (let channel = 0; channel < 2; channel++) stft.inverse(stft.forward(signal), signal.length)
  const taken = (performance.now() - started) / 1000
  stft.dispose()
  return [`STFT 4096/1024 and inverse of ${seconds} s in stereo`, `${taken.toFixed(2)} s`, `${(seconds / taken).toFixed(0)} ×`]
}

/** A mixture of two pictures by itself, against the time that it has. */
async function unmixRow(): Promise<string[]> {
  const { card, parameters } = await loadUnmixer(join(appRoot, 'resources/models/unmix-skip'))
  const engine = await openEngine()
  const taken = await millisecondsOf(card.config, parameters, engine, () => performance.now())
  return [`take a mixture of pictures apart in ${frameMilliseconds} ms, ${card.name}, ${engine.label}`, `${taken.toFixed(1)} ms`, `${(frameMilliseconds / taken).toFixed(1)} ×`]
}

/** How fast one network of preset s is; a model of several members takes as many times as long. */
async function engineRows(engine: Engine): Promise<string[][]> {
  const config = presets.s.model
  const { sampleRate, hopLength } = config.stft
  const patchSeconds = (config.frames * hopLength) / sampleRate
  const random = randomStream(2)
  const values = (shape: readonly number[]) => Float32Array.from({ length: sizeOf(shape) }, () => Math.abs(random.normal()))
  const noise = (shapes: NamedShapes) => Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, values(shape)]))
  const mask = maskProgram(config, batch.inference)
  const forward = await engine.compile(mask, initialParameters(duoVae(config).parameters, random))
  const features = noise(mask.inputs)
  const inference = batch.inference / (await secondsEach(() => forward.run(features)))
  forward.dispose()
  const hyper = trainingConfig.parse(presets.s.training)
  const loss = duoVaeLoss(config, batch.training, hyper.loss)
  const parameters = initialParameters(duoVaeTrainingParameters(config), random)
  const differentiable = await engine.compileGradients(loss)
  const inputs = noise(loss.inputs)
  const optimizer = initialOptimizerState(parameters)
  const step = async () => {
    const { gradients } = await differentiable.gradients(optimizer.parameters, inputs)
    adamWStep(optimizer, gradients, hyper.learningRate, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, ...hyper })
  }
  const training = batch.training / (await secondsEach(step))
  differentiable.dispose()
  await engine.dispose()
  return [
    [`${engine.label}: inference with one network of preset s`, `${inference.toFixed(1)} patches/s`, `${(inference * patchSeconds).toFixed(0)} ×`],
    [`${engine.label}: training it`, `${training.toFixed(1)} patches/s`, ''],
  ]
}

/** Seconds of one call, the fastest of a few after a first one that is not counted. */
async function secondsEach(call: () => Promise<unknown>): Promise<number> {
  await call()
  let best = Infinity
  for (let i = 0; i < 4; i++) {
    const started = performance.now()
    await call()
    best = Math.min(best, (performance.now() - started) / 1000)
  }
  return best
}
