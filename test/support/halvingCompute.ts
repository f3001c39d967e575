/**
 * A compute process whose separator is a stand-in: half of every sample is "vocals", the rest "music". The process, its
 * protocol, the decoding, the files and their exact sum are the real ones; only the model is missing, so that tests of
 * the hosts need none and know every sample of the answer.
 */
import { convert } from '#main/compute/tasks/convert'
import { inspect } from '#main/compute/tasks/inspect'
import { frameRange, saveStems } from '#main/compute/tasks/stems'
import { type ParentChannel, serveTasks } from '#main/compute/server'
import type { ComputeInput } from '#main/compute/protocol'
import { openAudio } from '#main/node/audioReader'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** Milliseconds that each block of 16384 frames takes. */
const blockMs = Number(process.env['HALVING_BLOCK_MS'] ?? 0)
const pause = () => new Promise((resolve) => setTimeout(resolve, blockMs))
const fullScale = 2 ** 23

async function split({ path, start, length, output }: ComputeInput<'separate'>, context: WorkContext) {
  const song = await openAudio(path)
  const { sampleRate, durationSeconds: total = 0 } = song.info
  const range = frameRange({ start, length }, sampleRate)
  const halves = async function* () {
    let frames = 0
    for await (const block of mixtureBlocks(song, range)) {
      yield block.map((samples) => samples.map((value) => Math.floor((value * fullScale) / 2) / fullScale))
      frames += block[0]!.length
      context.onProgress({ stage: 'separating', completed: Math.min(total, frames / sampleRate), total, unit: 'seconds' })
      await pause()
      await checkpointCancel(context)
    }
  }
  try {
    const stems = await saveStems({ song, path, range, vocals: halves(), output }, context)
    return { ...stems, seconds: stems.frames / sampleRate }
  } finally {
    await song.close()
  }
}

const channel: ParentChannel = {
  send: (message) => void process.send?.(message),
  onMessage: (callback) => void process.on('message', callback),
}
process.on('disconnect', () => process.exit(0))

serveTasks(channel, {
  inspect,
  separate: async (input, context) => ({ ...(await split(input, context)), engine: 'stand-in' }),
  convert,
  measure: () => Promise.reject(new Error('The stand-in measures nothing.')),
  describeEngines: async () => [{ id: 'stand-in', label: 'CPU (stand-in)', available: true }],
})
