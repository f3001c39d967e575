import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { frameRange, saveStems } from '#main/compute/tasks/stems'
import { openAudio } from '#main/node/audioReader'
import type { WorkContext } from '#shared/jobs/work'

/** @throws what `writeStemFiles` throws */
export async function convert(input: ComputeInput<'convert'>, context: WorkContext): Promise<ComputeResult<'convert'>> {
  const vocals = await openAudio(input.vocalsPath)
  const song = await openAudio(input.path)
  try {
    const range = frameRange(input, song.info.sampleRate)
    const blocks = vocals.blocks({ signal: context.signal })
    const { warnings, paths } = await saveStems({ song, path: input.path, range, vocals: blocks, output: input.output }, context)
    return { warnings, paths }
  } finally {
    await song.close()
    await vocals.close()
  }
}
