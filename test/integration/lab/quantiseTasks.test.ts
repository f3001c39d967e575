import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeSounds } from '#main/compute/tasks/quantise'
import { ablate } from '#main/compute/tasks/quantiserStudies'
import type { ManifestClip } from '#main/datasets/manifest'
import { decodePcm } from '#shared/audio/pcm'
import { encodeWav } from '#shared/audio/wavCodec'
import { ablation, codedSound } from '#shared/contract/quantising'
import { randomStream } from '#shared/random'
import { quietContext } from '#test/soundFiles'

let folder = ''
const clips: ManifestClip[] = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ablation-'))
  const random = randomStream(8)
  for (let i = 0; i < 6; i++) {
    const pitch = 0.3 + random.uniform()
    const samples = Float32Array.from({ length: 3500 + 20 * i }, (_, at) => 0.3 * Math.sin(pitch * at) * Math.exp(-at / 1500))
    const path = `hit ${i}.wav`
    await writeFile(join(folder, path), encodeWav({ sampleRate: 8000, channels: [samples] }, 'int16'))
    clips.push({ path, label: 'hit', group: path, split: i < 4 ? 'train' : i === 4 ? 'validation' : 'test' })
  }
  await writeFile(join(folder, 'broken.wav'), 'no sound')
  clips.push({ path: 'broken.wav', label: 'hit', group: 'broken', split: 'train' })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('an ablation of quantised VAEs', () => {
  // Would catch models that are trained or measured differently, a broken file that ends it, and sounds that are mixed up.
  it('trains models of the document alike, measures them on the same sounds, and gives those back', async () => {
    const output = join(folder, 'runs')
    const stages = new Set<string>()
    const told: string[] = []
    const line = { say: ({ model }: { model: string }) => void told.push(model) }
    const context = { ...quietContext(), onProgress: ({ stage }: { stage: string }) => void stages.add(stage) }
    const result = await ablate({ output, folder, clips, models: ['M1', 'M5'], epochs: 1, average: undefined, seed: 1 }, context, line)
    expect(ablation.pick({ rows: true, measuredOn: true, warnings: true }).parse(result)).toEqual(result)
    expect(result.measuredOn).toBe('1 test sounds')
    expect(result.rows.map(({ model, layers, average, gamma }) => [model, layers, average, gamma])).toEqual([['M1', 5, 'as-published', 0.99], ['M5', 8, 'as-published', 0.999]])
    expect(result.rows.every(({ history, scores }) => history.length === 1 && scores.distance > 0 && scores.layers.length > 4)).toBe(true)
    expect(result.warnings.join(' ')).toContain('broken.wav')
    expect(stages).toContain('training')
    expect(told).toEqual(['M1', 'M5'])
    const models = result.rows.map(({ model, name }) => ({ id: model, name, directory: join(output, model, 'model') }))
    const [sound, ...others] = await codeSounds({ models, folder, clips, seed: 1, count: 3 }, quietContext())
    expect(others).toEqual([])
    expect(codedSound.parse(sound)).toEqual(sound)
    expect(sound!.decoded.map(({ id }) => id)).toEqual(['M1', 'M5'])
    expect(sound!.decoded.map(({ distance }) => distance)).toEqual(result.rows.map(({ scores }) => expect.closeTo(scores.distance, 3)))
    const [samples] = decodePcm(Buffer.from(sound!.original.pcm, 'base64'), 'int16', 1)
    expect(samples).toHaveLength(127 * 48)
    expect(samples!.reduce((top, value) => Math.max(top, Math.abs(value)), 0)).toBeCloseTo(0.9, 2)
  })
})
