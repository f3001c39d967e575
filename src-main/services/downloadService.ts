import type { DatasetService } from '#main/services/datasetService'
import type { DownloadPlatform } from '#main/services/datasetPorts'
import type { JobQueue } from '#main/services/jobQueue'
import type { Dataset, Downloadable } from '#shared/contract/datasets'
import type { Job } from '#shared/contract/jobs'
import { AppError } from '#shared/errors'
import { isFinished } from '#shared/jobs/job'

/** Gets public datasets from the network, when it is asked to and never by itself. */
export interface DownloadService {
  list(): Promise<Downloadable[]>
  /** Enqueues a download whose result is a dataset, or gives the one that is under way. @throws AppError INVALID_INPUT */
  download(id: string): Promise<Job>
}

interface Dependencies {
  readonly downloads: DownloadPlatform
  readonly datasets: Pick<DatasetService, 'list' | 'add' | 'refresh'>
  readonly queue: JobQueue
}

export function createDownloadService({ downloads, datasets, queue }: Dependencies): DownloadService {
  const underWay = new Map<string, string>()

  /** The dataset of a folder that was downloaded, which may be one already. */
  const adopt = async (found: Awaited<ReturnType<DownloadPlatform['download']>>): Promise<Dataset> => {
    const known = (await datasets.list()).find(({ folder }) => folder === found.folder)
    return known ? datasets.refresh(known.id) : datasets.add(found)
  }

  return {
    list: () => downloads.list(),
    async download(id) {
      const wanted = (await downloads.list()).find((each) => each.id === id)
      if (!wanted) throw new AppError('INVALID_INPUT', `There is nothing called "${id}" to download. Nothing was done.`)
      const running = queue.list().find((job) => job.id === underWay.get(id))
      if (running && !isFinished(running.state)) return running
      const job = queue.add(
        { kind: 'download', title: wanted.name },
        async ({ signal, onProgress }) => {
          const yieldTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0))
          return adopt(await downloads.download(id, { signal, onProgress, yieldTurn }))
        },
        { lane: 'network' },
      )
      underWay.set(id, job.id)
      return job
    },
  }
}
