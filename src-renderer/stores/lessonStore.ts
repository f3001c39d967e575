import { defineStore } from 'pinia'
import { ref } from 'vue'
import { useOutside } from '#renderer/api/host'
import { createMirror } from '#renderer/stores/mirror'
import type { Lesson, LessonMaterial, LessonRequest } from '#shared/contract/teaching'

export interface LessonPlan {
  name: string
  modelId: string
  material: LessonMaterial
  minutes: LessonRequest['minutes']
}

/** A mirror of the lessons, newest first. */
export const useLessonStore = defineStore('lessons', () => {
  const { client } = useOutside()
  const { kept: lessons, accept, drop, follow: followKept } = createMirror<Lesson>()
  const loaded = ref(false)

  /** Takes over all lessons and follows them from now on; returns how to stop. */
  async function follow(): Promise<() => void> {
    const stop = await followKept(client.teaching.list, (changed, removed) => [
      client.on('lessons.changed', changed),
      client.on('lessons.removed', ({ lessonId }) => removed(lessonId)),
    ])
    loaded.value = true
    return stop
  }

  const start = async (plan: LessonPlan) => accept(await client.teaching.start(plan))
  const resume = async (lessonId: string) => accept(await client.teaching.resume({ lessonId }))
  const keep = async (lessonId: string, name: string) => accept((await client.teaching.keep({ lessonId, name })).lesson)

  async function remove(lessonId: string): Promise<void> {
    await client.teaching.remove({ lessonId })
    drop(lessonId)
  }

  return { lessons, loaded, follow, start, resume, keep, remove }
})
