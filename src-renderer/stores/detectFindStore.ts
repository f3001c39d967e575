import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import type { DetectionResult, Detector } from '#shared/contract/detecting'
import { findSource, setFinds } from '#shared/project/edits'
import type { Project, Source, TrackFinds } from '#shared/project/project'

/** Finding sounds on the tracks of the Studio: with what, and how far it is. */
export const useDetectFindStore = defineStore('detectFind', () => {
  const client = useOutside().client.detecting
  const jobs = useJobStore()
  const projects = useProjectStore()
  const detectors = shallowRef<readonly Detector[]>()
  const modelId = ref<string>()
  const detector = computed(() => detectors.value?.find((each) => each.modelId === modelId.value) ?? detectors.value?.[0])
  /** The track that is searched, and by which job. */
  const searching = ref<{ trackId: string; jobId: string }>()
  const job = computed(() => jobs.jobs.find(({ id }) => id === searching.value?.jobId))

  /** @throws AppError */
  async function load(): Promise<void> {
    detectors.value = await client.detectors()
  }

  /**
   * Looks through all sounds of a track, and puts what was found there onto it, in one step of undo. Returns how many places there
   * are, and the highest score of all that may be one. @throws AppError, CancelledError
   */
  async function find(trackId: string, by: Detector, threshold: number): Promise<{ count: number; surest: number }> {
    const track = projects.project.tracks.find(({ id }) => id === trackId)
    const ids = [...new Set(track?.clips.map(({ sourceId }) => sourceId))]
    const found: TrackFinds[] = []
    let surest = 0
    try {
      for (const source of ids.flatMap((id) => findSource(projects.project, id) ?? [])) {
        const { jobId } = await client.find({ modelId: by.modelId, soundId: source.soundId, threshold })
        searching.value = { trackId, jobId }
        const result = await jobs.resultOf(jobId, 'detections')
        found.push(findsOf(source, by, result))
        surest = result.candidates.reduce((most, { score }) => Math.max(most, score), surest)
      }
    } finally {
      searching.value = undefined
    }
    const put = (project: Project) => found.reduce((before, finds) => setFinds(before, { trackId, finds }), project)
    projects.apply(`Find ${by.name}`, put)
    return { count: found.reduce((sum, { events }) => sum + events.length, 0), surest }
  }

  const cancel = async () => searching.value && jobs.cancel(searching.value.jobId)
  return { detectors, modelId, detector, searching, job, load, find, cancel }
})

function findsOf({ id, sampleRate, frames }: Source, { modelId, name }: Detector, { events }: DetectionResult): TrackFinds {
  const frameOf = (seconds: number) => Math.min(frames, Math.max(0, Math.round(seconds * sampleRate)))
  const inside = events.map(({ start, end, score }) => ({ start: frameOf(start), end: frameOf(end), score })).filter(({ start, end }) => end > start)
  return { sourceId: id, modelId, name, events: inside }
}
