import { computed } from 'vue'
import { focusedClip } from '#renderer/features/studio/focusedClip'
import type { SelectedPart } from '#renderer/features/studio/repair/repairText'
import { usePanelStore } from '#renderer/stores/panelStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useRepairStore } from '#renderer/stores/repairStore'
import { useSessionStore } from '#renderer/stores/sessionStore'
import { useTransportStore } from '#renderer/stores/transportStore'
import { regionsInSource, regionsRange } from '#renderer/timeline/timelineEvents'
import type { SpectralRegion } from '#shared/contract/repair'
import { findClip, findSource } from '#shared/project/edits'

/** Returns what repairs are about: the clip of a stem that is picked, and what of its spectrogram is selected. */
export function useRepairTarget() {
  const projects = useProjectStore()
  const session = useSessionStore()
  const panels = usePanelStore()
  const transport = useTransportStore()
  const repairs = useRepairStore()

  /** The clip with the selection, else the one that is focused. */
  const clip = computed(() => {
    const selected = session.spectral && findClip(projects.project, session.spectral.clipId)?.clip
    return selected ?? focusedClip(projects.project, session.focusedTrackId, panels.clipId, transport.position)
  })
  const source = computed(() => (clip.value ? findSource(projects.project, clip.value.sourceId) : undefined))
  const pair = computed(() => (source.value ? repairs.pairOf(source.value.id) : undefined))
  const rate = computed(() => projects.project.sampleRate ?? 44100)
  /** In frames of the stem. */
  const regions = computed(() => {
    const { spectral } = session
    return clip.value && spectral?.clipId === clip.value.id ? regionsInSource(spectral.regions, clip.value) : []
  })
  const selection = computed<SelectedPart | undefined>(() => {
    const range = regionsRange(regions.value)
    if (!range) return undefined
    const heights = regions.value.map(heightOf)
    return {
      seconds: (range.end - range.start) / rate.value,
      low: Math.min(...heights.map(([low]) => low)),
      high: Math.max(...heights.map(([, high]) => high)),
      regions: regions.value.length,
    }
  })
  const doubt = computed(() => (source.value ? repairs.doubtOf(source.value.id) : undefined))

  /** The frame of the timeline of a frame of the stem. */
  function toTimeline(frame: number): number {
    return clip.value ? Math.max(0, frame - clip.value.offset + clip.value.start) : frame
  }

  function goToSpot(index: number): void {
    const spot = doubt.value?.spots[index]
    if (!spot) return
    const start = toTimeline(spot.start)
    void transport.seek(start)
    session.reveal(start)
    session.selectTime(start, toTimeline(spot.end), session.focusedTrackId ? [session.focusedTrackId] : [])
  }

  return { clip, source, pair, rate, regions, selection, doubt, toTimeline, goToSpot }
}

/** Lowest and highest frequency that a region reaches. */
function heightOf(region: SpectralRegion): [number, number] {
  if (region.kind === 'box') return [region.low, region.high]
  const radius = region.kind === 'brush' ? region.radius[1] : 0
  const all = region.points.map(([, hertz]) => hertz)
  return [Math.max(0, Math.min(...all) - radius), Math.max(...all) + radius]
}
