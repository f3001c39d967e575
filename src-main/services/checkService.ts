import type { ComputeClient } from '#main/compute/client'
import type { DatasetService } from '#main/services/datasetService'
import type { JobQueue } from '#main/services/jobQueue'
import type { Job } from '#shared/contract/jobs'
import { isFinished } from '#shared/jobs/job'

/** Looks for what can spoil a training. */
export interface CheckService {
  /** Enqueues a check whose report is kept, or gives the one that is under way. @throws AppError DATASET_NOT_FOUND */
  check(datasetId: string): Promise<Job>
  /** Ends the process that checks. */
  close(): void
}

interface Dependencies {
  readonly datasets: Pick<DatasetService, 'get' | 'open' | 'keepReport'>
  /** A process of its own: a file that kills it ends a check, and nothing else. */
  readonly checker: ComputeClient
  readonly queue: JobQueue
}

export function createCheckService({ datasets, checker, queue }: Dependencies): CheckService {
  const underWay = new Map<string, string>()

  const running = (datasetId: string): Job | undefined => {
    const job = queue.list().find(({ id }) => id === underWay.get(datasetId))
    return job && !isFinished(job.state) ? job : undefined
  }

  return {
    async check(datasetId) {
      const { name } = await datasets.get(datasetId)
      const existing = running(datasetId)
      if (existing) return existing
      const job = queue.add(
        { kind: 'check', title: name },
        async (context) => {
          const { dataset, manifest } = await datasets.open(datasetId)
          context.signal.throwIfAborted()
          try {
            const outcome = await checker.run('check', { folder: dataset.folder, manifest }, context)
            const report = { ...outcome, datasetId, hash: dataset.hash }
            await datasets.keepReport(report)
            return report
          } finally {
            checker.rest()
          }
        },
        { lane: 'data' },
      )
      underWay.set(datasetId, job.id)
      return job
    },
    close: () => checker.close(),
  }
}
