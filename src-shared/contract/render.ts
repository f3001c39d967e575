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

export const renderedFile = z.object({ path: z.string(), name: z.string(), url: z.string(), loudness: loudnessFacts })
export const renderResult = z.object({ files: z.array(renderedFile), warnings: z.array(z.string()) })
export type RenderResult = z.infer<typeof renderResult>

const jobId = z.object({ jobId: z.string() })

export const render = {
  /** Writes into a folder that the user chose. Job of kind `render`. */
  export: request(renderRequest.extend({ folder: z.string().min(1) }), jobId),
  /** Measures without writing, for the dialog. Job of kind `loudness`; one entry a file that would be written. */
  measure: request(renderRequest, jobId),
  /** Renders ahead of a drag into the library's temporary folder. Job of kind `render`; its files can be dragged out by `dragOut`. */
  prepareDrag: request(renderRequest, jobId),
  /** Begins the drag of what `prepareDrag` rendered, in the desktop window; called from `dragstart`. */
  dragOut: request(z.strictObject({ jobId: z.string() }), z.void()),
}
