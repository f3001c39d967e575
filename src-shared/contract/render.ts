import { z } from 'zod'
import { request } from '#shared/contract/defineContract'
import { project } from '#shared/project/project'

export const renderFormats = ['wav16', 'wav24', 'wav32f', 'flac', 'mp3', 'aiff', 'm4a'] as const
export const renderFormat = z.enum(renderFormats)
export type RenderFormat = z.infer<typeof renderFormat>

const frameRange = z.strictObject({ start: z.number().int().nonnegative(), end: z.number().int().positive() })

/** What is rendered of a project: each of some tracks as a file of its own, or all that is heard as one. */
export const renderRequest = z.strictObject({
  /** A frozen copy: later edits do not change the job. */
  project,
  what: z.discriminatedUnion('kind', [
    /** Each track alone, with its clips' gains and fades, without the track's own gain, pan, mute or solo. */
    z.strictObject({ kind: z.literal('tracks'), trackIds: z.array(z.string()).min(1) }),
    /** The sum of what is heard: gains, pans, mutes, solos. */
    z.strictObject({ kind: z.literal('mixdown') }),
  ]),
  /** Frames of the timeline; the whole project without it. */
  range: frameRange.optional(),
  format: renderFormat.default('wav24'),
  /** File name without extension; `{title}`, `{stem}`, `{model}` and `{date}` are filled in. */
  template: z.string().min(1).default('{title} - {stem}'),
})
export type RenderRequest = z.infer<typeof renderRequest>

export const loudnessFacts = z.object({
  /** BS.1770-4 integrated loudness, LUFS; missing where all is below the gate. */
  integrated: z.number().optional(),
  /** dBTP over all channels; -200 stands for silence. */
  truePeak: z.number(),
})
export type LoudnessFacts = z.infer<typeof loudnessFacts>

/** `name` has the extension; loudness is that of the file as it was read back, missing for files to be dragged. */
export const renderedFile = z.object({ path: z.string(), name: z.string(), url: z.string(), loudness: loudnessFacts.optional() })
export type RenderedFile = z.infer<typeof renderedFile>

export const renderResult = z.object({
  files: z.array(renderedFile),
  /** Gain on all files in dB: 0, or less where the format would have clipped. */
  gainDb: z.number(),
  warnings: z.array(z.string()),
})
export type RenderResult = z.infer<typeof renderResult>

/** What files would be written, and how loud their sound is before it meets the limits of a format. */
export const loudnessResult = z.object({ files: z.array(z.object({ name: z.string(), loudness: loudnessFacts })), warnings: z.array(z.string()) })
export type LoudnessResult = z.infer<typeof loudnessResult>

const jobId = z.object({ jobId: z.string() })

/**
 * So many files that were rendered to be dragged, and never were, are kept, those that were asked for last: a hand that passes over the
 * lanes must not fill the disk.
 */
export const preparedDragsKept = 8

export const render = {
  /**
   * Writes into a folder that the user chose, and replaces nothing there. Job of kind `render`.
   * @throws INVALID_INPUT when there would be no sound, as do all of these; SOUND_NOT_FOUND
   */
  export: request(renderRequest.extend({ folder: z.string().min(1) }), jobId),
  /** Measures without writing, for the dialog. Job of kind `loudness`. */
  measure: request(renderRequest, jobId),
  /**
   * Renders ahead of a drag into the library's temporary folder, or gives the job that rendered the same before. Job of kind
   * `drag`, whose result is that of `render`; its files can be dragged out by `dragOut`, or by their URLs.
   */
  prepareDrag: request(renderRequest, jobId),
  /** Begins the drag of what a job rendered, in the desktop window; called from `dragstart`. @throws JOB_NOT_FOUND, FILE_NOT_FOUND */
  dragOut: request(z.strictObject({ jobId: z.string() }), z.void()),
}
