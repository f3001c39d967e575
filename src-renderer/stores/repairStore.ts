import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useOutside } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useTransportStore } from '#renderer/stores/transportStore'
import type { DoubtResult, SpectralRegion } from '#shared/contract/repair'
import type { StemName } from '#shared/contract/separation'
import { replaceStems } from '#shared/project/edits'
import type { Project } from '#shared/project/project'
import { type PlayedPair, playedPair, repairedStems, stemPairOf, withPreview } from '#shared/project/stemRepairs'

/** What the user has asked to be done to a pair of stems. */
export interface RunningRepair {
  readonly jobId: string
  /** As the user reads it: "Move to the other stem". */
  readonly title: string
}

/** Doubtful spots of the stems that some source belongs to. */
export interface FoundDoubt {
  readonly mixtureSoundId: string
  /** Frame of the mixture at which the stems begin. */
  readonly offset: number
  readonly result: DoubtResult
}

/** Seconds that a preview is long, and how many of them lie before the playhead. */
const previewSeconds = 10
const previewLead = 1
const newId = () => crypto.randomUUID()

/** Repairs of the stems on the timeline: asked for here, computed by the services, and put into the project as one edit. */
export const useRepairStore = defineStore('repair', () => {
  const { client } = useOutside()
  const jobs = useJobStore()
  const notices = useNoticeStore()
  const projects = useProjectStore()
  const transport = useTransportStore()
  const running = ref<RunningRepair>()
  /** Also while the services are asked to begin: a second repair would be of stems that the first one replaces. */
  let isRepairing = false
  const isPreviewing = ref(false)
  const doubt = shallowRef<FoundDoubt>()
  const isDoubting = ref(false)
  const preview = shallowRef<{ of: Project; heard: Project; exponent: number }>()
  /** What the player is to play: the project, or what it would be with the exponent that is being tried. */
  const heard = computed(() => (preview.value?.of === projects.project ? preview.value.heard : projects.project))
  /** The exponent that is heard without having been applied. */
  const triedExponent = computed(() => (preview.value?.of === projects.project ? preview.value.exponent : undefined))
  /** How often the user went back: what is still computed then is not to be heard. */
  let previewsEnded = 0
  let wanted: { sourceId: string; exponent: number } | undefined

  const pairOf = (sourceId: string): PlayedPair | undefined => playedPair(projects.project, sourceId)

  async function repair(title: string, sourceId: string, start: (pair: PlayedPair) => Promise<{ jobId: string }>, exponent?: number): Promise<void> {
    const pair = pairOf(sourceId)
    if (!pair || isRepairing) return
    isRepairing = true
    await notices.attempt(async () => {
      const { jobId } = await start(pair)
      running.value = { jobId, title }
      const result = await jobs.resultOf(jobId, 'repair')
      const replacement = repairedStems(pair, result, { vocals: newId(), accompaniment: newId() }, exponent)
      projects.apply(title, (project) => replaceStems(project, replacement))
      for (const warning of result.warnings) notices.show(warning, 'warning')
      notices.say(`${title}: done.`)
    }, pair.mixture.name)
    running.value = undefined
    isRepairing = false
  }

  /** Regions are in frames of the stem, as `regionsInSource` gives them. */
  function move(sourceId: string, regions: readonly SpectralRegion[]): Promise<void> {
    return repair('Move to the other stem', sourceId, (pair) => client.repair.move({ pair: stemPairOf(pair), regions: [...regions], from: stemOf(pair, sourceId) }))
  }

  function gain(sourceId: string, regions: readonly SpectralRegion[], decibels: number): Promise<void> {
    const title = decibels < 0 ? 'Make the selection quieter' : 'Make the selection louder'
    return repair(title, sourceId, (pair) => client.repair.gain({ pair: stemPairOf(pair), regions: [...regions], stem: stemOf(pair, sourceId), decibels }))
  }

  async function reshape(sourceId: string, exponent: number): Promise<void> {
    wanted = undefined
    const start = (pair: PlayedPair) => client.repair.reshape({ pair: stemPairOf(pair), exponent, current: pair.exponent })
    await repair(exponent === 1 ? 'As separated' : exponent > 1 ? 'Cleaner' : 'Fuller', sourceId, start, exponent)
  }

  /** Makes an exponent heard around the playhead. Of those that come while one is computed, only the last is. */
  async function tryExponent(sourceId: string, exponent: number): Promise<void> {
    wanted = { sourceId, exponent }
    if (isPreviewing.value) return
    isPreviewing.value = true
    while (wanted) {
      const next: { sourceId: string; exponent: number } = wanted
      wanted = undefined
      await notices.attempt(() => makePreview(next.sourceId, next.exponent))
    }
    isPreviewing.value = false
  }

  async function makePreview(sourceId: string, exponent: number): Promise<void> {
    const project = projects.project
    const pair = playedPair(project, sourceId)
    if (!pair) return
    const { sampleRate, frames } = pair.vocals
    const length = Math.min(frames, previewSeconds * sampleRate)
    const start = Math.min(Math.max(0, playheadIn(project, pair) - previewLead * sampleRate), frames - length)
    const ends = previewsEnded
    const { jobId } = await client.repair.previewReshape({ pair: stemPairOf(pair), exponent, current: pair.exponent, start, length })
    const result = await jobs.resultOf(jobId, 'reshapePreview')
    if (projects.project === project && ends === previewsEnded) preview.value = { of: project, heard: withPreview(project, pair, result), exponent }
  }

  function playheadIn(project: Project, pair: PlayedPair): number {
    const position = Math.round(transport.position)
    const clips = project.tracks.flatMap((track) => track.clips.filter(({ sourceId }) => sourceId === pair.vocals.id || sourceId === pair.accompaniment.id))
    const clip = clips.find(({ start, length }) => position >= start && position < start + length) ?? clips[0]
    return clip ? Math.min(Math.max(0, position - clip.start), clip.length - 1) + clip.offset : 0
  }

  /** Goes back to hearing the project as it is. */
  function endPreview(): void {
    wanted = undefined
    previewsEnded++
    preview.value = undefined
  }

  /** Plays what is selected of a source alone. `at` is the frame of the timeline where the source's first frame lies. */
  async function listen(sourceId: string, regions: readonly SpectralRegion[], at: number): Promise<void> {
    const source = projects.project.sources.find(({ id }) => id === sourceId)
    if (!source) return
    await notices.attempt(async () => {
      const { jobId } = await client.repair.audition({ soundId: source.soundId, regions: [...regions] })
      const { sound, start } = await jobs.resultOf(jobId, 'audition')
      const { sampleRate, channels, frames } = sound
      await transport.audition({ id: `audition ${sound.id}`, name: source.name, soundId: sound.id, sampleRate, channels, frames }, Math.max(0, at + start))
    }, source.name)
  }

  /** Looks for the places where the model that made a stem guesses. */
  async function findDoubt(sourceId: string): Promise<void> {
    const pair = pairOf(sourceId)
    if (!pair || isDoubting.value) return
    isDoubting.value = true
    await notices.attempt(async () => {
      const { jobId } = await client.repair.doubt({ pair: stemPairOf(pair), modelId: pair.modelId })
      const result = await jobs.resultOf(jobId, 'doubt')
      doubt.value = { mixtureSoundId: pair.mixture.soundId, offset: pair.offset, result }
      notices.say(result.spots.length === 0 ? 'No doubtful spots were found.' : `${result.spots.length} doubtful spots were found.`)
    }, pair.mixture.name)
    isDoubting.value = false
  }

  /** The doubt that was found for a stem, if it was looked for. */
  function doubtOf(sourceId: string): DoubtResult | undefined {
    const pair = pairOf(sourceId)
    const found = doubt.value
    return pair && found?.mixtureSoundId === pair.mixture.soundId && found.offset === pair.offset ? found.result : undefined
  }

  const cancel = async () => running.value && jobs.cancel(running.value.jobId)

  return {
    running, isPreviewing, isDoubting, heard, triedExponent, pairOf, move, gain, reshape, tryExponent, endPreview,
    listen, findDoubt, doubtOf, cancel,
  }
})

function stemOf(pair: PlayedPair, sourceId: string): StemName {
  return pair.vocals.id === sourceId ? 'vocals' : 'accompaniment'
}
