import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { createTransport, type Meters, type Transport } from '#renderer/playback/transport'
import type { AbMode } from '#renderer/playback/versions'
import type { OpenSound } from '#renderer/playback/sounds'
import { toFailure, type Failure } from '#shared/jobs/job'
import type { Project, Source } from '#shared/project/project'

/** What is played, and how its sounds are reached. */
export interface TransportConnection {
  readonly project: () => Project
  readonly sounds: OpenSound
  readonly createContext?: (sampleRate: number) => AudioContext
}

const silence: Meters = { master: [0, 0], tracks: new Map(), nullDbfs: undefined }

/** The player of the open project, as the page sees it. Positions are frames of the timeline. */
export const useTransportStore = defineStore('transport', () => {
  const playing = ref(false)
  const position = ref(0)
  const abMode = ref<AbMode>('off')
  const failure = ref<Failure>()
  let transport: Transport | undefined
  let stopWatching = () => {}
  let frame = 0

  /** Makes the player of a project, which it follows through every edit; one that was there before is ended. */
  function connect({ project, sounds, createContext }: TransportConnection): void {
    disconnect()
    transport = createTransport({ project: project(), sounds, ...(createContext && { createContext }) })
    transport.onChange = follow
    transport.onEnd = follow
    transport.onError = (error) => (failure.value = toFailure(error))
    // At once, not with the next picture: an edit is to be heard as soon as it can be.
    stopWatching = watch(project, adopt, { flush: 'sync' })
    follow()
  }

  function adopt(project: Project): void {
    transport?.setProject(project)
    abMode.value = transport?.abMode ?? 'off'
    follow()
  }

  function disconnect(): void {
    stopWatching()
    cancelAnimationFrame(frame)
    void transport?.dispose()
    transport = undefined
    playing.value = false
    position.value = 0
    abMode.value = 'off'
  }

  /** Shows where the player is, again with every picture while it plays. */
  function follow(): void {
    cancelAnimationFrame(frame)
    playing.value = transport?.playing ?? false
    position.value = transport?.position() ?? 0
    if (playing.value) frame = requestAnimationFrame(follow)
  }

  /** Runs an action and keeps what it failed with for the user to see. */
  async function run(action: (player: Transport) => Promise<void> | void): Promise<void> {
    if (!transport) return
    failure.value = undefined
    try {
      const finished = action(transport)
      follow()
      await finished
    } catch (error) {
      failure.value = toFailure(error)
      abMode.value = transport?.abMode ?? 'off'
    }
    follow()
  }

  const play = () => run((player) => player.play())
  const pause = () => run((player) => player.pause())
  const toggle = () => (playing.value ? pause() : play())
  const seek = (to: number) => run((player) => player.seek(to))
  const playRange = (start: number, end: number) => run((player) => player.playRange(start, end))
  const audition = (source: Source, at: number) => run((player) => player.audition(source, at))
  const setLoop = (loop: { start: number; end: number } | undefined) => run((player) => player.setLoop(loop))
  const setAbMode = (mode: AbMode) => run((player) => {
    abMode.value = mode
    return player.setAbMode(mode)
  })
  const toggleAb = () => setAbMode(abMode.value === 'mix' ? 'tracks' : 'mix')
  const compare = (versions: readonly Project[]) => run((player) => {
    abMode.value = 'off'
    return player.compare(versions)
  })
  const hear = (version: number) => run((player) => player.hear(version))
  const endCompare = () => run((player) => player.endCompare())
  const soundGrew = () => transport?.soundGrew()
  /** The levels of this moment; to be asked for with every picture. */
  const meters = () => transport?.meters() ?? silence

  return {
    playing, position, abMode, failure, connect, disconnect, play, pause, toggle, seek, playRange, audition, setLoop,
    setAbMode, toggleAb, compare, hear, endCompare, soundGrew, meters,
  }
})
