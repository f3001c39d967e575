import type { ComputeInput, ComputeResult } from '#main/compute/protocol'
import { ready } from '#main/compute/tasks/separate'
import { openAudio } from '#main/node/audioReader'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import { findDoubt, type Sampler } from '#main/separation/doubt'
import { separatedChannels } from '#shared/audio/mixdown'
import type { WorkContext } from '#shared/jobs/work'

/** Latent samples of each segment: their masks lie so close together that more would tell nothing more. */
const samples = 2

/** @throws what `ReadySeparator.open` and reading throw, once no smaller batch or other engine is left to try */
export async function doubt(input: ComputeInput<'doubt'>, context: WorkContext): Promise<ComputeResult<'doubt'>> {
  for (;;) {
    try {
      return await doubtOn(await ready.openSampler(input.modelDirectory), input, context)
    } catch (error) {
      await ready.stepDown(error)
    }
  }
}

async function doubtOn(sampler: Sampler, { mixture, offset, length, seed }: ComputeInput<'doubt'>, context: WorkContext) {
  const song = await openAudio(mixture, { minimumSeconds: 0 })
  try {
    const { sampleRate, channels } = song.info
    const blocks = mixtureBlocks(song, { start: offset, length, signal: context.signal })
    return await findDoubt({ sampleRate, channels: separatedChannels(channels), frames: length, blocks }, sampler, { samples, seed }, context)
  } finally {
    await song.close()
  }
}
