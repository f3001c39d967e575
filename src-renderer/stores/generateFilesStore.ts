import { defineStore } from 'pinia'
import { useOutside } from '#renderer/api/host'
import type { MadeSound } from '#renderer/stores/generateStore'
import { createPreparedDrags } from '#renderer/stores/preparedDrags'
import { createSoundSaving } from '#renderer/stores/savedSounds'

/** Sounds of the Lab as files: saved into a folder, downloaded, or dragged out. */
export const useGenerateFilesStore = defineStore('generateFiles', () => {
  const { client } = useOutside()
  const saveSounds = createSoundSaving()

  const writtenOf = ({ sound: { latent, seed, name } }: MadeSound) => ({ latent: [...latent], seed, name })

  const drags = createPreparedDrags<MadeSound>({
    idOf: ({ id }) => id,
    nameOf: ({ sound }) => sound.name,
    keyOf: ({ id }) => id,
    start: (made) => client.generating.prepareDrag({ modelId: made.modelId, phases: made.phases, sounds: [writtenOf(made)] }),
  })

  /** Asks for a folder and writes sounds there, a file each; they may be of several models. */
  const save = (made: readonly MadeSound[]) =>
    saveSounds(
      madeAlike(made).map((alike) => (folder) => {
        const { modelId, phases } = alike[0]!
        return client.generating.export({ modelId, phases, sounds: alike.map(writtenOf), folder })
      }),
    )

  return { ...drags, save }
})

/** Groups sounds that one request can write: those of one model, made of their spectrograms in the same way. */
function madeAlike(made: readonly MadeSound[]): MadeSound[][] {
  const groups = new Map<string, MadeSound[]>()
  for (const each of made) {
    const key = `${each.phases} ${each.modelId}`
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [...groups.values()]
}
