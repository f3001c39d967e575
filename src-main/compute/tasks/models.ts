import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { ready } from '#main/compute/tasks/separate'
import { requireGeneratorSelfTest } from '#main/models/generate/generatorSelfTest'
import { requireDetectorSelfTest } from '#main/models/detect/detectorSelfTest'
import { requireRvqSelfTest } from '#main/models/quantise/rvqSelfTest'
import { requireUnmixerSelfTest } from '#main/models/unmixerSelfTest'
import { decodeWeights } from '#main/models/weightsFile'
import { exportNetwork as exportNetworkFiles } from '#main/node/networkExport'
import { loadOther, loadUnmixer } from '#main/node/modelFiles'
import { packModel as packModelFile, unpackModel as unpackModelFile } from '#main/node/modelPackage'
import { saveNetwork } from '#main/node/networkFiles'
import { fitNetwork, probeNetwork } from '#main/separation/network/contract'
import { realTimeFactor } from '#main/separation/speed'
import { networkDescription } from '#shared/contract/networkAdapter'
import { AppError } from '#shared/errors'
import type { WorkContext } from '#shared/jobs/work'

const selfTestSeed = 11
/** An ONNX model is one message, which can't be longer. */
const largestNetwork = 2 ** 31 - 1

export async function packModel({ directory, path }: ComputeInput<'packModel'>): Promise<ComputeResult<'packModel'>> {
  return { path: await packModelFile(directory, path) }
}

/** @throws what `unpackModel` of src-main/node and `open` of `ReadySeparator` throw: the model has passed its self-test afterwards */
export async function unpackModel({ path, folder }: ComputeInput<'unpackModel'>): Promise<void> {
  await unpackModelFile(path, folder)
  await testModel(folder)
}

/** Networks that take songs or pictures apart are computed, others are looked at. */
async function testModel(folder: string): Promise<void> {
  const family = await familyOf(folder)
  if (family === 'unmixer') return testUnmixer(folder)
  if (family === 'rvqvae') return testRvqVae(folder)
  if (family === 'detectvae') return testDetector(folder)
  if (family === 'soundvae') return testGenerator(folder)
  if (!['duovae', 'unet', 'onnx'].includes(family)) return testWeights(folder)
  try {
    await stepping(async () => void (await ready.open(folder)))
  } finally {
    ready.forget(folder)
  }
}

async function testUnmixer(folder: string): Promise<void> {
  const { card, parameters } = await loadUnmixer(folder)
  await stepping(async () => requireUnmixerSelfTest(card.selfTest, card.config, parameters, await ready.bestEngine()))
}

async function testRvqVae(folder: string): Promise<void> {
  const { card, parameters } = await loadOther(folder, 'rvqvae')
  await stepping(async () => requireRvqSelfTest(card.selfTest, card.config, parameters, await ready.bestEngine()))
}

async function testGenerator(folder: string): Promise<void> {
  const { card, parameters } = await loadOther(folder, 'soundvae')
  await stepping(async () => requireGeneratorSelfTest(card.selfTest, card.config, parameters, await ready.bestEngine()))
}

async function testDetector(folder: string): Promise<void> {
  const { card, parameters } = await loadOther(folder, 'detectvae')
  await stepping(async () => requireDetectorSelfTest(card.selfTest, card.config, parameters, await ready.bestEngine()))
}

async function familyOf(folder: string): Promise<string> {
  try {
    const card = JSON.parse(await readFile(join(folder, 'card.json'), 'utf8')) as { config?: { family?: unknown } }
    if (typeof card.config?.family === 'string') return card.config.family
  } catch (cause) {
    throw new AppError('MODEL_CORRUPT', 'The card of the model is no JSON. Nothing was imported; get the file again.', { cause })
  }
  throw new AppError('MODEL_CORRUPT', 'The card of the model does not say which network it is of. Nothing was imported; get the file again.')
}

async function testWeights(folder: string): Promise<void> {
  const { arrays } = decodeWeights(await readFile(join(folder, 'weights.safetensors')))
  if (Object.values(arrays).every((values) => values.every(Number.isFinite))) return
  throw new AppError('MODEL_CORRUPT', 'The weights of the model hold numbers that are not finite. Nothing was imported; get the file again.')
}

export async function exportNetwork({ directory, place }: ComputeInput<'exportNetwork'>): Promise<ComputeResult<'exportNetwork'>> {
  return { paths: await exportNetworkFiles(directory, place) }
}

/**
 * Says what an ONNX model takes and gives, and what the JSON file beside it says of that.
 * @throws AppError FILE_NOT_FOUND, MODEL_INCOMPATIBLE, ENGINE_UNAVAILABLE
 */
export async function inspectNetwork({ path }: ComputeInput<'inspectNetwork'>): Promise<ComputeResult<'inspectNetwork'>> {
  const model = await readNetwork(path)
  const engine = await ready.networkEngine()
  const network = await engine.openNetwork!(model)
  const tensors = { inputs: [...network.inputs], outputs: [...network.outputs] }
  network.dispose()
  return { ...tensors, ...(await beside(path)) }
}

/** A JSON file beside a network that is no description is not thrown at the user: it is said, and the form can be filled in. */
async function beside(path: string): Promise<Pick<ComputeResult<'inspectNetwork'>, 'description' | 'problem'>> {
  const text = await readFile(path.replace(/\.onnx$/i, '') + '.json', 'utf8').catch(() => undefined)
  if (text === undefined) return {}
  try {
    const parsed = networkDescription.partial().safeParse(JSON.parse(text))
    if (parsed.success) return { description: parsed.data }
    return { problem: parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`).join('; ') }
  } catch {
    return { problem: 'it is no JSON' }
  }
}

/**
 * Puts an ONNX model with its description into `folder`, where it has answered as described.
 * @throws AppError FILE_NOT_FOUND, INVALID_INPUT, MODEL_INCOMPATIBLE, ENGINE_UNAVAILABLE, OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function importNetwork({ path, folder, description }: ComputeInput<'importNetwork'>): Promise<void> {
  const model = await readNetwork(path)
  const engine = await ready.networkEngine()
  const network = await engine.openNetwork!(model)
  try {
    const values = await probeNetwork(fitNetwork(network, description, 1), selfTestSeed)
    await saveNetwork(folder, model, description, { seed: selfTestSeed, values })
  } finally {
    network.dispose()
  }
}

async function readNetwork(path: string): Promise<Uint8Array> {
  const model = await readFile(path).catch((cause: unknown) => {
    throw new AppError('FILE_NOT_FOUND', `${path} is not there, or can't be read. Nothing was imported.`, { cause })
  })
  if (model.length <= largestNetwork) return model
  throw new AppError('MODEL_INCOMPATIBLE', `${path} is larger than an ONNX model in one file can be. Nothing was imported.`)
}

export async function measureSpeed({ modelDirectory }: ComputeInput<'measureSpeed'>, context: WorkContext): Promise<ComputeResult<'measureSpeed'>> {
  return stepping(async () => {
    const separator = await ready.open(modelDirectory)
    return { realTimeFactor: await realTimeFactor(separator, () => performance.now(), context), engine: separator.engine.label }
  })
}

/** Does work that may find its engine wanting, until no smaller batch or other engine is left. */
async function stepping<Value>(work: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      await ready.stepDown(error)
    }
  }
}
