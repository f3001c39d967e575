import { describe, expect, it } from 'vitest'
import { createJobQueue, type JobContext } from '#main/services/jobQueue'
import type { Job } from '#shared/contract/jobs'
import type { ExportResult } from '#shared/contract/separation'
import { AppError } from '#shared/errors'

const result: ExportResult = { paths: ['a.wav'], warnings: [] }

function setUp() {
  let ids = 0
  const changes: Job[] = []
  const queue = createJobQueue(
    () => `job-${++ids}`,
    (job) => changes.push(job),
  )
  const add = (title: string, work: (context: JobContext) => Promise<ExportResult> = async () => result) =>
    queue.add({ kind: 'export', title, songId: 'song' }, work).id
  const statuses = (id: string) => changes.filter((job) => job.id === id).map(({ state }) => state.status)
  return { queue, add, changes, statuses }
}

/** Work that ends when it is told to, or cancelled. */
function held() {
  let release: (value: ExportResult) => void = () => {}
  let fail: (error: unknown) => void = () => {}
  let started: () => void = () => {}
  const begun = new Promise<void>((resolve) => (started = resolve))
  const work = ({ signal }: JobContext) =>
    new Promise<ExportResult>((resolve, reject) => {
      release = resolve
      fail = reject
      signal.addEventListener('abort', () => reject((signal as AbortSignal).reason as Error))
      started()
    })
  return { work, begun, release: () => release(result), fail: (error: unknown) => fail(error) }
}

describe('job queue', () => {
  it('runs one job at a time, in order, each through its life cycle', async () => {
    const { queue, add, statuses } = setUp()
    const first = held()
    const a = add('a', first.work)
    const b = add('b')
    await first.begun
    expect(queue.get(b).state.status).toBe('queued')
    first.release()
    await queue.finished(b)
    expect(statuses(a)).toEqual(['queued', 'running', 'succeeded'])
    expect(statuses(b)).toEqual(['queued', 'running', 'succeeded'])
    expect(queue.get(b).state).toEqual({ status: 'succeeded', result })
  })

  it('goes on after a job that failed, and tells why it failed', async () => {
    const { queue, add } = setUp()
    const a = add('a', () => Promise.reject(new AppError('COMPUTE_CRASHED', 'It stopped.')))
    const b = add('b', () => {
      throw new Error('a defect that throws at once')
    })
    const c = add('c')
    await queue.finished(c)
    expect(queue.get(a).state).toEqual({ status: 'failed', error: { code: 'COMPUTE_CRASHED', message: 'It stopped.' } })
    expect(queue.get(b).state).toMatchObject({ status: 'failed', error: { code: 'INTERNAL' } })
    expect(queue.get(c).state.status).toBe('succeeded')
  })

  it('cancels a running job and a waiting one, which then never runs', async () => {
    const { queue, add, statuses } = setUp()
    const first = held()
    const a = add('a', first.work)
    const b = add('b', async () => expect.fail('a cancelled job was run'))
    await first.begun
    queue.cancel(b)
    queue.cancel(a)
    expect((await queue.finished(a)).state).toEqual({ status: 'cancelled' })
    expect(statuses(b)).toEqual(['queued', 'cancelled'])
    await queue.finished(add('c'))
  })

  it('retries what failed, with a fresh signal, and leaves what succeeded alone', async () => {
    const { queue, add, statuses } = setUp()
    let attempts = 0
    const a = add('a', async ({ signal }) => {
      signal.throwIfAborted()
      if (++attempts === 1) throw new AppError('DISK_FULL', 'Full.')
      return result
    })
    await queue.finished(a)
    queue.cancel(a)
    queue.retry(a)
    await queue.finished(a)
    queue.retry(a)
    expect(statuses(a)).toEqual(['queued', 'running', 'failed', 'queued', 'running', 'succeeded'])
  })

  it('retries on the device that is asked for, that time only', async () => {
    const { queue, add } = setUp()
    const devices: unknown[] = []
    const a = add('a', async ({ device }) => {
      devices.push(device)
      throw new AppError('ENGINE_LOST', 'It stopped answering.')
    })
    await queue.finished(a)
    queue.retry(a, 'cpu')
    await queue.finished(a)
    queue.retry(a)
    await queue.finished(a)
    expect(devices).toEqual([undefined, 'cpu', undefined])
  })

  it('moves a waiting job', async () => {
    const { queue, add } = setUp()
    const first = held()
    const order: string[] = []
    const noting = (name: string) => async () => {
      order.push(name)
      return result
    }
    add('a', first.work)
    const b = add('b', noting('b'))
    const c = add('c', noting('c'))
    await first.begun
    queue.move(c, 0)
    expect(queue.list().map(({ title }) => title)).toEqual(['a', 'c', 'b'])
    first.release()
    await queue.finished(b)
    expect(order).toEqual(['c', 'b'])
  })

  it('runs what the user waits for beside a long job, in order, and moves jobs only within their lane', async () => {
    const { queue, add } = setUp()
    const separation = held()
    const a = add('a', separation.work)
    await separation.begun
    const order: string[] = []
    const noting = (title: string) => async () => {
      order.push(title)
      return result
    }
    const quick = (title: string) => queue.add({ kind: 'export', title, songId: 'song' }, noting(title), { lane: 'reader' }).id
    const behind = add('behind', noting('behind'))
    const first = held()
    const b = queue.add({ kind: 'export', title: 'b', songId: 'song' }, first.work, { lane: 'reader' }).id
    await first.begun
    quick('c')
    const d = quick('d')
    queue.move(d, 0)
    queue.move(behind, 0)
    expect(queue.list().map(({ title }) => title)).toEqual(['a', 'b', 'd', 'c', 'behind'])
    first.release()
    await queue.finished(d)
    await expect.poll(() => order).toEqual(['d', 'c'])
    expect([queue.get(a).state.status, queue.get(b).state.status]).toEqual(['running', 'succeeded'])
    separation.release()
    await queue.finished(behind)
  })

  it('ends and no longer knows the jobs that it is told to forget', async () => {
    const { queue, add } = setUp()
    const first = held()
    const a = add('a', first.work)
    const b = add('b', async () => expect.fail('a forgotten job was run'))
    await first.begun
    await queue.forget([b, a])
    expect(queue.list()).toEqual([])
    expect(() => queue.get(a)).toThrowError(expect.objectContaining({ code: 'JOB_NOT_FOUND' }) as Error)
    expect((await queue.finished(add('c'))).state.status).toBe('succeeded')
  })

  it('refuses an id that it does not know', () => {
    const { queue } = setUp()
    expect(() => queue.cancel('gone')).toThrowError(expect.objectContaining({ code: 'JOB_NOT_FOUND' }) as Error)
  })
})
