import { z } from 'zod'
import { request } from '#shared/contract/defineContract'
import { failure } from '#shared/jobs/job'

/** Minutes that a lesson may take. */
export const lessonMinutes = [5, 15, 60] as const

/** A stretch of a sound of the library, in its frames; the end is not part of it. */
export const soundStretch = z
  .strictObject({ soundId: z.string(), start: z.number().int().nonnegative(), end: z.number().int().positive() })
  .refine(({ start, end }) => end > start, 'ends before it begins')
export type SoundStretch = z.infer<typeof soundStretch>

/** What a model is taught with: own multitracks, or a voice alone with music to mix it with. The demo song's music is always there. */
export const lessonMaterial = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('songs'), datasetId: z.string() }),
  z.strictObject({ kind: z.literal('voice'), voice: z.array(soundStretch).min(1).max(100), music: z.array(soundStretch).max(100).default([]) }),
])
export type LessonMaterial = z.input<typeof lessonMaterial>

/** What a model could do before and after a lesson with one excerpt that it has not learned from: vocals SDR, decibels. */
const lessonScore = z.object({ name: z.string(), before: z.number(), after: z.number() })

export const lessonOutcome = z.object({
  excerpts: z.array(lessonScore),
  /** Means over the excerpts. */
  before: z.number(),
  after: z.number(),
  /** False for a model that measured no better than before. */
  recommended: z.boolean(),
})
export type LessonOutcome = z.infer<typeof lessonOutcome>

/**
 * The fine-tuning of a copy of a model with the user's own material. It is `learning` while its run waits or learns, `paused` with it,
 * `measuring`, then `measured`; or `failed`, its run or its measurement.
 */
export const lesson = z.object({
  id: z.string(),
  /** What it was taught, in the user's words. */
  name: z.string(),
  /** Date and time, ISO 8601. */
  startedAt: z.string(),
  base: z.object({ modelId: z.string(), name: z.string() }),
  minutes: z.number(),
  runId: z.string(),
  status: z.enum(['learning', 'paused', 'measuring', 'measured', 'failed']),
  error: failure.optional(),
  outcome: lessonOutcome.optional(),
  /** The model that it was kept as. */
  keptModelId: z.string().optional(),
})
export type Lesson = z.infer<typeof lesson>

export const lessonRequest = z.strictObject({
  name: z.string().trim().min(1).max(120),
  modelId: z.string(),
  material: lessonMaterial,
  minutes: z.literal(lessonMinutes),
})
export type LessonRequest = z.output<typeof lessonRequest>

const lessonId = z.strictObject({ lessonId: z.string() })

export const teaching = {
  /** Newest first. */
  list: request(z.undefined(), z.array(lesson)),
  /** Trains a copy of the model; the model itself stays as it is. */
  start: request(lessonRequest, lesson),
  /** Measures again what could not be measured, or goes on with a run that was paused. */
  resume: request(lessonId, lesson),
  /** Puts what was learned among the models, also where it is not recommended. */
  keep: request(lessonId.extend({ name: z.string().trim().min(1).max(120) }), z.object({ lesson, modelId: z.string() })),
  /** Deletes a lesson and its run; a model that was kept stays. */
  remove: request(lessonId, z.void()),
}

export const teachingEvents = {
  'lessons.changed': lesson,
  'lessons.removed': z.object({ lessonId: z.string() }),
}
