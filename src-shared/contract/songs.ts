import { z } from 'zod'
import { request } from '#shared/contract/defineContract'

/** A song as the UI knows it. Its samples stay in the services. */
export const song = z.object({
  id: z.string(),
  /** File name without its extension. */
  name: z.string(),
  /** Hertz. */
  sampleRate: z.number(),
  channels: z.number().int(),
  /** Samples a channel; only known beforehand where the file says it exactly, as lossless ones do. */
  frames: z.number().int().optional(),
  /** Length; an estimate for some compressed files, missing for a few. */
  seconds: z.number().optional(),
  /** What the user should know before relying on the result, such as a truncated file. */
  warnings: z.array(z.string()),
  /** The sound of the library that it was opened from. */
  soundId: z.string().optional(),
  /** Where the file as it was imported can be fetched. */
  url: z.string(),
})
export type Song = z.infer<typeof song>

const songSource = z.union([
  z.strictObject({ path: z.string().min(1) }),
  z.strictObject({ uploadId: z.string().min(1) }),
  z.strictObject({ demo: z.literal(true) }),
  z.strictObject({ soundId: z.string().min(1) }),
])
export type SongSource = z.infer<typeof songSource>

export const songs = {
  /** Opens a sound file by its path (desktop), by the id of an upload (browser), a sound of the library, or the demo song. */
  import: request(songSource, song),
  /** The songs that are open, and those of the library from earlier. */
  list: request(z.undefined(), z.array(song)),
}
