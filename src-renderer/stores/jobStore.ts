import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { useOutside } from '#renderer/api/host'
import type { Job } from '#shared/contract/jobs'
import { CancelledError } from '#shared/errors'
import { fromFailure, isFinished } from '#shared/jobs/job'
import { overallShare } from '#shared/jobs/overallShare'
import { estimateSecondsLeft } from '#shared/jobs/timeLeft'

/** What a job of this kind results in. */
export type ResultOfKind<Kind extends Job['kind']> = Extract<Extract<Job, { kind: Kind }>['state'], { status: 'succeeded' }>['result']

/** A mirror of the services' jobs. Nothing here decides what a job does next. */
export const useJobStore = defineStore('jobs', () => {
  const { client, now } = useOutside()
  const jobs = ref<Job[]>([])
  /** When each running job made its first progress: what comes before, such as loading the engine, predicts nothing. */
  const underWay = new Map<string, number>()

  function accept(job: Job): void {
    noteProgress(job)
    const index = jobs.value.findIndex(({ id }) => id === job.id)
    if (index < 0) jobs.value.push(job)
    else jobs.value[index] = job
  }

  function noteProgress({ id, state }: Job): void {
    if (state.status !== 'running') underWay.delete(id)
    else if (!underWay.has(id) && state.progress.completed > 0) underWay.set(id, now())
  }

  /** Takes over all jobs and follows them from now on; returns how to stop. Events first, so that none falls between. */
  async function follow(): Promise<() => void> {
    const seen = new Set<string>()
    const stopForgetting = client.on('sounds.removed', ({ jobIds }) => {
      jobs.value = jobs.value.filter(({ id }) => !jobIds.includes(id))
    })
    const stop = client.on('job.changed', (job) => {
      seen.add(job.id)
      accept(job)
    })
    for (const job of await client.jobs.list()) if (!seen.has(job.id)) accept(job)
    return () => {
      stop()
      stopForgetting()
    }
  }

  /** The newest separation of a song. */
  function separationOf(songId: string) {
    const all = jobs.value.filter((job) => job.kind === 'separation')
    return all.findLast((job) => job.songId === songId)
  }

  function find(id: string): Job | undefined {
    return jobs.value.find((job) => job.id === id)
  }

  /**
   * Gives what a job of this kind results in, once it has.
   * @throws AppError what it failed with; CancelledError when it was cancelled
   */
  async function resultOf<Kind extends Job['kind']>(id: string, kind: Kind): Promise<ResultOfKind<Kind>> {
    const { state } = await whenFinished(id, kind)
    if (state.status === 'failed') throw fromFailure(state.error)
    if (state.status !== 'succeeded') throw new CancelledError()
    return state.result as ResultOfKind<Kind>
  }

  function whenFinished(id: string, kind: Job['kind']): Promise<Job> {
    return new Promise((resolve) => {
      let stop = () => {}
      const look = (job: Job | undefined) => {
        if (job?.kind !== kind || !isFinished(job.state)) return
        stop()
        resolve(job)
      }
      stop = watch(() => find(id), look, { flush: 'sync' })
      look(find(id))
    })
  }

  /** How many jobs run before a waiting one. */
  function placeInQueue(id: string): number {
    const unfinished = jobs.value.filter(({ state }) => !isFinished(state))
    return Math.max(0, unfinished.findIndex((job) => job.id === id))
  }

  /** Seconds that a running job still needs, or undefined while nobody can say. */
  function secondsLeft({ id, state }: Job): number | undefined {
    const since = underWay.get(id)
    if (state.status !== 'running' || since === undefined) return undefined
    const overall = { ...state.progress, completed: overallShare(state.progress), total: 1 }
    return estimateSecondsLeft(overall, (now() - since) / 1000)
  }

  const cancel = (jobId: string) => client.jobs.cancel({ jobId })
  const retry = (jobId: string) => client.jobs.retry({ jobId })
  /** Retries without the graphics card. */
  const retryOnCpu = (jobId: string) => client.jobs.retry({ jobId, device: 'cpu' })

  /** Moves a waiting job among those that wait; 0 is next. The list here follows, because the services only tell of changed states. */
  async function move(jobId: string, position: number): Promise<void> {
    await client.jobs.move({ jobId, position })
    const order = (await client.jobs.list()).map(({ id }) => id)
    // Only the order is taken: the states of that list may be older than those that events have told since.
    const placeOf = ({ id }: Job) => (order.includes(id) ? order.indexOf(id) : order.length)
    jobs.value = jobs.value.toSorted((a, b) => placeOf(a) - placeOf(b))
  }

  return { jobs, follow, accept, separationOf, find, resultOf, placeInQueue, secondsLeft, cancel, retry, retryOnCpu, move }
})
