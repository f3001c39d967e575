import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import type { TaskLine } from '#main/compute/server'
import { denormaliseClip, type NormalisedClip } from '#main/datasets/clips/melClip'
import type { Engine, NamedArrays } from '#main/engine/engine'
import { openEngine } from '#main/engine/select'
import { detectorNetwork } from '#main/models/detect/detectorNetworks'
import { detectorSelfTestValues } from '#main/models/detect/detectorSelfTest'
import { detectorDecodeProgram, detectorScoreProgram, detectorVae, type DetectorVaeConfig } from '#main/models/detect/detectorVae'
import { clipFrames } from '#main/models/detect/melClipConfig'
import { shapesOf } from '#main/models/layers'
import { decodeWeights, encodeWeights } from '#main/models/weightsFile'
import { hearAll } from '#main/node/heardClips'
import { makeFolder } from '#main/node/makeFolder'
import { saveModel } from '#main/node/modelFiles'
import { splitForStudy } from '#main/training/detectorQuality'
import { studyDetectors, type DetectorStudy } from '#main/training/detectorStudy'
import { soundOfMel } from '#main/detecting/soundOfMel'
import { encodeWav } from '#shared/audio/wavCodec'
import type { SoundPanel, SweepRequest } from '#shared/contract/detecting'
import type { WorkContext } from '#shared/jobs/work'
import { randomStream } from '#shared/random'

const selfTestSeed = 11

/** Trains a network for every weight, judges all, and writes networks and the best as a model into `output`. */
export async function sweepDetectors({ request, positives, alike, others, output, name }: ComputeInput<'sweepDetectors'>, context: WorkContext, line: TaskLine<'sweepDetectors'>): Promise<ComputeResult<'sweepDetectors'>> {
  const { clips, warnings } = await hearAll(request, { this: positives, alike, other: others }, context)
  const engine = await openEngine()
  try {
    const ports = { engine, now: () => performance.now() / 1000, trained: line.say }
    const started = performance.now()
    const study = await studyDetectors(clips, request, ports, context)
    await makeFolder(output)
    await writeNetworks(output, study)
    await writeDetector(join(output, 'model'), name, request, study, (performance.now() - started) / 1000, engine)
    return { ...study.sweep, warnings }
  } finally {
    await engine.dispose()
  }
}

async function writeNetworks(output: string, { model, networks, sweep }: DetectorStudy): Promise<void> {
  for (const [i, parameters] of networks.entries()) await writeFile(join(output, `${sweep.rows[i]!.weight}.safetensors`), encodeWeights(parameters, shapesOf(detectorVae(model).parameters)))
}

async function writeDetector(directory: string, name: string, request: SweepRequest, { model, networks, classifier, sweep }: DetectorStudy, seconds: number, engine: Engine): Promise<void> {
  const best = sweep.rows.findIndex(({ weight }) => weight === sweep.bestWeight)
  const parameters = networks[best]!
  const { scores: _, ...quality } = sweep.ours
  const measuredOn = `${quality.clips.positive} clips of the sound and ${quality.clips.negative} others, of sources that it has not learned from`
  await saveModel(
    directory,
    {
      name,
      summary: 'Finds one sound in recordings. Trained on this machine.',
      licence: 'As the sounds that it learned from.',
      data: `${sweep.counts.train} clips of "${name}", and other sounds to tell it from`,
      attributions: [],
      config: model,
      detector: { classifier, threshold: 0.5, quality },
      scores: [
        { name: 'Accuracy', value: 100 * quality.accuracy, unit: '%', measuredOn },
        { name: 'Area under ROC', value: quality.auc, unit: '', measuredOn },
        { name: 'Found at 1 % false alarms', value: 100 * quality.tprAt1Fpr, unit: '%', measuredOn },
        { name: 'Error of the sound', value: sweep.dbMse.positive, unit: 'dB²', measuredOn },
        { name: 'Error of other sounds', value: sweep.dbMse.negative, unit: 'dB²', measuredOn },
      ],
      training: { steps: sweep.rows[best]!.stopEpoch, seconds, seed: request.seed, engine: engine.label, config: request },
      selfTest: { seed: selfTestSeed, values: await detectorSelfTestValues(model, parameters, engine, selfTestSeed) },
    },
    parameters,
  )
}

/** Does the document's three experiments with a network of a sweep, and writes what is heard of them into `output`. */
export async function tryDetector({ request, positives, others, folder, weight, seed, output }: ComputeInput<'tryDetector'>, context: WorkContext): Promise<ComputeResult<'tryDetector'>> {
  const model = detectorNetwork(request.network, request.seconds)
  const { arrays } = decodeWeights(await readFile(join(folder, `${weight}.safetensors`)))
  const { clips } = await hearAll(request, { this: positives, alike: undefined, other: others }, context)
  const { test } = splitForStudy(clips, request.seed)
  const random = randomStream(seed)
  const engine = await openEngine()
  await makeFolder(output)
  const panel = panelWriter(model, output, seed, context)
  try {
    const reconstructions = []
    for (const kind of ['this', 'other'] as const) {
      const chosen = test.filter((clip) => clip.class === kind)
      if (chosen.length === 0) continue
      const { name, heard } = random.pick(chosen)
      const { decoded, rl } = await once(engine, detectorScoreProgram(model, 1), arrays, { clip: heard.picture.values })
      const range = heard.picture.max - heard.picture.min
      reconstructions.push({ class: kind, dbMse: rl![0]! * range ** 2, original: await panel(name, heard.picture), decoded: await panel(`${name}, decoded`, { ...heard.picture, values: decoded! }) })
    }
    const like = random.pick(clips.filter((clip) => clip.class === 'this')).heard.picture
    const generations: SoundPanel[] = []
    for (let i = 1; i <= 4; i++) {
      const latent = Float32Array.from({ length: model.latentUnits }, () => random.normal())
      const { decoded } = await once(engine, detectorDecodeProgram(model, 1), arrays, { latent })
      generations.push(await panel(`Made up ${i}`, { ...like, values: decoded! }))
    }
    return { reconstructions, generations }
  } finally {
    await engine.dispose()
  }
}

async function once(engine: Engine, program: Parameters<Engine['compile']>[0], parameters: NamedArrays, inputs: NamedArrays): Promise<NamedArrays> {
  const network = await engine.compile(program, parameters)
  try {
    return await network.run(inputs)
  } finally {
    network.dispose()
  }
}

/** Writes sounds, and gives what is shown of them; `url` is the name of the file until the service has given it one. */
function panelWriter(model: DetectorVaeConfig, output: string, seed: number, context: WorkContext) {
  let count = 0
  return async (name: string, picture: NormalisedClip): Promise<SoundPanel> => {
    const file = `${++count}.wav`
    const decibels = denormaliseClip(picture.values, picture)
    const samples = await soundOfMel(decibels, model.clip, randomStream(seed).fork(file), context)
    await writeFile(join(output, file), encodeWav({ sampleRate: model.clip.sampleRate, channels: [samples] }, 'int16'))
    return { name, bands: model.clip.bands, frames: clipFrames(model.clip), decibels: Array.from(decibels, (value) => Math.round(value * 10) / 10), url: file }
  }
}
