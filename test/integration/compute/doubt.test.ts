import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { doubt } from '#main/compute/tasks/doubt'
import type { WorkProgress } from '#shared/jobs/work'
import { workContext } from '#main/node/workContext'
import { writeNoise } from '#test/sound'
import { quietContext } from '#test/soundFiles'
import { writeUntrainedModel } from '#test/untrainedModel'

// Would catch: a part of the song other than the stems', a model that is not there, noise that differs from run to run.
it('doubt is looked for in the part that the stems come from, by the model on an engine of this machine', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doubt-'))
  try {
    const mixture = join(folder, 'song.wav')
    const modelDirectory = join(folder, 'model')
    await writeNoise(mixture, 6, 3, 'wav24', 48_000)
    await writeUntrainedModel(modelDirectory)
    const input = { mixture, offset: 48_000, length: 3 * 48_000, modelDirectory, seed: 1 }
    const told: WorkProgress[] = []
    const result = await doubt(input, workContext(new AbortController().signal, (progress) => told.push(progress)))
    expect([result.hop, result.curve.length]).toEqual([4800, 30])
    expect(result.curve.every((value) => value >= 0 && value <= 1)).toBe(true)
    // A network that has learned nothing knows nothing, and its samples lie apart.
    expect(result.curve[15]).toBeGreaterThan(0.5)
    expect(result.spread).toBeGreaterThan(1e-4)
    expect(told.at(-1)).toMatchObject({ completed: 3, total: 3, unit: 'seconds' })
    expect(await doubt(input, quietContext())).toEqual(result)
    const stop = new AbortController()
    stop.abort()
    await expect(doubt(input, quietContext(stop.signal))).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    await expect(doubt({ ...input, modelDirectory: join(folder, 'none') }, quietContext())).rejects.toMatchObject({ code: expect.stringMatching(/^MODEL_/) as string })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
