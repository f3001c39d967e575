import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { NamedArrays } from '#main/engine/engine'
import { appRoot } from '#main/node/appRoot'
import type { PatchWorkerAnswer, PatchWorkerSetup } from '#main/node/patchWorker'
import { fromFailure } from '#shared/jobs/job'

/** Gives batches by step number from a thread of its own, made ahead so that the engine need not wait. */
export interface PatchLoader {
  batch(step: number): Promise<NamedArrays>
  close(): Promise<void>
}

/** Batches made beyond the one asked for. */
const ahead = 2

/** Starts the thread. A batch that cannot be made fails with the AppError that it failed with there. */
export function openPatchLoader(setup: PatchWorkerSetup): PatchLoader {
  const worker = new Worker(join(appRoot, 'out/main/patchWorker.js'), { workerData: setup })
  const batches = new Map<number, PromiseWithResolvers>()
  const request = (step: number) => {
    const existing = batches.get(step)
    if (existing) return existing
    const entry = withResolvers()
    batches.set(step, entry)
    worker.postMessage(step)
    return entry
  }
  worker.on('message', (message: PatchWorkerAnswer) => {
    const entry = batches.get(message.step)
    if ('failure' in message) entry?.reject(fromFailure(message.failure))
    else entry?.resolve(message.batch)
  })
  worker.on('error', (error) => batches.forEach((entry) => entry.reject(error)))
  return {
    async batch(step) {
      const current = request(step)
      for (let i = 1; i <= ahead; i++) request(step + i)
      try {
        return await current.promise
      } finally {
        batches.delete(step)
      }
    },
    close: async () => void (await worker.terminate()),
  }
}

interface PromiseWithResolvers {
  promise: Promise<NamedArrays>
  resolve(batch: NamedArrays): void
  reject(error: unknown): void
}

function withResolvers(): PromiseWithResolvers {
  let resolve!: PromiseWithResolvers['resolve']
  let reject!: PromiseWithResolvers['reject']
  const promise = new Promise<NamedArrays>((yes, no) => {
    resolve = yes
    reject = no
  })
  // A batch made ahead may fail before anybody waits for it; whoever asks for it still gets the error.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
