import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { type PriorComparison, type PriorRequest, type PriorRow, type PriorVariant, priorVariants, type Quantiser } from '#shared/contract/quantising'
import { isFinished } from '#shared/jobs/job'

/** How the next priors are learned; the first model where none was chosen. */
export interface PriorPlan {
  readonly modelId: string | undefined
  readonly datasetId: string | undefined
  readonly variants: readonly PriorVariant[]
  readonly steps: number
  readonly seed: number
}

/** Priors over what quantised VAEs make of sounds: the next ones, those that are learned now, and all that were. */
export const useQuantisePriorStore = defineStore('quantisePriors', () => {
  const services = useOutside().client
  const client = services.quantising
  const jobs = useJobStore()
  /** Quantised VAEs; nothing until they are known. */
  const models = shallowRef<readonly Quantiser[]>()
  const plan = shallowRef<PriorPlan>({ modelId: undefined, datasetId: undefined, variants: priorVariants, steps: 200, seed: 1 })
  const model = computed(() => models.value?.find(({ modelId }) => modelId === plan.value.modelId) ?? models.value?.[0])
  const comparisons = shallowRef<readonly PriorComparison[]>([])
  const loaded = ref(false)
  const chosenId = ref<string>()
  const chosen = computed(() => comparisons.value.find(({ id }) => id === chosenId.value) ?? comparisons.value[0])
  const running = computed(() => jobs.jobs.filter(({ kind, state }) => kind === 'priors' && !isFinished(state)))
  const requests = shallowRef<ReadonlyMap<string, PriorRequest>>(new Map())
  /** Priors that are learned, by job. */
  const done = shallowRef<ReadonlyMap<string, readonly PriorRow[]>>(new Map())
  let asked = 0

  const rowsOf = (jobId: string): readonly PriorRow[] => done.value.get(jobId) ?? []
  const comingOf = (jobId: string) => (requests.value.get(jobId)?.variants ?? []).filter((variant) => !rowsOf(jobId).some((row) => row.variant === variant))

  function change(to: Partial<PriorPlan>): void {
    plan.value = { ...plan.value, ...to }
  }

  function toggle(variant: PriorVariant, isOn: boolean): void {
    change({ variants: priorVariants.filter((each) => (each === variant ? isOn : plan.value.variants.includes(each))) })
  }

  function takeRow({ jobId, row }: { jobId: string; row: PriorRow }): void {
    const others = rowsOf(jobId).filter(({ variant }) => variant !== row.variant)
    done.value = new Map(done.value).set(jobId, [...others, row])
  }

  /** Takes over what there is and follows what runs, here or elsewhere; returns how to stop. @throws AppError */
  async function follow(): Promise<() => void> {
    const stops = [
      services.on('quantising.learned', takeRow),
      watch(() => succeeded(), (now, before) => now > before && void load().catch(() => {})),
    ]
    const stop = () => stops.forEach((each) => each())
    try {
      await Promise.all([load(), loadModels()])
    } catch (error) {
      stop()
      throw error
    }
    return stop
  }

  const succeeded = () => jobs.jobs.filter(({ kind, state }) => kind === 'priors' && state.status === 'succeeded').length

  async function load(): Promise<void> {
    const mine = ++asked
    const kept = await client.priors()
    if (mine !== asked) return
    comparisons.value = kept
    loaded.value = true
  }

  /** Takes over the models that there are. @throws AppError */
  async function loadModels(): Promise<void> {
    models.value = await client.models()
  }

  /** Learns what the plan says, and shows what came of it. @throws AppError, CancelledError */
  async function start(): Promise<void> {
    const { datasetId, variants, steps, seed } = plan.value
    if (!model.value || datasetId === undefined || variants.length === 0) return
    const request: PriorRequest = { modelId: model.value.modelId, datasetId, variants: [...variants], steps, seed }
    const { jobId } = await client.startPriors(request)
    requests.value = new Map(requests.value).set(jobId, request)
    const { id } = await jobs.resultOf(jobId, 'priors')
    await load()
    chosenId.value = id
  }

  /** @throws AppError */
  async function remove(comparisonId: string): Promise<void> {
    await client.removePriors({ comparisonId })
    asked++
    comparisons.value = comparisons.value.filter(({ id }) => id !== comparisonId)
  }

  /** @throws AppError */
  async function cancel(): Promise<void> {
    await Promise.all(running.value.toReversed().map(({ id }) => jobs.cancel(id)))
  }

  const state = { models, plan, model, comparisons, loaded, chosenId, chosen, running }
  return { ...state, rowsOf, comingOf, change, toggle, follow, load, loadModels, start, remove, cancel }
})
