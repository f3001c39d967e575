import { defineStore } from 'pinia'
import { shallowReactive, shallowRef } from 'vue'
import { fetchFile } from '#renderer/api/connectionLost'
import { useOutside } from '#renderer/api/host'
import { openWav, type PlayableSound } from '#renderer/playback/wavSource'
import { ByteCache } from '#renderer/stores/byteCache'
import { newestFirst } from '#renderer/stores/newestFirst'
import { useProjectStore } from '#renderer/stores/projectStore'
import { decodePeaks, type PeakPyramid } from '#shared/audio/peaks'
import type { ListedSound, Sound } from '#shared/contract/sounds'
import { AppError } from '#shared/errors'

/** Bytes of peaks that are kept of sounds which the open project does not play; a song of three hours takes 40 MB. */
const sparePeakBytes = 128 << 20
/** Bytes of tiles that are kept; what is on a large screen is about a third. */
const tileBytes = 96 << 20
/** Tiles that are asked for together, and that wait to be; the services draw one after another. */
const tilesAtOnce = 4
const mostTilesWaiting = 96

/** A mirror of the library's sounds, as far as the page has asked for them: facts, peaks, tiles. */
export const useSoundStore = defineStore('sounds', () => {
  const { client } = useOutside()
  const projects = useProjectStore()
  const sounds = shallowReactive(new Map<string, Sound>())
  const peaks = shallowReactive(new Map<string, PeakPyramid>())
  /** All that the library holds, as of the last `loadLibrary`. */
  const library = shallowRef<readonly ListedSound[]>([])
  const asked = new Map<string, Promise<Sound>>()
  /** The sounds whose peaks were asked for, the last one last. */
  const usedPeaks = new Set<string>()
  const askedPeaks = new Map<string, Promise<void>>()
  const opened = new Map<string, Promise<PlayableSound>>()
  const tiles = new ByteCache(tileBytes)
  const askedTiles = new Map<string, Promise<Uint8Array>>()
  const tileRequests = newestFirst(tilesAtOnce, mostTilesWaiting)

  /** @throws AppError SOUND_NOT_FOUND */
  function get(soundId: string): Promise<Sound> {
    return once(asked, soundId, async () => {
      const sound = await client.sounds.get({ soundId })
      sounds.set(soundId, sound)
      return sound
    })
  }

  /** The peaks of a sound, or undefined while they are fetched, which this begins. Reactive. */
  function peaksOf(soundId: string): PeakPyramid | undefined {
    usedPeaks.delete(soundId)
    usedPeaks.add(soundId)
    if (!peaks.has(soundId)) {
      // The picture is an extra: what makes it fail makes playing fail too, which says so.
      once(askedPeaks, soundId, () => fetchPeaks(soundId)).catch(() => {})
    }
    return peaks.get(soundId)
  }

  async function fetchPeaks(soundId: string): Promise<void> {
    const { peaksUrl } = await get(soundId)
    const found = decodePeaks(await bytesOf(peaksUrl))
    if (found) peaks.set(soundId, found)
    forgetSparePeaks()
  }

  /** Those of the project stay, as does what was asked for last: whatever is drawn now must not be fetched again and again. */
  function forgetSparePeaks(): void {
    const played = new Set(projects.project.sources.map(({ soundId }) => soundId))
    const spare = [...usedPeaks].reverse().filter((soundId) => peaks.has(soundId) && !played.has(soundId))
    let bytes = 0
    for (const [index, soundId] of spare.entries()) {
      bytes += bytesOfPeaks(peaks.get(soundId)!)
      if (index === 0 || bytes <= sparePeakBytes) continue
      peaks.delete(soundId)
      askedPeaks.delete(soundId)
      usedPeaks.delete(soundId)
    }
  }

  /**
   * A tile of a sound's spectrogram: at once where it is in memory.
   * @throws CancelledError where so many newer tiles were asked for meanwhile that it was not fetched; AppError
   */
  function tile(soundId: string, level: number, index: number): Uint8Array | Promise<Uint8Array> {
    const key = `${soundId}/${level}/${index}`
    return tiles.get(key) ?? askedTiles.get(key) ?? fetchTile(key, { soundId, level, index })
  }

  function fetchTile(key: string, request: { soundId: string; level: number; index: number }): Promise<Uint8Array> {
    const fetching = tileRequests
      .run(async () => {
        const bytes = await bytesOf((await client.sounds.tile(request)).url)
        tiles.set(key, bytes)
        return bytes
      })
      .finally(() => askedTiles.delete(key))
    askedTiles.set(key, fetching)
    return fetching
  }

  /** Samples of a sound from frame `first` on, one array a channel. */
  async function samples(soundId: string, first: number, count: number): Promise<readonly Float32Array[]> {
    const file = await once(opened, soundId, async () => openWav((await get(soundId)).audioUrl))
    return file.read(first, count)
  }

  async function loadLibrary(): Promise<void> {
    library.value = await client.sounds.list()
  }

  /** Removes a song with all that was made of it. */
  async function deleteEverything(soundId: string): Promise<void> {
    await client.sounds.deleteEverything({ soundId })
    await loadLibrary()
  }

  /** Takes note of sounds that are gone. */
  function forget(soundIds: readonly string[]): void {
    for (const soundId of soundIds) {
      for (const known of [sounds, peaks, asked, askedPeaks, opened]) known.delete(soundId)
      usedPeaks.delete(soundId)
      tiles.forget(`${soundId}/`)
    }
    library.value = library.value.filter(({ id }) => !soundIds.includes(id))
  }

  client.on('sounds.removed', ({ soundIds }) => forget(soundIds))

  return { sounds, library, get, peaksOf, tile, samples, loadLibrary, deleteEverything }
})

/** Returns the answer under way or there already for `key`, or asks for it; one that failed may be asked for again. */
function once<Value>(answers: Map<string, Promise<Value>>, key: string, ask: () => Promise<Value>): Promise<Value> {
  const known = answers.get(key)
  if (known) return known
  const asking = ask()
  answers.set(key, asking)
  asking.catch(() => answers.delete(key))
  return asking
}

function bytesOfPeaks({ levels }: PeakPyramid): number {
  return levels.reduce((sum, { channels }) => sum + channels.reduce((total, pairs) => total + pairs.byteLength, 0), 0)
}

async function bytesOf(url: string): Promise<Uint8Array> {
  const response = await fetchFile(url)
  if (!response.ok) throw new AppError('FILE_UNREADABLE', `A picture of a sound could not be read (status ${response.status}). Open the song again.`)
  return new Uint8Array(await response.arrayBuffer())
}
