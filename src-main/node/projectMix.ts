import { mixTracks } from '#shared/audio/mixing'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'
import type { PlannedFile, RenderPlan } from '#shared/project/renderPlan'
import { type SoundFile, SoundPasses } from '#main/node/soundPasses'

/** What is mixed: a plan, and the files of its sources by their ids. */
export interface MixInput {
  readonly plan: RenderPlan
  readonly sounds: Readonly<Record<string, SoundFile>>
}

/** Is told of every stretch of sound that is done; in a cancelled job it throws. */
export type Report = (frames: number) => Promise<void>

const blockFrames = 16384

/**
 * Yields the sound of one file in planar blocks, from the first frame of the plan's range to its last.
 * @throws what openAudio throws; FILE_UNREADABLE for a sound that is shorter than it was
 */
export async function* mixBlocks({ plan, sounds }: MixInput, file: PlannedFile, context: WorkContext, report: Report): AsyncGenerator<Float32Array[]> {
  const passes = new SoundPasses(sounds, context.signal)
  const end = plan.start + plan.frames
  try {
    for (let at = plan.start; at < end; at += blockFrames) {
      const stereo = await mixTracks(file.tracks, at, Math.min(blockFrames, end - at), passes.read)
      await passes.endBlock()
      yield stereo.slice(0, file.channels)
      await report(stereo[0].length)
    }
  } finally {
    await passes.close()
  }
}

/** Returns what counts the work on a plan: one bar for all passes over all files. */
export function progressOf({ frames, files, sampleRate }: RenderPlan, passes: number, context: WorkContext): Report {
  const total = (frames * files.length * passes) / sampleRate
  let done = 0
  return async (count) => {
    done += count
    context.onProgress({ stage: 'rendering', completed: Math.min(total, done / sampleRate), total, unit: 'seconds' })
    await checkpointCancel(context)
  }
}
