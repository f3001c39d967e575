import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { createMirror } from '#renderer/stores/mirror'
import type { Study, StudyOutline, StudyRequest } from '#shared/contract/studies'

/** A mirror of the studies, newest first, and of what can be studied. */
export const useStudyStore = defineStore('studies', () => {
  const { client } = useOutside()
  const outlines = shallowRef<readonly StudyOutline[]>([])
  const { kept: studies, accept, drop, follow: followKept } = createMirror<Study>()
  const loaded = ref(false)

  /** Takes over all studies and follows them from now on; returns how to stop. */
  async function follow(): Promise<() => void> {
    outlines.value = await client.studies.outlines()
    const stop = await followKept(client.studies.list, (changed, removed) => [
      client.on('studies.changed', changed),
      client.on('studies.removed', ({ studyId }) => removed(studyId)),
    ])
    loaded.value = true
    return stop
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
