import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'

/**
 * Returns how short sounds are written into a folder that the user chooses: by jobs of kind `render`, which `starts` begin one after
 * another. To be called while a store is set up.
 */
export function createSoundSaving(): (starts: readonly ((folder: string) => Promise<{ jobId: string }>)[]) => Promise<void> {
  const { host } = useOutside()
  const jobs = useJobStore()
  const notices = useNoticeStore()

  return async (starts) => {
    await notices.attempt(async () => {
      const target = await host.chooseExportTarget()
      if (!target) return
      const files: string[] = []
      for (const start of starts) {
        const { jobId } = await start(target.folder)
        const result = await jobs.resultOf(jobId, 'render')
        for (const { name, path } of result.files) {
          files.push(name)
          if (target.urlOf) host.download?.({ name, url: target.urlOf(path) })
        }
      }
      notices.show(files.length === 1 ? `${files[0]} is saved.` : `${files.length} sounds are saved.`, 'good')
    })
  }
}
