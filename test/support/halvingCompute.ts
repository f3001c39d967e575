/**
 * A compute process whose separator is a stand-in: half of every sample is "vocals", the rest "music". The process, its
 * protocol, the decoding, the files and their exact sum are the real ones; only the model is missing, so that tests of
 * the hosts need none and know every sample of the answer.
 */
import { type ParentChannel, serveTasks } from '#main/compute/server'
import { inspect } from '#main/compute/tasks/inspect'
import type { ComputeInput } from '#main/compute/protocol'
import { openAudio } from '#main/node/audioReader'
import { type AudioFormat, createAudioWriter } from '#main/node/audioWriter'
import { checkpointCancel, type WorkContext } from '#shared/jobs/work'

/** Milliseconds that each block of 16384 frames takes. */
const blockMs = Number(process.env['HALVING_BLOCK_MS'] ?? 0)
const pause = () => new Promise((resolve) => setTimeout(resolve, blockMs))
const fullScale = 2 ** 23

type Job = Pick<ComputeInput<'separate'>, 'path' | 'format' | 'paths' | 'title'>

async function split({ path, format, paths, title }: Job, context: WorkContext) {
  const reader = await openAudio(path)
  const { sampleRate, channels } = reader.info
  const open = (stem: 'vocals' | 'accompaniment') =>
    createAudioWriter(paths[stem], { format: format as AudioFormat, sampleRate, channels, tags: { title: `${title} - ${stem}` } })
  const vocals = await open('vocals')
  const music = await open('accompaniment')
  let frames = 0
  try {
    for await (const block of reader.blocks()) {
      const mixture = block.map((samples) => Int32Array.from(samples, (value) => Math.round(value * fullScale)))
      const halves = mixture.map((samples) => samples.map((value) => value >> 1))
      const rest = mixture.map((samples, channel) => samples.map((value, i) => value - halves[channel]![i]!))
      const floats = (planes: Int32Array[]) => planes.map((plane) => Float32Array.from(plane, (value) => value / fullScale))
      await vocals.write(floats(halves))
      await music.write(floats(rest))
      frames += block[0]!.length
      const total = reader.info.durationSeconds ?? 0
      context.onProgress({ stage: 'separating', completed: Math.min(total, frames / sampleRate), total, unit: 'seconds' })
      await pause()
      await checkpointCancel(context)
    }
    await vocals.finish()
    await music.finish()
  } finally {
    await Promise.all([vocals.abort(), music.abort(), reader.close()])
  }
  return { sampleRate, channels, frames, seconds: frames / sampleRate }
}

const channel: ParentChannel = {
  send: (message) => void process.send?.(message),
  onMessage: (callback) => void process.on('message', callback),
}
process.on('disconnect', () => process.exit(0))

serveTasks(channel, {
  inspect,
  separate: async (input, context) => ({ ...(await split(input, context)), nullResidualDbfs: -400, engine: 'stand-in', warnings: [] }),
  convert: async (input, context) => {
    await split(input, context)
    return { warnings: [] }
  },
  measure: () => Promise.reject(new Error('The stand-in measures nothing.')),
  describeEngines: async () => [{ id: 'stand-in', label: 'CPU (stand-in)', available: true }],
})
