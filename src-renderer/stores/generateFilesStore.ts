import { defineStore } from 'pinia'
import { useOutside } from '#renderer/api/host'
import type { MadeSound } from '#renderer/stores/generateStore'
import { useGenerating } from '#renderer/stores/generatingClient'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { createPreparedDrags } from '#renderer/stores/preparedDrags'

/** Sounds of the Lab as files: saved into a folder, downloaded, or dragged out. */
export const useGenerateFilesStore = defineStore('generateFiles', () => {
  const client = useGenerating()
  const { host } = useOutside()
  const jobs = useJobStore()
  const notices = useNoticeStore()

  const writtenOf = ({ sound: { latent, seed, name } }: MadeSound) => ({ latent: [...latent], seed, name })

  const drags = createPreparedDrags<MadeSound>({
    idOf: ({ id }) => id,
    nameOf: ({ sound }) => sound.name,
    keyOf: ({ id }) => id,
    start: (made) => client.prepareDrag({ modelId: made.modelId, phases: made.phases, sounds: [writtenOf(made)] }),
  })

  /** Asks for a folder and writes sounds there, a file each; they may be of several models. */
  async function save(made: readonly MadeSound[]): Promise<void> {
    await notices.attempt(async () => {
      const target = await host.chooseExportTarget()
      if (!target) return
      const files: string[] = []
      for (const alike of madeAlike(made)) {
        const { modelId, phases } = alike[0]!
        const { jobId } = await client.export({ modelId, phases, sounds: alike.map(writtenOf), folder: target.folder })
        const result = await jobs.resultOf(jobId, 'render')
        for (const { name, path } of result.files) {
          files.push(name)
          if (target.urlOf) host.download?.({ name, url: target.urlOf(path) })
        }
      }
      notices.show(files.length === 1 ? `${files[0]} is saved.` : `${files.length} sounds are saved.`, 'good')
    })
  }

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
