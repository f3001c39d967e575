import type { RecordingPart } from '#main/datasets/manifest'
import type { DatasetContent, DatasetLayout, Split, TrackRole } from '#shared/contract/datasets'

/** A folder as layouts look at it. */
export interface FolderView {
  /** Its own name. */
  readonly name: string
  /** Paths of all files below it, with `/`, in order; hidden ones left out. */
  readonly files: readonly string[]
  /** A short text file. @throws AppError FILE_UNREADABLE */
  text(path: string): Promise<string>
  /** The first 16 bytes of a file, unpacked where its name ends in .gz. @throws AppError FILE_UNREADABLE */
  head(path: string): Promise<Uint8Array>
}

/** A recording without stems. Those of one group sound alike. */
export interface LooseRecording {
  readonly path: string
  readonly group: string
}

/** What an item is made of. */
export type Material =
  | { what: 'song'; vocals: readonly RecordingPart[]; accompaniment: readonly RecordingPart[]; mixture?: readonly RecordingPart[] | undefined }
  /** A song of which one stem is there, and the mixture: the other stem is what the one leaves of it. */
  | { what: 'pair'; mixture: string; known: string; stem: 'vocals' | 'accompaniment' }
  | { what: 'voices' | 'music' | 'mixture'; recordings: readonly LooseRecording[] }
  | { what: 'clips'; label: string; paths: readonly string[] }
  /** Pictures `[from, to)` of a file. */
  | { what: 'images'; images: string; labels?: string | undefined; from: number; to: number }

/** A thing that is held out as a whole. */
export interface LayoutItem {
  /** Its own in the dataset. */
  readonly name: string
  readonly files: readonly string[]
  /** Splits that it may go to by itself; one where the folder says which. */
  readonly splits: readonly Split[]
  readonly material: Material
}

/** What a layout makes of a folder. */
export interface LayoutReading {
  readonly content: DatasetContent
  readonly items: readonly LayoutItem[]
  /** In a sentence: what is there. */
  readonly summary: string
  /** In sentences: what was left out and why. */
  readonly warnings: readonly string[]
  /** How well it fits: 3 for whole songs, 2 for a collection with a form of its own, 1 for anything with sound, 0 for a guess. */
  readonly rank: number
}

/** A track that occurs in multitrack folders. */
export interface NamedTrack {
  readonly name: string
  readonly role: TrackRole
  readonly songs: number
}

/** What is known besides the folder: the user's choice of roles, by name of the track. */
export interface LayoutOptions {
  readonly roles: Readonly<Record<string, TrackRole>>
}

/** Reads a folder in one of the layouts; undefined where it is not of that layout. */
export type ReadLayout = (view: FolderView, options: LayoutOptions) => Promise<LayoutReading | undefined>

export type Layouts = Readonly<Record<DatasetLayout, ReadLayout>>

export const anySplit: readonly Split[] = ['train', 'validation', 'test']
