import { defineStore } from 'pinia'
import { useOutside } from '#renderer/api/host'
import { createPreparedDrags } from '#renderer/stores/preparedDrags'
import type { DrawnSound } from '#renderer/stores/quantiseDrawStore'
import { createSoundSaving } from '#renderer/stores/savedSounds'

/** Drawn sounds as files: saved into a folder, downloaded, or dragged out; each as it was heard. */
export const useQuantiseFilesStore = defineStore('quantiseFiles', () => {
  const client = useOutside().client.quantising
  const saveSounds = createSoundSaving()

  const writtenOf = ({ sound: { name, sampleRate, pcm } }: DrawnSound) => ({ name: name.slice(0, 120), sampleRate, pcm })

  const drags = createPreparedDrags<DrawnSound>({
    idOf: ({ id }) => id,
    nameOf: ({ sound }) => sound.name,
    keyOf: ({ id }) => id,
    start: (drawn) => client.prepareDrag({ sounds: [writtenOf(drawn)], madeBy: drawn.madeBy }),
  })

  /** Asks for a folder and writes sounds there, a file each. */
  const save = (drawn: readonly DrawnSound[]) =>
    saveSounds(drawn.map((each) => (folder) => client.export({ folder, sounds: [writtenOf(each)], madeBy: each.madeBy })))

  return { ...drags, save }
})
