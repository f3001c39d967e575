import { computed } from 'vue'
import { highestPeak } from '#renderer/timeline/extremes'
import { frequencyAxis } from '#renderer/timeline/frequencyAxis'
import { spectrogramColours } from '#renderer/timeline/spectrogramColours'
import type { TimelineProps } from '#renderer/timeline/timelineProps'
import { audibleTracks } from '#shared/audio/mixing'
import { projectFrames, type Track } from '#shared/project/project'

const rateOfNothing = 44100
/** Most that quiet sounds are drawn larger, and how much of the height the loudest takes. */
const mostMagnified = 20
const fullHeight = 0.96
const usualFloor = 80

export type TimelineFacts = ReturnType<typeof useTimelineFacts>

/** Returns what follows from the properties of a timeline. */
export function useTimelineFacts(props: Readonly<Required<Pick<TimelineProps, 'frequencyScale' | 'colourMap'>> & Pick<TimelineProps, 'project' | 'sources'>>) {
  const contentFrames = computed(() => projectFrames(props.project))
  const sampleRate = computed(() => props.project.sampleRate ?? rateOfNothing)
  const axis = computed(() => frequencyAxis(props.frequencyScale, sampleRate.value))
  const sourceNames = computed(() => new Map(props.project.sources.map(({ id, name }) => [id, name])))
  const names = computed(() => {
    const clips = props.project.tracks.flatMap((track) => track.clips)
    return new Map(clips.map(({ id, sourceId }) => [id, sourceNames.value.get(sourceId) ?? '']))
  })
  /** One scale for all lanes, so that their loudness can be compared by eye. */
  const verticalScale = computed(() => {
    let loudest = 0
    for (const { peaks } of props.sources.values()) loudest = Math.max(loudest, peaks ? highestPeak(peaks) : 0)
    return loudest > 0 ? Math.min(mostMagnified, fullHeight / loudest) : 1
  })
  const floor = computed(() => [...props.sources.values()].find(({ spectrogram }) => spectrogram)?.spectrogram?.floor ?? usualFloor)
  const colours = computed(() => spectrogramColours(props.colourMap, floor.value))
  const heard = computed(() => new Set(audibleTracks(props.project.tracks)))
  const audible = (track: Track) => heard.value.has(track)
  return { contentFrames, sampleRate, axis, names, verticalScale, colours, audible }
}
