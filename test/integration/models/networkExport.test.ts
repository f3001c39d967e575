import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openOnnx } from '#main/engine/backends/onnx'
import { countParameters } from '#main/engine/onnx/parameterCount'
import { maskProgram } from '#main/models/separatorNetwork'
import { featureShape, maskShape } from '#main/models/spectralNetwork'
import { loadOwnSeparator } from '#main/node/modelFiles'
import { exportNetwork } from '#main/node/networkExport'
import { randomStream } from '#shared/random'
import { openTestEngine } from '#test/testEngine'
import { writeUntrainedModel } from '#test/untrainedModel'

const scratch = await mkdtemp(join(tmpdir(), 'stemwright-onnx-'))
const directory = join(scratch, 'model')
beforeAll(() => writeUntrainedModel(directory))
afterAll(() => rm(scratch, { recursive: true, force: true }))

describe('an exported network', () => {
  // Would catch an export that loses its weights, or whose tensors are called or shaped otherwise than it says.
  it('runs in ONNX Runtime and gives the masks of the model', async () => {
    const [onnx] = await exportNetwork(directory, join(scratch, 'out', 'mine'))
    const { card, parameters } = await loadOwnSeparator(directory)
    const engine = await openOnnx('cpu')
    const network = await engine.openNetwork!(await readFile(onnx!))
    expect(network.inputs).toEqual([{ name: 'features', type: 'float32', shape: featureShape(card.config, 1) }])
    expect(network.outputs).toEqual([{ name: 'vocalMask', type: 'float32', shape: maskShape(card.config, 1) }])
    const random = randomStream(5)
    const [, time, position, channel] = featureShape(card.config, 1)
    const features = Float32Array.from({ length: time * position * channel }, () => random.normal())
    const found = await network.run(features, featureShape(card.config, 1), 'vocalMask')
    const model = await (await openTestEngine()).compile(maskProgram(card.config, 1), parameters)
    const { vocalMask } = await model.run({ features })
    expect(found.values.length).toBe(vocalMask!.length)
    expect(Math.max(...found.values.map((value, i) => Math.abs(value - vocalMask![i]!)))).toBeLessThan(1e-5)
    expect(Math.max(...vocalMask!) - Math.min(...vocalMask!)).toBeGreaterThan(0.01)
    network.dispose()
  })

  it('holds the model\'s parameters, and says what they are and how to use them', async () => {
    const [onnx, json] = await exportNetwork(directory, join(scratch, 'told', 'mine'))
    const bytes = await readFile(onnx!)
    const { card } = await loadOwnSeparator(directory)
    // All but what masks do not need: the heads of the latents' variances.
    expect(countParameters(bytes)! / card.parameters).toBeGreaterThan(0.95)
    expect(countParameters(bytes)!).toBeLessThan(1.05 * card.parameters)
    expect(bytes.toString('latin1')).toContain('Input "features": float32')
    const notes = JSON.parse(await readFile(json!, 'utf8')) as { config: unknown; documentation: string[]; tensors: Record<string, string> }
    expect(notes.config).toEqual(card.config)
    expect(Object.keys(notes.tensors)).toEqual(['features', 'vocalMask'])
    expect(notes.documentation.join()).toContain('periodic Hann window of 2048 samples, hop 1024')
  })

  it('replaces no file of the user', async () => {
    const folder = join(scratch, 'taken')
    await exportNetwork(directory, join(folder, 'mine'))
    await exportNetwork(directory, join(folder, 'mine'))
    expect((await readdir(folder)).sort()).toEqual(['mine (2).json', 'mine (2).onnx', 'mine.json', 'mine.onnx'])
  })
})

describe('the count of parameters', () => {
  it('is not known of what is no ONNX model', () => {
    expect(countParameters(new TextEncoder().encode('<html>not a model</html>'))).toBeUndefined()
  })
})
