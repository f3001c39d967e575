import { renderOffline } from '#renderer/playback/renderOffline'
import { soundsByUrl } from '#renderer/playback/sounds'
import { createTransport } from '#renderer/playback/transport'

/** What the tests of playback reach in the browser. */
const playback = { renderOffline, createTransport, sounds: soundsByUrl((id) => `/sounds/${id}.wav`), recordedContext, toBase64 }
export type PlaybackPage = typeof playback
Object.assign(window, { playback })

/** A live context whose output is recorded, from its first frame on. */
async function recordedContext(sampleRate: number) {
  const context = new AudioContext({ sampleRate })
  await context.audioWorklet.addModule('/recorder.js')
  const recorder = new AudioWorkletNode(context, 'recorder', { numberOfInputs: 1, channelCount: 2, channelCountMode: 'explicit' })
  recorder.connect(context.destination)
  const blocks: { frame: number; channels: Float32Array[] }[] = []
  recorder.port.onmessage = ({ data }) => void blocks.push(data as (typeof blocks)[number])
  // What is connected to the loudspeaker is led to the recorder, which passes it on.
  Object.defineProperty(context, 'destination', { value: recorder })
  return { context, recording: () => joined(blocks) }
}

function joined(blocks: readonly { frame: number; channels: Float32Array[] }[]): { first: number; channels: Float32Array[] } {
  const first = blocks[0]!.frame
  const last = blocks.at(-1)!
  const channels = [0, 1].map(() => new Float32Array(last.frame + last.channels[0]!.length - first))
  for (const block of blocks) block.channels.forEach((samples, channel) => channels[channel]!.set(samples, block.frame - first))
  return { first, channels }
}

/** Samples as text, because what a test asks of a page comes back as JSON. */
function toBase64(samples: Float32Array): string {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
  let text = ''
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768))
  return btoa(text)
}
