import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { pcmOfSamples } from '#renderer/playback/pcmText'
import { useJobStore } from '#renderer/stores/jobStore'
import type { ClipSource, SoundSet, SweepRequest } from '#shared/contract/detecting'

/** So many files or recordings are handed over at once. */
const mostSources = 500
/** Clips from which on a network has something to learn from. */
export const enoughClips = 20

/** The sounds of which one is to be found: clips of the user's own, in sets, or a class of a dataset. */
export const useDetectSetStore = defineStore('detectSets', () => {
  const { client: services, host } = useOutside()
  const client = services.detecting
  const jobs = useJobStore()
  const sets = shallowRef<readonly SoundSet[]>([])
  const loaded = ref(false)
  const setId = ref<string>()
  const set = computed(() => sets.value.find(({ id }) => id === setId.value))
  /** Whether the sound is one of the user's sets or a class of a dataset. */
  const from = ref<'own' | 'class'>('own')
  const datasetId = ref<string>()
  const label = ref<string>()
  /** Seconds of a clip; clips are cut to them when they come. */
  const seconds = ref<SweepRequest['seconds']>(3)
  const addingId = ref<string>()
  const adding = computed(() => jobs.jobs.find(({ id }) => id === addingId.value))
  let recordings = 0

  /** What a sweep is told to find; undefined where nothing is chosen yet. */
  const positives = computed((): SweepRequest['positives'] | undefined => {
    if (from.value === 'own') return set.value && set.value.clips.length > 0 ? { setId: set.value.id } : undefined
    return datasetId.value !== undefined && label.value !== undefined ? { datasetId: datasetId.value, label: label.value } : undefined
  })
  const name = computed(() => (from.value === 'own' ? set.value?.name : label.value))

  function acceptAll(all: readonly SoundSet[]): void {
    sets.value = all
    loaded.value = true
    if (!set.value) setId.value = all[0]?.id
  }

  function accept(changed: SoundSet): void {
    const isNew = !sets.value.some(({ id }) => id === changed.id)
    acceptAll(isNew ? [...sets.value, changed] : sets.value.map((each) => (each.id === changed.id ? changed : each)))
  }

  /** Takes over all sets and follows them from now on; returns how to stop. Events first, so that none falls between. */
  async function follow(): Promise<() => void> {
    let isNewer = false
    const stop = services.on('detecting.setsChanged', (all) => {
      isNewer = true
      acceptAll(all)
    })
    const all = await client.sets().catch((error: unknown) => {
      stop()
      throw error
    })
    if (!isNewer) acceptAll(all)
    return stop
  }

  /** Cuts clips out of sounds, into the chosen set or a new one. @throws AppError, CancelledError */
  async function add(sources: readonly ClipSource[], newName = 'My sound'): Promise<SoundSet> {
    const into = set.value ? { setId: set.value.id } : { name: newName }
    const { jobId } = await client.addClips({ ...into, seconds: seconds.value, sources: sources.slice(0, mostSources) })
    addingId.value = jobId
    try {
      const changed = await jobs.resultOf(jobId, 'soundSet')
      accept(changed)
      setId.value = changed.id
      return changed
    } finally {
      addingId.value = undefined
    }
  }

  /** @throws AppError, CancelledError */
  async function addFiles(files: readonly File[]): Promise<SoundSet | undefined> {
    const found = await Promise.all(files.slice(0, mostSources).map((file) => host.sourceOf(file)))
    const sources = found.flatMap((source): ClipSource[] => ('path' in source || 'uploadId' in source ? [source] : []))
    return sources.length > 0 ? add(sources) : undefined
  }

  /** @param samples of one channel, from -1 to 1 @throws AppError, CancelledError */
  async function addRecorded(samples: Float32Array, sampleRate: number): Promise<SoundSet | undefined> {
    if (samples.length === 0) return undefined
    return add([{ recorded: { name: `Recording ${++recordings}`, sampleRate, pcm: pcmOfSamples(samples) } }])
  }

  /** @throws AppError */
  async function removeClip(clipId: string): Promise<void> {
    if (set.value) accept(await client.removeClip({ setId: set.value.id, clipId }))
  }

  /** @throws AppError */
  async function removeSet(id: string): Promise<void> {
    await client.removeSet({ setId: id })
    acceptAll(sets.value.filter((each) => each.id !== id))
  }

  /** Lets what is added next begin a set of its own. */
  function beginSet(): void {
    setId.value = undefined
  }

  const cancel = async () => addingId.value !== undefined && (await jobs.cancel(addingId.value))
  const choice = { from, datasetId, label, seconds, positives, name }
  return { sets, loaded, setId, set, ...choice, adding, follow, addFiles, addRecorded, removeClip, removeSet, beginSet, cancel }
})
