import { defineStore } from 'pinia'
import { ref } from 'vue'
import { fetchFile } from '#renderer/api/connectionLost'
import { ClipPlayer } from '#renderer/playback/clipPlayer'
import { contextAt } from '#renderer/playback/liveOutput'
import { samplesOfPcm } from '#renderer/playback/pcmText'
import { useTransportStore } from '#renderer/stores/transportStore'
import type { AudioClip } from '#shared/audio/audioClip'
import { decodeWav } from '#shared/audio/wavCodec'
import type { ShownSound } from '#shared/contract/generating'

/** A sound to be heard, by what the page knows it as. */
export interface Shot {
  readonly key: string
  /** Its samples, or where the WAV file is. */
  readonly sound: Pick<ShownSound, 'sampleRate' | 'pcm'> | { readonly url: string }
}

/** Silence after which the sound device is let go of, in milliseconds. */
const idleTime = 10_000

/** The one short sound that is heard now, and those that come after it. */
export const useGeneratePlaybackStore = defineStore('generatePlayback', () => {
  const transport = useTransportStore()
  /** Key of what is heard; nothing where nothing is. */
  const heard = ref<string>()
  /** How far it is, from 0 to 1. */
  const share = ref(0)
  let context: AudioContext | undefined
  let player: ClipPlayer | undefined
  let waiting: readonly Shot[] = []
  let last: string | undefined
  let idle: ReturnType<typeof setTimeout> | undefined
  let picture = 0
  let turn = 0
  let onEnd = () => {}

  function playerFor(sampleRate: number, frames: number): ClipPlayer {
    if (player?.sampleRate === sampleRate && player.frames === frames) return player
    player?.stop()
    if (context?.sampleRate !== sampleRate) {
      void context?.close()
      context = contextAt(sampleRate)
    }
    return (player = new ClipPlayer(context, sampleRate, frames, false))
  }

  /** Plays sounds one after another, in place of what is heard now; the promise ends when all are over, or others came. */
  async function play(shots: readonly Shot[]): Promise<void> {
    stop()
    if (shots.length === 0) return
    if (transport.playing) await transport.pause()
    const ended = new Promise<void>((resolve) => (onEnd = resolve))
    waiting = shots
    await next()
    return ended
  }

  async function next(): Promise<void> {
    const [shot, ...rest] = waiting
    waiting = rest
    if (!shot) return stop()
    const mine = ++turn
    const { sampleRate, channels } = await clipOf(shot)
    // Another one may have come while it was fetched, or silence was asked for.
    if (mine !== turn) return
    const frames = channels[0]?.length ?? 0
    if (frames === 0) return next()
    const voices = playerFor(sampleRate, frames)
    // What is heard until now fades out; all before that goes.
    voices.keep(new Set(last === undefined ? [] : [last]))
    last = shot.key
    voices.add(shot.key, channels)
    voices.hear(shot.key)
    heard.value = shot.key
    clearTimeout(idle)
    if (context!.state !== 'running') await context!.resume()
    // Another one may have come while the device woke up.
    if (heard.value !== shot.key) return
    voices.play(0)
    follow()
  }

  function follow(): void {
    cancelAnimationFrame(picture)
    if (!player?.playing) return
    const latency = context?.outputLatency || 0
    share.value = player.position(latency) / player.frames
    if (player.hasEnded(latency)) void next()
    else picture = requestAnimationFrame(follow)
  }

  function stop(): void {
    waiting = []
    turn++
    cancelAnimationFrame(picture)
    player?.stop()
    heard.value = undefined
    share.value = 0
    clearTimeout(idle)
    idle = setTimeout(() => void context?.suspend(), idleTime)
    onEnd()
    onEnd = () => {}
  }

  /** Plays one sound, or stops it where it is what is heard. */
  const toggle = (shot: Shot) => (heard.value === shot.key ? Promise.resolve(stop()) : play([shot]))

  return { heard, share, play, toggle, stop }
})

async function clipOf({ sound }: Shot): Promise<AudioClip> {
  if (!('url' in sound)) return { sampleRate: sound.sampleRate, channels: [samplesOfPcm(sound.pcm)] }
  const response = await fetchFile(sound.url)
  if (!response.ok) throw new Error(`The sound is not there any more (status ${response.status}).`)
  return decodeWav(new Uint8Array(await response.arrayBuffer()))
}
