import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import type { Lesson, LessonMaterial } from '#shared/contract/teaching'

export interface LessonPlan {
  name: string
  modelId: string
  material: LessonMaterial
  minutes: Lesson['minutes'] & (5 | 15 | 60)
}

/** A mirror of the lessons, newest first. */
export const useLessonStore = defineStore('lessons', () => {
  const { client } = useOutside()
  const lessons = shallowRef<readonly Lesson[]>([])
  const loaded = ref(false)

  function accept(lesson: Lesson): Lesson {
    const others = lessons.value.filter(({ id }) => id !== lesson.id)
    lessons.value = [...others, lesson].toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
    return lesson
  }

  function drop(lessonId: string): void {
    lessons.value = lessons.value.filter(({ id }) => id !== lessonId)
  }

  /** Takes over all lessons and follows them from now on; returns how to stop. Events first, so that none falls between. */
  async function follow(): Promise<() => void> {
    const newer = new Set<string>()
    const stops = [
      client.on('lessons.changed', (lesson) => {
        newer.add(lesson.id)
        accept(lesson)
      }),
      client.on('lessons.removed', ({ lessonId }) => {
        newer.add(lessonId)
        drop(lessonId)
      }),
    ]
    for (const lesson of await client.teaching.list()) if (!newer.has(lesson.id)) accept(lesson)
    loaded.value = true
    return () => stops.forEach((stop) => stop())
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
