import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { useOutside } from '#renderer/api/host'
import { openWav, type WavSource } from '#renderer/playback/wavSource'
import { decodePeaks, type PeakPyramid } from '#shared/audio/peaks'
import type { Sound } from '#shared/contract/sounds'
import { AppError } from '#shared/errors'

/** Tiles that are kept, some hundred kB each. */
const mostTiles = 400

/** A mirror of the library's sounds, as far as the page has asked for them: facts, peaks, tiles. */
export const useSoundStore = defineStore('sounds', () => {
  const { client } = useOutside()
  const sounds = shallowReactive(new Map<string, Sound>())
  const peaks = shallowReactive(new Map<string, PeakPyramid>())
  const asked = new Map<string, Promise<Sound>>()
  const askedPeaks = new Map<string, Promise<void>>()
  const opened = new Map<string, Promise<WavSource>>()
  const tiles = new Map<string, Uint8Array | Promise<Uint8Array>>()

  /** @throws AppError SOUND_NOT_FOUND */
  function get(soundId: string): Promise<Sound> {
    const known = asked.get(soundId)
    if (known) return known
    const asking = client.sounds.get({ soundId })
    asked.set(soundId, asking)
    asking.then(
      (sound) => sounds.set(soundId, sound),
      () => asked.delete(soundId),
    )
    return asking
  }

  /** The peaks of a sound, or undefined while they are fetched, which this begins. Reactive. */
  function peaksOf(soundId: string): PeakPyramid | undefined {
    if (!askedPeaks.has(soundId)) askedPeaks.set(soundId, fetchPeaks(soundId))
    return peaks.get(soundId)
  }

  async function fetchPeaks(soundId: string): Promise<void> {
    try {
      const { peaksUrl } = await get(soundId)
      const found = decodePeaks(await bytesOf(peaksUrl))
      if (found) peaks.set(soundId, found)
    } catch {
      // The picture is an extra: what makes it fail makes playing fail too, which says so.
      askedPeaks.delete(soundId)
    }
  }

  /** A tile of a sound's spectrogram: at once where it is in memory. */
  function tile(soundId: string, level: number, index: number): Uint8Array | Promise<Uint8Array> {
    const key = `${soundId} ${level} ${index}`
    const known = tiles.get(key)
    if (known) {
      tiles.delete(key)
      tiles.set(key, known)
      return known
    }
    const fetching = fetchTile(soundId, level, index)
    keep(key, fetching)
    fetching.then(
      (bytes) => keep(key, bytes),
      () => tiles.delete(key),
    )
    return fetching
  }

  async function fetchTile(soundId: string, level: number, index: number): Promise<Uint8Array> {
    const { url } = await client.sounds.tile({ soundId, level, index })
    return bytesOf(url)
  }

  /** Keeps a tile; the one that was used longest ago goes. */
  function keep(key: string, value: Uint8Array | Promise<Uint8Array>): void {
    tiles.set(key, value)
    if (tiles.size <= mostTiles) return
    const [oldest] = tiles.keys()
    if (oldest !== undefined) tiles.delete(oldest)
  }

  /** Samples of a sound from frame `first` on, one array a channel. */
  async function samples(soundId: string, first: number, count: number): Promise<readonly Float32Array[]> {
    const opening = opened.get(soundId) ?? get(soundId).then(({ audioUrl }) => openWav(audioUrl))
    opened.set(soundId, opening)
    opening.catch(() => opened.delete(soundId))
    return (await opening).read(first, count)
  }

  return { sounds, get, peaksOf, tile, samples }
})

async function bytesOf(url: string): Promise<Uint8Array> {
  const response = await fetch(url)
  if (!response.ok) throw new AppError('FILE_UNREADABLE', `A picture of a sound could not be read (status ${response.status}). Open the song again.`)
  return new Uint8Array(await response.arrayBuffer())
}
