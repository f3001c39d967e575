import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useSongStore } from '#renderer/stores/songStore'
import type { Quality, SeparationResult, StemName } from '#shared/contract/separation'
import type { Sound } from '#shared/contract/sounds'
import { AppError } from '#shared/errors'
import { findClip, findSource, placeSong, placeStems, stemPairSources } from '#shared/project/edits'
import type { Project, Source } from '#shared/project/project'

export interface SplitChoice {
  modelId: string | undefined
  quality: Quality
  /** Frames of the mixture; all of it without them. */
  range?: { start: number; length: number } | undefined
}

/** A split that was asked for on a clip, and whose stems become lanes below it. */
export interface ClipSplit extends SplitChoice {
  jobId: string
  songId: string
  clipId: string
  sourceId: string
}

const newId = () => crypto.randomUUID()

/** The way of songs from the library onto the timeline, and of their stems once they are split. */
export const usePlacementStore = defineStore('placement', () => {
  const { client } = useOutside()
  const jobs = useJobStore()
  const songs = useSongStore()
  const projects = useProjectStore()
  const notices = useNoticeStore()
  /** What songs are once they are decoded, by their ids. */
  const prepared = ref<Record<string, Sound>>({})
  /** Names of the songs that are being decoded for the timeline. */
  const placing = ref<string[]>([])
  const splits = ref<ClipSplit[]>([])
  const soundIds = computed(() => new Set(projects.project.sources.map(({ soundId }) => soundId)))

  /** The decoded song. @throws AppError when it cannot be decoded; CancelledError */
  async function soundOf(songId: string): Promise<Sound> {
    const { jobId } = await client.sounds.prepare({ songId })
    const sound = await jobs.resultOf(jobId, 'sound')
    prepared.value[songId] = sound
    return sound
  }

  function isPlaced(songId: string): boolean {
    const soundId = soundIdOf(songId)
    return soundId !== undefined && soundIds.value.has(soundId)
  }

  /** After the page was loaded again, what a song is decoded is only known of one from the library. */
  const soundIdOf = (songId: string) => prepared.value[songId]?.id ?? songs.songs.find(({ id }) => id === songId)?.soundId

  /** Puts a song on a lane of its own. Returns the clip's id, or undefined when that failed, which the user is told. */
  async function place(songId: string): Promise<string | undefined> {
    const song = songs.songs.find(({ id }) => id === songId)
    const name = song?.name ?? 'The song'
    placing.value.push(name)
    const clipId = await notices.attempt(async () => {
      const sound = await soundOf(songId)
      const id = newId()
      const source = { ...sourceFacts(sound), id: newId(), name }
      projects.apply(`Add ${name}`, (project) => nameAfter(placeSong(project, { source, trackId: newId(), clipId: id }), name))
      return id
    }, name)
    placing.value.splice(placing.value.indexOf(name), 1)
    if (clipId) notices.say(`${name} is on the timeline.`)
    return clipId
  }

  /** Puts a song whose split is done on the timeline, with its stems below. */
  async function placeWithStems(songId: string): Promise<void> {
    const job = jobs.separationOf(songId)
    // After the page was loaded again it knows the song's lane by the sound only.
    const sound = await notices.attempt(() => soundOf(songId), songName(songId))
    if (!sound) return
    if (job?.state.status === 'succeeded' && job.state.result.frames !== sound.frames) {
      return notices.show('Only a part of this song was split. Put it on the timeline and split it there.', 'warning')
    }
    const placed = clipOfSong(songId) ?? (await place(songId))
    const found = placed === undefined ? undefined : findClip(projects.project, placed)
    if (!found || job?.state.status !== 'succeeded') return
    const { result } = job.state
    const split = { jobId: job.id, songId, clipId: found.clip.id, sourceId: found.clip.sourceId, modelId: result.model, quality: result.quality }
    await notices.attempt(() => placeResult(split, result), songName(songId))
  }

  function clipOfSong(songId: string): string | undefined {
    const sound = prepared.value[songId]
    const source = projects.project.sources.find(({ soundId }) => soundId === sound?.id)
    return projects.project.tracks.flatMap(({ clips }) => clips).find(({ sourceId }) => sourceId === source?.id)?.id
  }

  /** Splits what a clip plays, or a part of it; the stems become lanes as soon as they are there. */
  async function splitClip(clipId: string, choice: SplitChoice): Promise<void> {
    const source = sourceOf(clipId)
    if (!source) return
    await notices.attempt(async () => {
      const songId = await songOf(source)
      const seconds = choice.range && { start: choice.range.start / source.sampleRate, length: choice.range.length / source.sampleRate }
      const model = choice.modelId === undefined ? {} : { modelId: choice.modelId }
      // Floats hold what passes full scale, as decoded MP3s often do: the stems sum to the song at its own level, in every case.
      const { jobId } = await client.separation.start({ songId, quality: choice.quality, format: 'wav32f', ...model, ...seconds })
      const split = { ...choice, jobId, songId, clipId, sourceId: source.id }
      // The services give the same job to whoever asks for the same again; its stems are placed once all the same.
      if (splits.value.some((other) => isSame(other, split))) return
      splits.value = [...splits.value, split]
      void finish(split, source.name)
    }, source.name)
  }

  async function finish(split: ClipSplit, name: string): Promise<void> {
    try {
      await placeResult(split, await jobs.resultOf(split.jobId, 'separation'))
      notices.show(`${name} is split: vocals and music are below it.`, 'good')
    } catch (error) {
      notices.fail(error, name)
      goOnWhenRetried(split, name)
    } finally {
      splits.value = splits.value.filter((other) => !isSame(other, split))
    }
  }

  /** A job that failed may be put back into the queue there: its stems are wanted all the same. */
  function goOnWhenRetried(split: ClipSplit, name: string): void {
    const stop = watch(() => jobs.find(split.jobId)?.state.status, (status) => {
      if (status !== 'queued' && status !== 'running') return
      stop()
      splits.value = [...splits.value, split]
      void finish(split, name)
    })
  }

  async function placeResult(split: ClipSplit, result: SeparationResult): Promise<void> {
    const soundId = (name: StemName) => result.stems.find((stem) => stem.name === name)?.soundId
    const [vocals, accompaniment] = [soundId('vocals'), soundId('accompaniment')]
    if (vocals === undefined || accompaniment === undefined) throw new AppError('SOUND_NOT_FOUND', 'The stems of this split are no longer in the library. Split the song again.')
    const mixture = findSource(projects.project, split.sourceId)
    if (!mixture) return
    const pair = stemPairSources({
      mixture,
      offset: split.range?.start ?? 0,
      frames: result.frames,
      modelId: result.model,
      quality: split.quality,
      vocals: { id: newId(), soundId: vocals, name: `${mixture.name} - Vocals` },
      accompaniment: { id: newId(), soundId: accompaniment, name: `${mixture.name} - Music` },
    })
    const lane = () => ({ trackId: newId(), clipId: newId() })
    const lanes = { vocals: lane(), accompaniment: lane() }
    projects.apply(`Split ${mixture.name}`, (project) => placeStems(project, { ...pair, mixtureClipId: split.clipId, lanes }))
  }

  function sourceOf(clipId: string): Source | undefined {
    const clip = findClip(projects.project, clipId)?.clip
    return clip && findSource(projects.project, clip.sourceId)
  }

  /** The song that separations of a source are asked for by; a sound of an opened project is opened as a song first. */
  async function songOf({ soundId }: Source): Promise<string> {
    const known = Object.entries(prepared.value).find(([, sound]) => sound.id === soundId)?.[0]
    if (known !== undefined && songs.songs.some(({ id }) => id === known)) return known
    const song = await client.songs.import({ soundId })
    prepared.value[song.id] = await client.sounds.get({ soundId })
    return song.id
  }

  const songName = (songId: string) => songs.songs.find(({ id }) => id === songId)?.name
  const splitOf = (clipId: string) => splits.value.find((split) => split.clipId === clipId)

  return { prepared, placing, splits, soundOf, isPlaced, place, placeWithStems, splitClip, splitOf, sourceOf }
})

function isSame(one: ClipSplit, other: ClipSplit): boolean {
  return one.jobId === other.jobId && one.clipId === other.clipId
}

function sourceFacts({ id, sampleRate, channels, frames }: Sound): Omit<Source, 'id' | 'name'> {
  return { soundId: id, sampleRate, channels, frames }
}

/** A project that nobody named is called like its first song. */
function nameAfter(project: Project, name: string): Project {
  return project.name === 'Untitled' && project.tracks.length === 1 ? { ...project, name } : project
}
