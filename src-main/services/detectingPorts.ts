import { z } from 'zod'
import type { DocumentFolder } from '#main/services/platform'
import { soundSet, sweep, type Sweep } from '#shared/contract/detecting'

/** A set as it is kept: where a clip is heard is not. */
export const storedSet = soundSet.extend({ clips: z.array(soundSet.shape.clips.element.omit({ url: true })) })
export type StoredSet = z.infer<typeof storedSet>
export const storedSweep = sweep

/** What is kept of the user's sounds, and of what was learned from them. */
export interface DetectingStore {
  readonly sets: DocumentFolder<StoredSet>
  readonly sweeps: DocumentFolder<Sweep>
  /** Folder of a set's clips, each `<id>.wav`, which is made where it is not there. @throws AppError OUTPUT_NOT_WRITABLE, DISK_FULL */
  setFolder(id: string): Promise<string>
  removeSetFolder(id: string): Promise<void>
  removeClip(setId: string, clipId: string): Promise<void>
  /** Folder of a sweep's networks, and of its best as a model below `model`. */
  sweepFolder(id: string): string
  removeSweepFolder(id: string): Promise<void>
}
