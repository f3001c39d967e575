import type { InstalledModel } from '#main/services/modelService'
import type { StemPaths } from '#main/services/platform'
import type { ImportedSong } from '#main/services/songService'
import type { SeparationRequest, StemFormat } from '#shared/contract/separation'

/** What a separation works on. Nothing in it changes while the job waits, so it also says whether two jobs are the same. */
export interface FrozenInput {
  readonly song: ImportedSong
  readonly model: InstalledModel
  readonly request: SeparationRequest
}

/** Returns the names that users see; without a title, those in the library. */
export function stemFileNames(title: string | undefined, format: StemFormat): StemPaths {
  const extension = format.startsWith('wav') ? 'wav' : format
  const prefix = title === undefined ? '' : `${title} - `
  return { vocals: `${prefix}Vocals.${extension}`, accompaniment: `${prefix}Music.${extension}` }
}

/** Returns a name for all that decides what the stems are, fit to be a folder's name. */
export function keyOf({ song, model, request }: FrozenInput): string {
  const { quality, format, start, length } = request
  const range = start === undefined && length === undefined ? [] : [`${start ?? 0}+${length ?? 'end'}`]
  return [song.sha256.slice(0, 32), model.card.id, model.card.sha256.slice(0, 12), quality, format, ...range].join('-')
}
