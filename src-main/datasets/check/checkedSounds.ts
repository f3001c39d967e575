import { stemEntries, type Manifest, type RecordingPart, type Split, wholeFile } from '#main/datasets/manifest'

/** What a sound is for its item: a stem of a song, the song as it was mixed, or all there is. */
export type SoundRole = 'vocals' | 'accompaniment' | 'mixture' | 'recording'

/** A thing of a dataset whose sounds are checked together. */
export interface SoundItem {
  readonly name: string
  readonly split: Split
  /** What a clip is of. */
  readonly label?: string
  readonly sounds: readonly { readonly role: SoundRole; readonly parts: readonly RecordingPart[] }[]
}

/** A sound that is read once, from its beginning, as one or two channels. */
export interface OpenSound {
  /** Hertz. */
  readonly sampleRate: number
  readonly channels: number
  /** Frames, where the files say so. */
  readonly frames: number | undefined
  /** Filled while it is read: what could not be. */
  readonly warnings: readonly string[]
  blocks(): AsyncIterable<readonly Float32Array[]>
  close(): Promise<void>
}

/** Opens the sum of some parts. @throws AppError where one of their files cannot be read */
export type OpenParts = (parts: readonly RecordingPart[]) => Promise<OpenSound>

/** All sounds of a dataset: songs, loose recordings and clips. */
export function soundItems({ songs, entries, clips = [] }: Manifest): SoundItem[] {
  const stems = new Set(songs.flatMap(stemEntries).map(({ id }) => id))
  return [
    ...songs.map(({ name, split, vocals, accompaniment, mixture }): SoundItem => ({
      name,
      split,
      sounds: [
        { role: 'vocals', parts: vocals },
        { role: 'accompaniment', parts: accompaniment },
        ...(mixture ? [{ role: 'mixture' as const, parts: mixture }] : []),
      ],
    })),
    ...entries
      .filter(({ id }) => !stems.has(id))
      .map(({ id, parts, split }): SoundItem => ({ name: id, split, sounds: [{ role: 'recording', parts }] })),
    ...clips.map(({ path, label, split }): SoundItem => ({ name: path, split, label, sounds: [{ role: 'recording', parts: [wholeFile(path)] }] })),
  ]
}
