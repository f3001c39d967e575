import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import type { Study, StudyOutline, StudyRequest } from '#shared/contract/studies'

/** A mirror of the studies, newest first, and of what can be studied. */
export const useStudyStore = defineStore('studies', () => {
  const { client } = useOutside()
  const outlines = shallowRef<readonly StudyOutline[]>([])
  const studies = shallowRef<readonly Study[]>([])
  const loaded = ref(false)

  function accept(study: Study): Study {
    const others = studies.value.filter(({ id }) => id !== study.id)
    studies.value = [...others, study].toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
    return study
  }

  function drop(studyId: string): void {
    studies.value = studies.value.filter(({ id }) => id !== studyId)
  }

  /** Takes over all studies and follows them from now on; returns how to stop. Events first, so that none falls between. */
  async function follow(): Promise<() => void> {
    const newer = new Set<string>()
    const stops = [
      client.on('studies.changed', (study) => {
        newer.add(study.id)
        accept(study)
      }),
      client.on('studies.removed', ({ studyId }) => {
        newer.add(studyId)
        drop(studyId)
      }),
    ]
    const [possible, all] = await Promise.all([client.studies.outlines(), client.studies.list()])
    outlines.value = possible
    for (const study of all) if (!newer.has(study.id)) accept(study)
    loaded.value = true
    return () => stops.forEach((stop) => stop())
  }

  const start = async (request: StudyRequest) => accept(await client.studies.start(request))
  const pause = async (studyId: string) => accept(await client.studies.pause({ studyId }))
  const resume = async (studyId: string) => accept(await client.studies.resume({ studyId }))

  async function remove(studyId: string): Promise<void> {
    await client.studies.remove({ studyId })
    drop(studyId)
  }

  return { outlines, studies, loaded, follow, start, pause, resume, remove }
})
