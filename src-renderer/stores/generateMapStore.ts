import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useGeneratePlaybackStore } from '#renderer/stores/generatePlaybackStore'
import { useGenerateStore } from '#renderer/stores/generateStore'
import { useJobStore } from '#renderer/stores/jobStore'
import { createLatest } from '#renderer/stores/latest'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import type { LatentMap, MapMethod, Reconstruction } from '#shared/contract/generating'
import { isFinished } from '#shared/jobs/job'

/** What a field holds, as a number from `low` to `high`; an empty one is `otherwise`. */
const within = (value: unknown, low: number, high: number, otherwise: number) => Math.min(high, Math.max(low, Number(value) || otherwise))

/** Sounds of points that are kept, some 130 kB each. */
const mostKept = 200
/** Sounds that are made at once of the points that are selected. */
export const amongCount = 4

/** Where the sounds of a dataset lie in a model's latent space, and what is heard and made there. */
export const useGenerateMapStore = defineStore('generateMap', () => {
  const { client } = useOutside()
  const generate = useGenerateStore()
  const playback = useGeneratePlaybackStore()
  const jobs = useJobStore()
  const notices = useNoticeStore()
  const method = ref<MapMethod>('pca')
  const datasetId = ref<string>()
  const perplexity = ref(30)
  const most = ref(500)
  const map = shallowRef<LatentMap>()
  const jobId = ref<string>()
  const job = computed(() => (jobId.value === undefined ? undefined : jobs.find(jobId.value)))
  const isBusy = computed(() => jobId.value !== undefined && !(job.value && isFinished(job.value.state)))
  /** The point that is looked at, and those that are selected. */
  const current = ref<number>()
  const picked = shallowRef<ReadonlySet<number>>(new Set())
  /** What of a point is heard: what was recorded, or what the model makes of it. */
  const heardAs = ref<'original' | 'decoded'>('decoded')
  const known = new Map<number, Reconstruction>()

  /** Puts the sounds of a dataset on a new map. @throws AppError */
  async function start(from: string): Promise<void> {
    const modelId = generate.model?.modelId
    if (modelId === undefined) return
    datasetId.value = from
    const limits = { perplexity: within(perplexity.value, 2, 100, 30), most: Math.round(within(most.value, 10, 3000, 500)) }
    const started = await client.generating.startMap({ modelId, datasetId: from, method: method.value, ...limits, seed: 1 })
    jobId.value = started.jobId
    try {
      const found = await jobs.resultOf(started.jobId, 'latentMap')
      if (jobId.value !== started.jobId) return
      known.clear()
      picked.value = new Set()
      current.value = undefined
      map.value = found
    } finally {
      if (jobId.value === started.jobId) jobId.value = undefined
    }
  }

  async function cancel(): Promise<void> {
    if (jobId.value !== undefined) await jobs.cancel(jobId.value)
  }

  /** Looks at a point without hearing it. */
  function look(point: number | undefined): void {
    current.value = point
  }

  const ask = createLatest<number>(async (point) => {
    const sound = await notices.attempt(() => soundOf(point))
    // A hand that went on meanwhile is not told of what it passed.
    if (sound && current.value === point) void playback.play([{ key: keyOf(point), sound: sound[heardAs.value] }])
  })

  /** Looks at a point and plays it. */
  function hear(point: number): Promise<void> {
    current.value = point
    return ask(point)
  }

  const keyOf = (point: number) => `${map.value?.id} ${point} ${heardAs.value}`

  async function soundOf(point: number): Promise<Reconstruction | undefined> {
    const on = map.value
    if (!on) return undefined
    const before = known.get(point)
    if (before) return before
    const found = await client.generating.atPoint({ mapId: on.id, point, seed: 1, phases: generate.phases })
    if (map.value?.id !== on.id) return undefined
    if (known.size >= mostKept) known.delete(known.keys().next().value!)
    known.set(point, found)
    return found
  }

  /** Makes the sound of a place, and puts it among the others. @throws AppError */
  async function makeAt(x: number, y: number): Promise<void> {
    const on = map.value
    if (!on) return
    const { phases } = generate
    const sound = await generate.during(() => client.generating.atPlace({ mapId: on.id, x, y, seed: generate.seed, phases }))
    generate.add({ modelId: on.modelId, phases, origin: 'from a place of the map' }, [sound])
  }

  /** Makes sounds like those that are selected. @throws AppError */
  async function makeAmong(): Promise<void> {
    const on = map.value
    if (!on || picked.value.size === 0) return
    const { phases, seed } = generate
    const points = [...picked.value].slice(0, 3000)
    generate.seed = seed + 1
    const made = await generate.during(() => client.generating.amongPoints({ mapId: on.id, points, seed, count: amongCount, phases }))
    generate.add({ modelId: on.modelId, phases, origin: `like ${points.length} sounds of the map` }, made)
  }

  function pick(points: Iterable<number>): void {
    picked.value = new Set(points)
  }

  function togglePicked(point: number): void {
    const next = new Set(picked.value)
    if (!next.delete(point)) next.add(point)
    picked.value = next
  }

  const choices = { method, datasetId, perplexity, most, heardAs }
  return { ...choices, map, job, isBusy, current, picked, start, cancel, look, hear, makeAt, makeAmong, pick, togglePicked }
})
