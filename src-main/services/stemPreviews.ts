import type { TaskContext } from '#main/compute/client'
import type { JobContext } from '#main/services/jobQueue'
import type { MediaRegistry } from '#main/services/mediaRegistry'
import type { Platform, StagedPreview, StemPaths } from '#main/services/platform'

/** How long finished stems can still be heard from the preview, so that whoever plays it has time to go over to them. */
const overlapMs = 60_000

/** What of running separations can be heard already. */
export interface StemPreviews {
  /** Does `work` with files for its preview, and adds to its progress where they can be heard. */
  during<Value>(context: JobContext, work: (files: StemPaths | undefined, heard: TaskContext) => Promise<Value>): Promise<Value>
  /** Removes what is left of previews whose separation has ended. */
  clear(): Promise<void>
}

/** Returns the previews, whose files are made by `platform`. */
export function createStemPreviews(platform: Platform, media: MediaRegistry): StemPreviews {
  const ended = new Map<string, StagedPreview>()

  const remove = async (id: string, preview: StagedPreview) => {
    ended.delete(id)
    media.forget((mediaId) => mediaId.startsWith(id))
    // On some systems a file that is being sent cannot be removed; the next preview tries again.
    await preview.discard().catch(() => {})
  }

  const telling = (id: string, { paths }: StagedPreview, context: JobContext): TaskContext => {
    const vocalsUrl = media.register(`${id}-vocals.wav`, paths.vocals)
    const accompanimentUrl = media.register(`${id}-music.wav`, paths.accompaniment)
    let frames = 0
    return {
      signal: context.signal,
      onProgress({ readyFrames, ...progress }) {
        frames = readyFrames ?? frames
        context.onProgress(frames > 0 ? { ...progress, ready: { frames, vocalsUrl, accompanimentUrl } } : progress)
      },
    }
  }

  return {
    async during(context, work) {
      const id = `preview-${platform.newId()}`
      const preview = await platform.stems.stagePreview()
      try {
        const value = await work(preview.paths, telling(id, preview, context))
        ended.set(id, preview)
        setTimeout(() => void remove(id, preview), overlapMs)
        return value
      } catch (error) {
        await remove(id, preview)
        throw error
      }
    },
    async clear() {
      for (const [id, preview] of ended) await remove(id, preview)
    },
  }
}
