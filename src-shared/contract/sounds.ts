import { z } from 'zod'
import { request } from '#shared/contract/defineContract'

/** How a sound's spectrogram is stored. Level k has one column for every `hop * 4^k` frames; a tile holds `columns` of them. */
export const spectrogramFacts = z.object({
  /** Samples of one analysis window; a column has `fftSize / 2 + 1` bins, the lowest first. */
  fftSize: z.number().int(),
  /** Frames between columns of level 0. */
  hop: z.number().int(),
  /** Columns of a tile; the last one of a level has fewer. */
  columns: z.number().int(),
  /** The last one fits into one tile. Each bin of a column holds the loudest that its frames have, so that nothing is missed. */
  levels: z.number().int(),
  /** Decibels below full scale that the byte 0 stands for; 255 stands for 0 dBFS (a sine at full scale). */
  floor: z.number(),
})
export type SpectrogramFacts = z.infer<typeof spectrogramFacts>

/** A sound of the library, decoded once: a WAV file, its peaks, and tiles of its spectrogram, kept by its content's hash. */
export const sound = z.object({
  id: z.string(),
  name: z.string(),
  sampleRate: z.number(),
  /** 1 or 2; what a file has more is mixed down, and `warnings` say so. */
  channels: z.number().int(),
  frames: z.number().int(),
  /** What the user should know of how the song was read: downmix, damage, an end that is missing. */
  warnings: z.array(z.string()).optional(),
  /** The WAV file (RF64 where it is long), with byte ranges. */
  audioUrl: z.string(),
  /** `decodePeaks` of src-shared/audio/peaks reads it. */
  peaksUrl: z.string(),
  spectrogram: spectrogramFacts,
})
export type Sound = z.infer<typeof sound>

/** A sound, the space that it takes with its pictures, and the song that it is or was made of. */
export const listedSound = sound.extend({ bytes: z.number(), songName: z.string().optional() })
export type ListedSound = z.infer<typeof listedSound>

export const sounds = {
  /** Decodes an opened song into the library, or finds it there. The job is of kind `sound`; its result is the sound. */
  prepare: request(z.strictObject({ songId: z.string() }), z.object({ jobId: z.string() })),
  /** A sound of the library. @throws SOUND_NOT_FOUND */
  get: request(z.strictObject({ soundId: z.string() }), sound),
  /**
   * Where one tile can be fetched, which is computed when it is not there yet: one byte a bin, column after column, decibels
   * as `spectrogramFacts` says, of the louder channel.
   */
  tile: request(
    z.strictObject({ soundId: z.string(), level: z.number().int().nonnegative(), index: z.number().int().nonnegative() }),
    z.object({ url: z.string(), columns: z.number().int() }),
  ),
  list: request(z.undefined(), z.array(listedSound)),
  /** Removes a song with all that was made of it: decoded sound, peaks, tiles, stems, repairs. The user's own files stay. */
  deleteEverything: request(z.strictObject({ soundId: z.string() }), z.void()),
}

export const soundEvents = {
  /** Sounds that are no longer in the library, songs that are no longer open, and jobs that are no longer known. */
  'sounds.removed': z.object({ soundIds: z.array(z.string()), songIds: z.array(z.string()), jobIds: z.array(z.string()) }),
}
