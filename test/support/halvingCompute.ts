/**
 * A compute process whose separator is a stand-in: half of every sample is "vocals", the rest "music". The process, its
 * protocol, the decoding, the files and their exact sum are the real ones; only the model is missing, so that tests of
 * the hosts need none and know every sample of the answer.
 */
import { writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { audibleWork, frameRange, saveStems } from '#main/compute/tasks/stems'
import { tasks } from '#main/compute/tasks/tasks'
import { type ParentChannel, serveTasks } from '#main/compute/server'
import type { ComputeInput } from '#main/compute/protocol'
import { openAudio } from '#main/node/audioReader'
import { mixtureBlocks } from '#main/node/mixtureBlocks'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** Milliseconds that each block of 16384 frames takes: as the environment says, or some where the song is called slow. */
const blockMs = (path: string) => Number(process.env['HALVING_BLOCK_MS'] ?? (/slow/i.test(basename(path)) ? 60 : 0))
/** Is told the id of the process that separates, for tests that end it. */
const processIdFile = process.env['HALVING_PROCESS_ID_FILE']
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const fullScale = 2 ** 23

async function split({ path, start, length, output, preview: files }: ComputeInput<'separate'>, silent: WorkContext) {
  if (processIdFile !== undefined) writeFileSync(processIdFile, String(process.pid))
  const song = await openAudio(path)
  const { sampleRate, durationSeconds: total = 0 } = song.info
  const range = frameRange({ start, length }, sampleRate)
  const { preview, context } = audibleWork(song, range, files, silent)
  const halves = async function* () {
    let frames = 0
    for await (const block of mixtureBlocks(song, range)) {
      yield block.map((samples) => samples.map((value) => Math.floor((value * fullScale) / 2) / fullScale))
      frames += block[0]!.length
      context.onProgress({ stage: 'separating', completed: Math.min(total, frames / sampleRate), total, unit: 'seconds' })
      await pause(blockMs(path))
      await checkpointCancel(context)
    }
  }
  try {
    const stems = await saveStems({ song, path, range, vocals: halves(), output, preview }, context)
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
  ...tasks,
  separate: async (input, context) => ({ ...(await split(input, context)), engine: 'stand-in' }),
  prepare: async () => 'stand-in',
  describeEngines: async () => [
    { id: 'trainer', label: 'CPU (for training)', available: true, chosenFor: ['training'] },
    { id: 'stand-in', label: 'CPU (stand-in)', available: true, chosenFor: ['inference'] },
  ],
})
