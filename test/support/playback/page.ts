import { ClipPlayer } from '#renderer/playback/clipPlayer'
import { renderOffline } from '#renderer/playback/renderOffline'
import type { OpenSound } from '#renderer/playback/sounds'
import { createTransport } from '#renderer/playback/transport'
import { openWav } from '#renderer/playback/wavSource'

/**
 * A context whose clock is moved by the test: the player takes it for a live one, but it renders offline, and stands still
 * while the player reads. So what is heard does not depend on how busy the machine is, and all of it can be looked at.
 */
function steppedContext(sampleRate: number, seconds: number) {
  const context = new OfflineAudioContext(2, Math.ceil(seconds * sampleRate), sampleRate)
  const goOn = () => OfflineAudioContext.prototype.resume.call(context)
  const own = { state: 'running', resume: () => Promise.resolve(), close: () => Promise.resolve() }
  for (const [name, value] of Object.entries(own)) Object.defineProperty(context, name, { value })
  let stopped = context.suspend(0)
  const rendered = context.startRendering()
  return {
    context: context as unknown as AudioContext,
    /** Lets the player do what it has to do, and the clock go on, until `amount` seconds have passed. */
    async advance(amount: number): Promise<void> {
      await stopped
      for (const until = context.currentTime + amount; context.currentTime < until; ) {
        await settled()
        stopped = context.suspend(Math.min(until, context.currentTime + stepSeconds))
        void goOn()
        await stopped
      }
      await settled()
    },
    async finish(): Promise<Float32Array[]> {
      await stopped
      void goOn()
      const buffer = await rendered
      return [buffer.getChannelData(0), buffer.getChannelData(1)]
    },
  }
}

const stepSeconds = 0.5
let reading = 0

/** How much can be read of a sound whose id begins with `growing-`; frames. */
const growth = { ready: 0 }

/** Sounds by URL; counts what is under way. */
const sounds: OpenSound = async (id) => {
  const growing = id.startsWith('growing-') ? { frames: 12 * 44100, ready: () => growth.ready } : undefined
  const sound = await counted(() => openWav(`/sounds/${id.replace('growing-', '')}.wav`, growing))
  return { ...sound, read: (first, count) => counted(() => sound.read(first, count)) }
}

async function counted<T>(work: () => Promise<T>): Promise<T> {
  reading++
  try {
    return await work()
  } finally {
    reading--
  }
}

/** Resolves when the player has nothing more to read: its pauses are shorter than what is waited here. */
async function settled(): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet = reading > 0 ? 0 : quiet + 1) await new Promise((resolve) => setTimeout(resolve, 45))
}

/** Samples as text, because what a test asks of a page comes back as JSON. */
function toBase64(samples: Float32Array): string {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
  let text = ''
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768))
  return btoa(text)
}

/** What the tests of playback reach in the browser. */
const playback = { ClipPlayer, renderOffline, createTransport, steppedContext, sounds, growth, toBase64 }
export type PlaybackPage = typeof playback
Object.assign(window, { playback })
