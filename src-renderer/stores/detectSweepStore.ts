import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import type { Detector, ExperimentResult, Sweep, SweepFacts, SweepRequest, SweepRow } from '#shared/contract/detecting'
import { isFinished } from '#shared/jobs/job'

/** RL_weights of the document, and three about the one that was best there. */
export const allWeights: readonly number[] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
export const fewWeights: readonly number[] = [1e6, 1e7, 1e8]

/** How a sweep is made, but for what is to be found. */
export interface SweepPlan {
  readonly datasetId: string | undefined
  readonly alike: string | undefined
  readonly network: SweepRequest['network']
  readonly weights: readonly number[]
  readonly epochs: number
}

/** Sweeps: how the next one is made, the one that runs, and what came of all. */
export const useDetectSweepStore = defineStore('detectSweeps', () => {
  const services = useOutside().client
  const client = services.detecting
  const jobs = useJobStore()
  /** Which of its steps the view shows. */
  const place = ref<'collect' | 'sweep' | 'results'>('collect')
  const plan = shallowRef<SweepPlan>({ datasetId: undefined, alike: undefined, network: 'detectLite', weights: allWeights, epochs: 50 })
  const sweeps = shallowRef<readonly SweepFacts[]>([])
  const loaded = ref(false)
  /** The sweep that is looked at, with all that came of it. */
  const sweep = shallowRef<Sweep>()
  /** RL_weight of the network that is looked at; the best where none was chosen. */
  const chosenWeight = ref<number>()
  const row = computed(() => {
    const { rows = [], bestWeight } = sweep.value ?? {}
    return rows.find(({ weight }) => weight === chosenWeight.value) ?? rows.find(({ weight }) => weight === bestWeight) ?? rows[0]
  })
  const runningId = ref<string>()
  const running = computed(() => jobs.jobs.find((job) => job.id === runningId.value) ?? jobs.jobs.find((job) => job.kind === 'detectorSweep' && !isFinished(job.state)))
  /** Networks of the running sweep that are done, by its job. */
  const done = shallowRef<ReadonlyMap<string, readonly SweepRow[]>>(new Map())
  const rows = computed(() => (running.value && done.value.get(running.value.id)) ?? [])
  const experiments = shallowRef<ExperimentResult>()
  const experimentsId = ref<string>()
  const experimenting = computed(() => jobs.jobs.find((job) => job.id === experimentsId.value))
  let asked = 0

  function change(to: Partial<SweepPlan>): void {
    plan.value = { ...plan.value, ...to }
  }

  function takeRow({ jobId, row: one }: { jobId: string; row: SweepRow }): void {
    const others = (done.value.get(jobId) ?? []).filter(({ weight }) => weight !== one.weight)
    done.value = new Map(done.value).set(jobId, [...others, one])
  }

  /** Takes over the sweeps that there are and follows the one that runs; returns how to stop. @throws AppError */
  async function follow(): Promise<() => void> {
    const stop = services.on('detecting.trained', takeRow)
    try {
      await load()
    } catch (error) {
      stop()
      throw error
    }
    return stop
  }

  async function load(): Promise<void> {
    sweeps.value = await client.sweeps()
    loaded.value = true
    if (!sweeps.value.some(({ id }) => id === sweep.value?.id)) await open(sweeps.value[0]?.id)
  }

  /** Shows what came of a sweep. @throws AppError */
  async function open(id: string | undefined): Promise<void> {
    const mine = ++asked
    const opened = id === undefined ? undefined : await client.sweep({ sweepId: id })
    if (mine !== asked) return
    sweep.value = opened
    chosenWeight.value = undefined
    experiments.value = undefined
  }

  /** Sweeps, and shows what came of it. @throws AppError, CancelledError */
  async function start(positives: SweepRequest['positives'], seconds: SweepRequest['seconds']): Promise<void> {
    const { datasetId, alike, network, weights, epochs } = plan.value
    if (datasetId === undefined) return
    const others = { datasetId, ...(alike !== undefined && { alike }) }
    const { jobId } = await client.startSweep({ positives, others, seconds, network, weights: [...weights], epochs, seed: 1 })
    runningId.value = jobId
    const { id } = await jobs.resultOf(jobId, 'detectorSweep')
    sweeps.value = await client.sweeps()
    await open(id)
  }

  /** @throws AppError */
  async function remove(id: string): Promise<void> {
    await client.removeSweep({ sweepId: id })
    sweeps.value = sweeps.value.filter((each) => each.id !== id)
    if (sweep.value?.id === id) await open(sweeps.value[0]?.id)
  }

  /** Puts clips through the network that is looked at, and lets it make some. @throws AppError, CancelledError */
  async function experiment(seed: number): Promise<void> {
    const [from, weight] = [sweep.value, row.value?.weight]
    if (!from || weight === undefined) return
    const { jobId } = await client.experiments({ sweepId: from.id, weight, seed })
    experimentsId.value = jobId
    const made = await jobs.resultOf(jobId, 'detectorExperiments')
    if (sweep.value?.id === made.sweepId && experimentsId.value === jobId) experiments.value = made
  }

  /** Keeps the best network of the sweep that is looked at, with ours, as a detector. @throws AppError */
  async function keep(name: string, threshold: number): Promise<Detector | undefined> {
    return sweep.value && client.keep({ sweepId: sweep.value.id, name, threshold })
  }

  const cancel = async () => running.value && jobs.cancel(running.value.id)
  const cancelExperiment = async () => experimentsId.value !== undefined && jobs.cancel(experimentsId.value)
  const state = { place, plan, sweeps, loaded, sweep, chosenWeight, row, runningId, running, rows, experiments, experimenting }
  return { ...state, change, follow, load, open, start, remove, experiment, keep, cancel, cancelExperiment }
})
