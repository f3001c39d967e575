import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { ReadySeparator } from '#main/compute/tasks/readySeparator'
import { audibleWork, expectedFrames, frameRange, saveStems } from '#main/compute/tasks/stems'
import { openAudio } from '#main/node/audioReader'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import type { SongSeparator } from '#main/separation/separator'
import { separatedChannels } from '#shared/audio/mixdown'
import type { WorkContext } from '#shared/jobs/work'

/** That of this process; other tasks that need the model use it too. */
export const ready = new ReadySeparator()

/** @throws AppError ENGINE_UNAVAILABLE */
export function prepare(): Promise<string> {
  return ready.prepare()
}

/** @throws what `ReadySeparator.open` and `writeStemFiles` throw, once no smaller batch or other engine is left to try */
export async function separate(input: ComputeInput<'separate'>, context: WorkContext): Promise<ComputeResult<'separate'>> {
  const notes: string[] = []
  for (;;) {
    try {
      const separator = await ready.open(input.modelDirectory, input.device)
      const { warnings, ...result } = await separateOn(separator, input, context)
      return { ...result, warnings: [...warnings, ...notes] }
    } catch (error) {
      notes.push(await ready.stepDown(error))
    }
  }
}

async function separateOn(separator: SongSeparator, input: ComputeInput<'separate'>, silent: WorkContext) {
  const { path, start, length, quality, output } = input
  const song = await openAudio(path)
  try {
    const { sampleRate, channels } = song.info
    const range = frameRange({ start, length }, sampleRate)
    const { preview, context } = audibleWork(song, range, input.preview, silent)
    const mixture = {
      sampleRate,
      channels: separatedChannels(channels),
      frames: expectedFrames(song, range),
      blocks: mixtureBlocks(song, { ...range, signal: context.signal }),
    }
    const vocals = separator.vocals(mixture, { quality }, context)
    const stems = await saveStems({ song, path, range, vocals, output, preview }, context)
    const { frames, nullResidualDbfs, warnings, paths } = stems
    return {
      sampleRate: stems.sampleRate,
      channels: stems.channels,
      frames,
      seconds: frames / sampleRate,
      nullResidualDbfs,
      engine: separator.engine.label,
      warnings,
      paths,
    }
  } finally {
    await song.close()
  }
}
