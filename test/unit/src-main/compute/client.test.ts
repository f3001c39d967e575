import { describe, expect, it } from 'vitest'
import { createComputeClient } from '#main/compute/client'
import type { ComputeResult } from '#main/compute/protocol'
import type { ComputeTasks } from '#main/compute/server'
import { AppError } from '#shared/errors'
import { checkpointCancel, type WorkProgress } from '#shared/jobs/work'
import { type FakeComputeProcess, fakeComputeProcess } from '#test/fakeComputeProcess'

const facts: ComputeResult<'inspect'> = { sampleRate: 44_100, channels: 2, frames: 10, seconds: 1, warnings: [], sha256: 'ab' }
const forever = () => new Promise<never>(() => {})
const quiet = () => {}

function setUp(tasks: Partial<ComputeTasks>) {
  const processes: FakeComputeProcess[] = []
  const client = createComputeClient(() => {
    const process = fakeComputeProcess(tasks)
    processes.push(process)
    return process
  })
  return { client, processes }
}

/** Separates for ever, and counts steps, until it is cancelled. */
const cooperative: ComputeTasks['convert'] = async (_, context) => {
  for (let step = 0; ; step++) {
    context.onProgress({ stage: 'separating', completed: step, total: 1000, unit: 'seconds' })
    await checkpointCancel(context)
  }
}
const output = { folder: 'f', names: { vocals: 'v', accompaniment: 'm' }, overwrite: false, format: 'wav24' } as const
const conversion = { path: 'a', vocalsPath: 'b', output }

describe('compute client', () => {
  it('starts no process until one is needed, and one for many tasks', async () => {
    const { client, processes } = setUp({ inspect: async () => facts })
    expect(processes).toHaveLength(0)
    expect(await Promise.all([client.run('inspect', { path: 'a' }), client.run('inspect', { path: 'b' })])).toEqual([facts, facts])
    expect(processes).toHaveLength(1)
  })

  it('keeps the code of what a task throws', async () => {
    const { client } = setUp({ inspect: async () => Promise.reject(new AppError('NOT_AUDIO', 'That is a picture.')) })
    await expect(client.run('inspect', { path: 'a' })).rejects.toMatchObject({ code: 'NOT_AUDIO', message: 'That is a picture.' })
  })

  it('refuses input that does not fit before the task sees it', async () => {
    const { client } = setUp({ inspect: async () => expect.fail('task was reached') })
    await expect(client.run('inspect', { path: 7 } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  // Would catch: a promise that is never settled, and a queue that waits for it for ever.
  it('fails a task whose result or progress does not fit, and goes on', async () => {
    const { client, processes } = setUp({
      inspect: async () => ({ ...facts, frames: 'many' }) as never,
      convert: async (_, context) => {
        context.onProgress({ stage: 'separating', completed: Number.NaN, total: 'all', unit: 'seconds' } as never)
        return forever()
      },
      decode: async () => Promise.reject(new AppError('NOT_AUDIO', 'That is a picture.')),
    })
    await expect(client.run('inspect', { path: 'a' })).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('inspect') as string })
    await expect(client.run('convert', conversion)).rejects.toMatchObject({ code: 'INTERNAL' })
    await expect(client.run('decode', { path: 'a', audioPath: 'b', peaksPath: 'c' })).rejects.toMatchObject({ code: 'NOT_AUDIO' })
    expect(processes).toHaveLength(1)
  })

  it('cancels a cooperative task without losing the process', async () => {
    const { client, processes } = setUp({ convert: cooperative, inspect: async () => facts })
    const controller = new AbortController()
    const seen: WorkProgress[] = []
    const onProgress = (progress: WorkProgress) => {
      if (seen.push(progress) === 3) controller.abort()
    }
    await expect(client.run('convert', conversion, { signal: controller.signal, onProgress })).rejects.toMatchObject({ name: 'CancelledError' })
    expect(processes[0]!.ended).toBe(false)
    expect(await client.run('inspect', { path: 'a' })).toEqual(facts)
    expect(processes).toHaveLength(1)
  })

  it('ends the process of a task that does not stop, and starts another for the next', async () => {
    const { client, processes } = setUp({ convert: forever, inspect: async () => facts })
    const controller = new AbortController()
    const running = client.run('convert', conversion, { signal: controller.signal, onProgress: quiet })
    controller.abort()
    await expect(running).rejects.toMatchObject({ name: 'CancelledError' })
    expect(processes[0]!.ended).toBe(true)
    expect(await client.run('inspect', { path: 'a' })).toEqual(facts)
    expect(processes).toHaveLength(2)
  })

  // Would catch: an export that is said to have crashed because a measurement beside it was given up and did not stop in time.
  it('begins again what else ran in the process of a task that does not stop', async () => {
    let attempts = 0
    const { client, processes } = setUp({ convert: forever, inspect: () => (++attempts === 1 ? forever() : Promise.resolve(facts)) })
    const controller = new AbortController()
    const stubborn = client.run('convert', conversion, { signal: controller.signal, onProgress: quiet })
    const innocent = client.run('inspect', { path: 'a' })
    controller.abort()
    await expect(stubborn).rejects.toMatchObject({ name: 'CancelledError' })
    expect(await innocent).toEqual(facts)
    expect([attempts, processes.length]).toEqual([2, 2])
  })

  it('reports a process that dies as COMPUTE_CRASHED with how it ended, and starts another', async () => {
    const { client, processes } = setUp({ convert: forever, inspect: async () => facts })
    const running = client.run('convert', conversion)
    processes[0]!.crash('signal SIGSEGV')
    await expect(running).rejects.toMatchObject({ code: 'COMPUTE_CRASHED', message: expect.stringContaining('signal SIGSEGV') as string })
    expect(await client.run('inspect', { path: 'a' })).toEqual(facts)
  })

  it('does not start a task that was cancelled beforehand', async () => {
    const { client, processes } = setUp({ inspect: async () => expect.fail('task was started') })
    const context = { signal: AbortSignal.abort(), onProgress: quiet }
    await expect(client.run('inspect', { path: 'a' }, context)).rejects.toMatchObject({ name: 'CancelledError' })
    expect(processes).toHaveLength(0)
  })

  it('closes as a cancellation, not as a crash', async () => {
    const { client } = setUp({ convert: forever })
    const running = client.run('convert', conversion)
    client.close()
    await expect(running).rejects.toMatchObject({ name: 'CancelledError' })
    // An interrupt between two tasks must not be forgotten by the second.
    await expect(client.run('convert', conversion)).rejects.toMatchObject({ name: 'CancelledError' })
  })

  // Would catch: a process that is ended after one of its two files got its name and before the other did.
  it('closing gives a task that is about to end the time to do so', async () => {
    const { client } = setUp({
      inspect: async (_, context) => {
        await new Promise<void>((stopped) => context.signal.addEventListener('abort', () => stopped(), { once: true }))
        await new Promise((done) => setTimeout(done, 50))
        return facts
      },
    })
    const running = client.run('inspect', { path: 'a' })
    client.close()
    await expect(running).resolves.toEqual(facts)
  })
})
