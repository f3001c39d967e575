import { z } from 'zod'

/** The newest version of the document; `migrations` bring older ones up to it. */
export const projectVersion = 1

const frame = z.number().int()
const length = z.number().int().positive()
const id = z.string().min(1)

/**
 * A sound that clips play: a song, a stem, or a stem as it was repaired. It never changes: whatever alters sound makes another
 * source, so that going back is going back to the other id.
 */
export const source = z.object({
  id,
  name: z.string(),
  /** Content of the library that it is; see `sounds` in the contract. */
  soundId: id,
  /** Hertz; that of the project. */
  sampleRate: z.number().positive(),
  channels: z.number().int().min(1).max(2),
  frames: length,
  /** Where a stem comes from; missing for a song. */
  stem: z
    .object({
      name: z.enum(['vocals', 'accompaniment']),
      /** Source of the mixture, and where the stem begins in it. */
      mixtureId: id,
      offset: frame,
      modelId: z.string(),
      quality: z.string(),
      /** Source of the other stem: the two sum to the mixture. */
      otherId: id,
      /** Mask exponent: 1 as separated, above cleaner, below fuller. */
      exponent: z.number().positive().default(1),
    })
    .optional(),
})
export type Source = z.infer<typeof source>

/** A stretch of a source on a track. Positions and lengths are in frames at the project's rate. */
export const clip = z.object({
  id,
  sourceId: id,
  /** Frame of the timeline at which it begins. */
  start: frame.nonnegative(),
  /** Frame of the source that is heard first. */
  offset: frame.nonnegative(),
  length,
  /** Decibels. */
  gain: z.number().default(0),
  /** Frames over which it fades in and out, with equal power. */
  fadeIn: frame.nonnegative().default(0),
  fadeOut: frame.nonnegative().default(0),
})
export type Clip = z.infer<typeof clip>

/** What a detector has found in a source, in frames of it; a score is a probability. */
export const trackFinds = z.object({
  sourceId: id,
  modelId: z.string(),
  /** What the detector was called. */
  name: z.string(),
  events: z.array(z.object({ start: frame.nonnegative(), end: frame.positive(), score: z.number() })),
})
export type TrackFinds = z.infer<typeof trackFinds>

export const trackRoles = ['mixture', 'vocals', 'accompaniment', 'other'] as const
export const trackViews = ['waveform', 'spectrogram', 'both'] as const

/** A lane. Its clips do not overlap, and lie in the order of their starts. */
export const track = z.object({
  id,
  name: z.string(),
  role: z.enum(trackRoles),
  /** Decibels. */
  gain: z.number().default(0),
  /** From -1, left, to 1, right. */
  pan: z.number().min(-1).max(1).default(0),
  muted: z.boolean().default(false),
  soloed: z.boolean().default(false),
  view: z.enum(trackViews).default('waveform'),
  clips: z.array(clip),
  /** By source and detector; missing where nothing was looked for. */
  finds: z.array(trackFinds).optional(),
})
export type Track = z.infer<typeof track>

export const marker = z.object({ id, at: frame.nonnegative(), name: z.string() })
export type Marker = z.infer<typeof marker>

/** The document that the user edits. All of it is undoable; what is only looked at (zoom, selection, position) is not in it. */
export const project = z.object({
  version: z.literal(projectVersion),
  id,
  name: z.string(),
  /** Hertz; undefined until the first song is there. Sounds of another rate are refused, because nothing is resampled. */
  sampleRate: z.number().positive().optional(),
  sources: z.array(source),
  tracks: z.array(track),
  /** In the order of their places. */
  markers: z.array(marker),
  loop: z.object({ start: frame.nonnegative(), end: frame.positive(), enabled: z.boolean() }).optional(),
})
export type Project = z.infer<typeof project>

/** Returns a project without any sound. */
export function emptyProject(projectId: string, name: string): Project {
  return { version: projectVersion, id: projectId, name, sources: [], tracks: [], markers: [] }
}

/** Returns the frame of the timeline after the clip's last. */
export function clipEnd({ start, length: frames }: Clip): number {
  return start + frames
}

/** Returns the frame after the last clip; 0 for an empty project. */
export function projectFrames({ tracks }: Project): number {
  return tracks.reduce((end, { clips }) => clips.reduce((last, one) => Math.max(last, clipEnd(one)), end), 0)
}
