import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { fetchFile } from '#renderer/api/connectionLost'
import { levelOf, matchedClipGains, type ClipLevel } from '#renderer/playback/clipLevels'
import { ClipPlayer } from '#renderer/playback/clipPlayer'
import { contextAt } from '#renderer/playback/liveOutput'
import { decodeWav } from '#shared/audio/wavCodec'
import { frameCount, type AudioClip } from '#shared/audio/audioClip'

/** What is to be heard, and what may be next; sounds are known by their URLs. */
export interface WantedSounds {
  readonly heard: string
  /** All that can be switched to, the most likely first. */
  readonly all: readonly string[]
  /** The sound that all others are made as loud as, where they are to be. */
  readonly reference: string | undefined
  readonly matched: boolean
}

/** Silence after which the sound device is let go of, in milliseconds. */
const idleTime = 10_000

/**
 * Plays one of several sounds of a clip in a loop, and switches among them in place. Those that are wanted are fetched in
 * order; what is not there yet is heard as soon as it is, and until then what was heard before.
 */
export function useClipListening(wanted: () => WantedSounds | undefined, onTrouble: (error: unknown) => void) {
  const playing = ref(false)
  /** Seconds, and as a share of the clip. */
  const position = ref(0)
  const share = ref(0)
  const loaded = shallowRef<ReadonlyMap<string, ClipLevel>>(new Map())
  const isLoading = computed(() => wanted() !== undefined && !loaded.value.has(wanted()!.heard))
  let context: AudioContext | undefined
  let player: ClipPlayer | undefined
  let idle: ReturnType<typeof setTimeout> | undefined
  let picture = 0
  /** Which set of sounds is being fetched: another one ends the fetching of this. */
  let round = 0
  /** The user wants to hear what is still on its way. */
  let isAwaited = false
  let lastHeard: string | undefined

  function playerFor({ sampleRate, ...clip }: AudioClip): ClipPlayer {
    const frames = frameCount({ sampleRate, ...clip })
    if (player?.sampleRate === sampleRate && player.frames === frames) return player
    const goesOn = playing.value
    const place = share.value
    player?.dispose()
    if (context?.sampleRate !== sampleRate) {
      void context?.close()
      context = contextAt(sampleRate)
      // Nobody has asked to hear it yet: the sound device is left alone until then.
      if (!goesOn) void context.suspend()
    }
    player = new ClipPlayer(context, sampleRate, frames)
    player.seek(Math.floor(place * frames))
    if (goesOn) player.play()
    return player
  }

  async function fetchAll(sounds: WantedSounds): Promise<void> {
    const mine = ++round
    loaded.value = new Map([...loaded.value].filter(([url]) => sounds.all.includes(url)))
    // What is heard now goes on until the next one is there.
    player?.keep(new Set([...sounds.all, ...(lastHeard === undefined ? [] : [lastHeard])]))
    for (const url of [sounds.heard, ...sounds.all]) {
      if (mine !== round) return
      if (loaded.value.has(url)) continue
      try {
        const clip = await fetchClip(url)
        if (mine !== round) return
        playerFor(clip).add(url, clip.channels, 0)
        loaded.value = new Map(loaded.value).set(url, levelOf(clip))
        apply()
        if (isAwaited && url === wanted()?.heard) await play()
      } catch (error) {
        if (mine !== round) return
        // What was only to be at hand may have been thinned out meanwhile; the list of what there is comes anew with each epoch.
        if (url !== sounds.heard) continue
        onTrouble(error)
        return
      }
    }
  }

  /** Makes what is wanted heard, as far as it is there. */
  function apply(): void {
    const sounds = wanted()
    if (!sounds || !player) return
    const gains = sounds.matched ? matchedClipGains(loaded.value, sounds.reference ?? sounds.heard) : new Map<string, number>()
    for (const url of loaded.value.keys()) player.setGain(url, gains.get(url) ?? 1)
    if (!player.has(sounds.heard)) return
    player.hear(sounds.heard)
    lastHeard = sounds.heard
  }

  async function play(): Promise<void> {
    isAwaited = !player || !context
    if (!player || !context) return
    clearTimeout(idle)
    if (context.state !== 'running') await context.resume()
    player.play()
    playing.value = true
    follow()
  }

  function stop(): void {
    isAwaited = false
    player?.stop()
    playing.value = false
    cancelAnimationFrame(picture)
    clearTimeout(idle)
    idle = setTimeout(() => void context?.suspend(), idleTime)
  }

  function follow(): void {
    cancelAnimationFrame(picture)
    if (!player || !context) return
    const frame = player.position(context.outputLatency || 0)
    position.value = frame / player.sampleRate
    share.value = frame / player.frames
    if (playing.value) picture = requestAnimationFrame(follow)
  }

  /** Goes to a place, given as a share of the clip. */
  function seek(to: number): void {
    if (!player) return
    player.seek(Math.floor(to * player.frames))
    follow()
  }

  watch(() => wanted()?.all.join(' '), () => wanted() && void fetchAll(wanted()!), { immediate: true })
  watch(wanted, (now, before) => {
    apply()
    // What the user has just chosen comes before what was to be fetched next.
    if (now && now.heard !== before?.heard && !loaded.value.has(now.heard)) void fetchAll(now)
  })
  onScopeDispose(() => {
    round++
    stop()
    clearTimeout(idle)
    player?.dispose()
    void context?.close()
  })

  return { playing, position, share, isLoading, loaded, play, stop, seek, toggle: () => (playing.value ? stop() : play()) }
}

async function fetchClip(url: string): Promise<AudioClip> {
  const response = await fetchFile(url)
  if (!response.ok) throw new Error(`A clip is not there any more (status ${response.status}). Newer checkpoints may have taken its place.`)
  return decodeWav(new Uint8Array(await response.arrayBuffer()))
}
