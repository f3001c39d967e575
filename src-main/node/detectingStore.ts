import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createDocumentFolder } from '#main/node/documentFolder'
import { makeFolder } from '#main/node/makeFolder'
import { storedSet, storedSweep, type DetectingStore } from '#main/services/detectingPorts'

/** Returns the store of sounds and sweeps in `folder`, which is made when it is first written to. */
export function createDetectingStore(folder: string): DetectingStore {
  const clips = (id: string) => join(folder, 'clips', id)
  const networks = (id: string) => join(folder, 'networks', id)
  const remove = (path: string) => rm(path, { recursive: true, force: true })
  return {
    sets: createDocumentFolder(join(folder, 'sets'), storedSet),
    sweeps: createDocumentFolder(join(folder, 'sweeps'), storedSweep),
    async setFolder(id) {
      await makeFolder(clips(id))
      return clips(id)
    },
    removeSetFolder: (id) => remove(clips(id)),
    removeClip: (setId, clipId) => remove(join(clips(setId), `${clipId}.wav`)),
    sweepFolder: networks,
    removeSweepFolder: (id) => remove(networks(id)),
  }
}
