import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useOutside } from '#renderer/api/host'
import type { Song, SongSource } from '#shared/contract/songs'
import { toFailure, type Failure } from '#shared/jobs/job'

/** A file that did not become a song. */
export interface ImportFailure {
  fileName: string
  failure: Failure
}

/** The songs that are open, and which of them is looked at. */
export const useSongStore = defineStore('songs', () => {
  const { client, host } = useOutside()
  const songs = ref<Song[]>([])
  const selectedId = ref<string>()
  /** Names of the files that are being opened now. */
  const opening = ref<string[]>([])
  const failures = ref<ImportFailure[]>([])
  const selected = computed(() => songs.value.find(({ id }) => id === selectedId.value))

  client.on('sounds.removed', ({ songIds }) => {
    songs.value = songs.value.filter(({ id }) => !songIds.includes(id))
    if (!selected.value) selectedId.value = songs.value.at(-1)?.id
  })

  async function load(): Promise<void> {
    const listed = await client.songs.list()
    // What was opened meanwhile stays.
    songs.value = [...listed, ...songs.value.filter(({ id }) => !listed.some((song) => song.id === id))]
    selectedId.value ??= songs.value.at(-1)?.id
  }

  /** Opens files one after another, so that a folder of songs does not fill the memory; selects the first that opens; gives those that do. */
  function openFiles(files: readonly File[]): Promise<Song[]> {
    return openAll(files.map((file) => ({ name: file.name, source: () => host.sourceOf(file) })))
  }

  /** The same for files that the desktop names by their paths. */
  function openPaths(paths: readonly string[]): Promise<Song[]> {
    return openAll(paths.map((path) => ({ name: path.split(/[\\/]/).at(-1) ?? path, source: () => Promise.resolve({ path }) })))
  }

  async function openAll(files: readonly { name: string; source: () => Promise<SongSource> }[]): Promise<Song[]> {
    failures.value = []
    const opened: Song[] = []
    opening.value.push(...files.map(({ name }) => name))
    for (const { name, source } of files) {
      const song = await open(name, source)
      if (song) opened.push(song)
    }
    if (opened[0]) selectedId.value = opened[0].id
    return opened
  }

  async function openDemo(): Promise<void> {
    failures.value = []
    opening.value.push('Demo song')
    const song = await open('Demo song', () => Promise.resolve({ demo: true as const }))
    if (song) selectedId.value = song.id
  }

  async function open(fileName: string, source: () => Promise<SongSource>): Promise<Song | undefined> {
    try {
      const song = await client.songs.import(await source())
      if (!songs.value.some(({ id }) => id === song.id)) songs.value.push(song)
      return song
    } catch (error) {
      failures.value.push({ fileName, failure: toFailure(error) })
      return undefined
    } finally {
      opening.value.splice(opening.value.indexOf(fileName), 1)
    }
  }

  function select(id: string): void {
    selectedId.value = id
  }

  function dismissFailure(dismissed: ImportFailure): void {
    failures.value = failures.value.filter((failure) => failure !== dismissed)
  }

  return { songs, selectedId, selected, opening, failures, load, openFiles, openPaths, openDemo, select, dismissFailure }
})
