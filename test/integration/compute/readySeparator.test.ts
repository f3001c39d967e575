import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ReadySeparator } from '#main/compute/tasks/readySeparator'
import type { Engine, EngineId } from '#main/engine/engine'
import type { EngineWishes } from '#main/engine/select'
import { openTestEngine } from '#test/testEngine'
import { writeUntrainedModel } from '#test/untrainedModel'

let model: string
beforeAll(async () => {
  model = mkdtempSync(join(tmpdir(), 'stemwright-ready-'))
  await writeUntrainedModel(model)
})
afterAll(() => rmSync(model, { recursive: true, force: true }))

/** A machine whose best engine is called `best`, and `onnx-cpu` where that is not wanted; both compute alike. */
function machine(best: EngineId) {
  const opened: EngineId[] = []
  let live = 0
  const open = async ({ without = [] }: EngineWishes): Promise<Engine> => {
    const id = without.includes(best) ? 'onnx-cpu' : best
    const engine = await openTestEngine()
    opened.push(id)
    live++
    const dispose = () => engine.dispose().finally(() => live--)
    return Object.create(engine, { id: { value: id }, dispose: { value: dispose } }) as Engine
  }
  return { ready: new ReadySeparator(open), opened, live: () => live }
}

describe('the engine that is kept from song to song', () => {
  it('leaves the graphics card for the song that asks for it, goes back for the next, and frees what it leaves', async () => {
    const { ready, opened, live } = machine('onnx-gpu')
    const ids: EngineId[] = []
    for (const device of [undefined, 'cpu', 'cpu', undefined] as const) ids.push((await ready.open(model, device)).engine.id)
    expect(ids).toEqual(['onnx-gpu', 'onnx-cpu', 'onnx-cpu', 'onnx-gpu'])
    expect(opened).toEqual(['onnx-gpu', 'onnx-cpu', 'onnx-gpu'])
    expect(live()).toBe(1)
  })

  it('changes nothing where there is no graphics card', async () => {
    const { ready, opened } = machine('tensorflow-cpu')
    await ready.open(model)
    await ready.open(model, 'cpu')
    await ready.open(model)
    expect(opened).toEqual(['tensorflow-cpu'])
  })
})
