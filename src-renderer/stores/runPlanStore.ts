import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useDatasetStore } from '#renderer/stores/datasetStore'
import { useJobStore } from '#renderer/stores/jobStore'
import type { BenchmarkResult, RunPlan, TrainingPreset } from '#shared/contract/training'

/** The run that is being prepared: what of it was chosen, and what a minute of it promises. */
export const useRunPlanStore = defineStore('runPlan', () => {
  const { client } = useOutside()
  const jobs = useJobStore()
  const datasets = useDatasetStore()
  const presets = shallowRef<readonly TrainingPreset[]>([])
  const presetId = ref<string>()
  const name = ref('')
  /** Only what differs from the preset, nested as in the schema. */
  const overrides = shallowRef<Record<string, unknown>>({})
  const baseModelId = ref<string>()
  /** Minutes at most; undefined for as long as it takes. */
  const minutes = ref<number>()
  const resultsEvery = ref(1)
  const benchmarkJobId = ref<string>()
  /** What was measured, and of which plan. */
  const measured = shallowRef<{ result: BenchmarkResult; of: string }>()

  const preset = computed(() => presets.value.find(({ id }) => id === presetId.value))
  const fits = ({ contents }: TrainingPreset) => datasets.selected === undefined || contents.includes(datasets.selected.content)
  /** What the services are asked to do; undefined while something is missing. */
  const plan = computed<RunPlan | undefined>(() => {
    const dataset = datasets.selected
    if (!preset.value || !dataset) return undefined
    return {
      presetId: preset.value.id,
      datasetId: dataset.id,
      overrides: overrides.value,
      resultsEvery: resultsEvery.value,
      ...(name.value.trim() !== '' && { name: name.value.trim() }),
      ...(minutes.value !== undefined && { minutes: minutes.value }),
      ...(baseModelId.value !== undefined && { baseModelId: baseModelId.value }),
    }
  })
  /** What of the plan decides how long it takes. */
  const measurable = computed(() => JSON.stringify([presetId.value, datasets.selected?.hash, overrides.value]))
  const benchmark = computed(() => (measured.value?.of === measurable.value ? measured.value.result : undefined))
  const benchmarkState = computed(() => (benchmarkJobId.value === undefined ? undefined : jobs.find(benchmarkJobId.value)?.state))

  async function load(): Promise<void> {
    if (presets.value.length === 0) presets.value = await client.training.presets()
    // The first that can learn from these data; what was chosen stays where it can.
    if (!preset.value || !fits(preset.value)) choose((presets.value.find(fits) ?? presets.value[0])?.id)
  }

  /** Another network has other hyper-parameters: what was changed of the last one's does not carry over. */
  function choose(id: string | undefined): void {
    if (id === presetId.value) return
    presetId.value = id
    overrides.value = {}
    baseModelId.value = undefined
  }

  /** Trains for a minute on throw-away weights, and tells what that promises. @throws AppError, CancelledError */
  async function measure(): Promise<void> {
    if (!plan.value) return
    const of = measurable.value
    const { jobId } = await client.training.benchmark(plan.value)
    benchmarkJobId.value = jobId
    measured.value = { result: await jobs.resultOf(jobId, 'benchmark'), of }
  }

  async function cancelMeasure(): Promise<void> {
    if (benchmarkJobId.value !== undefined) await jobs.cancel(benchmarkJobId.value)
  }

  const chosen = { presets, presetId, preset, name, overrides, baseModelId, minutes, resultsEvery, plan }
  return { ...chosen, benchmark, benchmarkState, fits, load, choose, measure, cancelMeasure }
})
