import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { type Ablation, type AblationRequest, type AblationRow, type QuantiserModel, quantiserModels } from '#shared/contract/quantising'
import { isFinished } from '#shared/jobs/job'
import { type CodebookAverage, codebookAverages } from '#shared/training/config'

/** How the next ablation is made. */
export interface AblationPlan {
  readonly datasetId: string | undefined
  readonly models: readonly QuantiserModel[]
  readonly epochs: number
  /** What codebooks follow; `own` is each model's own, and `both` makes two ablations, one after the other. */
  readonly average: CodebookAverage | 'own' | 'both'
  readonly seed: number
}

/** Ablations: how the next one is made, those that run, and what came of all. */
export const useQuantiseAblationStore = defineStore('quantiseAblations', () => {
  const services = useOutside().client
  const client = services.quantising
  const jobs = useJobStore()
  const plan = shallowRef<AblationPlan>({ datasetId: undefined, models: quantiserModels, epochs: 3, average: 'own', seed: 1 })
  const ablations = shallowRef<readonly Ablation[]>([])
  const loaded = ref(false)
  const chosenId = ref<string>()
  const chosen = computed(() => ablations.value.find(({ id }) => id === chosenId.value) ?? ablations.value[0])
  /** Made like the one that is looked at, but for what codebooks follow; the newest that shows something else. */
  const counterpart = computed(() => ablations.value.find((each) => chosen.value && isCounterpart(chosen.value, each)))
  /** Those that run or wait, in their order. */
  const running = computed(() => jobs.jobs.filter(({ kind, state }) => kind === 'ablation' && !isFinished(state)))
  /** What was asked for here, by job. */
  const requests = shallowRef<ReadonlyMap<string, AblationRequest>>(new Map())
  /** Models that are done, by job. */
  const done = shallowRef<ReadonlyMap<string, readonly AblationRow[]>>(new Map())
  let asked = 0

  const rowsOf = (jobId: string): readonly AblationRow[] => done.value.get(jobId) ?? []
  /** Models of a running ablation that are not done yet; none where another window asked for it. */
  const comingOf = (jobId: string) => (requests.value.get(jobId)?.models ?? []).filter((model) => !rowsOf(jobId).some((row) => row.model === model))

  function change(to: Partial<AblationPlan>): void {
    plan.value = { ...plan.value, ...to }
  }

  function toggle(model: QuantiserModel, isOn: boolean): void {
    change({ models: quantiserModels.filter((each) => (each === model ? isOn : plan.value.models.includes(each))) })
  }

  function takeRow({ jobId, row }: { jobId: string; row: AblationRow }): void {
    const others = rowsOf(jobId).filter(({ model }) => model !== row.model)
    done.value = new Map(done.value).set(jobId, [...others, row])
  }

  /** Takes over the ablations that there are and follows those that run, here or elsewhere; returns how to stop. @throws AppError */
  async function follow(): Promise<() => void> {
    const stops = [
      services.on('quantising.trained', takeRow),
      watch(() => succeeded(), (now, before) => now > before && void load().catch(() => {})),
    ]
    const stop = () => stops.forEach((each) => each())
    try {
      await load()
    } catch (error) {
      stop()
      throw error
    }
    return stop
  }

  const succeeded = () => jobs.jobs.filter(({ kind, state }) => kind === 'ablation' && state.status === 'succeeded').length

  async function load(): Promise<void> {
    const mine = ++asked
    const kept = await client.ablations()
    if (mine !== asked) return
    ablations.value = kept
    loaded.value = true
  }

  /** Trains what the plan says, and shows what came of it. @throws AppError what one of them failed with; CancelledError */
  async function start(): Promise<void> {
    const { datasetId, models, epochs, average, seed } = plan.value
    if (datasetId === undefined || models.length === 0) return
    const averages = average === 'both' ? codebookAverages : [average === 'own' ? undefined : average]
    const started: string[] = []
    for (const each of averages) {
      const request: AblationRequest = { datasetId, models: [...models], epochs, seed, ...(each && { average: each }) }
      const { jobId } = await client.startAblation(request)
      requests.value = new Map(requests.value).set(jobId, request)
      started.push(jobId)
    }
    const ends = await Promise.allSettled(started.map((jobId) => jobs.resultOf(jobId, 'ablation')))
    const made = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
    if (made.length > 0) {
      await load()
      chosenId.value = made[0]!.id
    }
    const failed = ends.find((end) => end.status === 'rejected')
    if (failed) throw failed.reason
  }

  /** @throws AppError */
  async function remove(ablationId: string): Promise<void> {
    await client.removeAblation({ ablationId })
    asked++
    ablations.value = ablations.value.filter(({ id }) => id !== ablationId)
  }

  /** Ends those that wait as well. @throws AppError */
  async function cancel(): Promise<void> {
    await Promise.all(running.value.toReversed().map(({ id }) => jobs.cancel(id)))
  }

  const state = { plan, ablations, loaded, chosenId, chosen, counterpart, running }
  return { ...state, rowsOf, comingOf, change, toggle, follow, start, remove, cancel }
})

function isCounterpart(one: Ablation, other: Ablation): boolean {
  const isAlike = one.id !== other.id && (['datasetId', 'epochs', 'seed'] as const).every((each) => one.request[each] === other.request[each])
  return isAlike && other.rows.some((row) => !one.rows.some(({ model, average }) => model === row.model && average === row.average))
}
