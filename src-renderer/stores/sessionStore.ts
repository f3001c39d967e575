import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ColourMapName } from '#renderer/timeline/colourMaps'
import type { FrequencyScale } from '#renderer/timeline/frequencyAxis'
import type { SpectralSelection, TimelineTool, TimeSelection } from '#renderer/timeline/timelineEvents'
import { clampViewport, fitViewport, revealFrame, scrollBy, type Viewport, xOf, zoomAbout, zoomToRange } from '#renderer/timeline/viewport'

/** What the user looks at and has selected. None of it belongs to the document, and none of it is undone. */
export const useSessionStore = defineStore('session', () => {
  const viewport = shallowRef<Viewport>({ framesPerPixel: 2048, scrollFrame: 0, width: 1000 })
  /** Frames of the project; limits zoom and scroll. */
  const contentFrames = ref(0)
  /** Frame of the playhead; where playing starts. */
  const position = ref(0)
  const selection = shallowRef<TimeSelection>()
  const spectral = shallowRef<SpectralSelection>()
  const focusedTrackId = ref<string>()
  const tool = ref<TimelineTool>('select')
  const snap = ref(true)
  const follow = ref(true)
  const frequencyScale = ref<FrequencyScale>('mel')
  const colourMap = ref<ColourMapName>('magma')
  /** Diameter of the brush in CSS pixels. */
  const brushSize = ref(24)
  const hasSelection = computed(() => selection.value !== undefined && selection.value.end > selection.value.start)

  function setContentFrames(frames: number): void {
    const wasEmpty = contentFrames.value === 0
    contentFrames.value = frames
    viewport.value = wasEmpty ? fitViewport(viewport.value, frames) : clampViewport(viewport.value, frames)
  }

  function setViewport(next: Viewport): void {
    viewport.value = clampViewport(next, contentFrames.value)
  }

  /** Zooms `factor` times closer about the playhead where it is seen, else about the middle. */
  function zoomBy(factor: number): void {
    const x = xOf(viewport.value, position.value)
    const about = x >= 0 && x <= viewport.value.width ? x : viewport.value.width / 2
    viewport.value = zoomAbout(viewport.value, factor, about, contentFrames.value)
  }

  function zoomToFit(): void {
    viewport.value = fitViewport(viewport.value, contentFrames.value)
  }

  /** Shows the selection; does nothing without one. */
  function zoomToSelection(): void {
    if (selection.value && hasSelection.value) viewport.value = zoomToRange(viewport.value, selection.value, contentFrames.value)
  }

  /** Scrolls by a share of what is seen: 1 is a page to the right. */
  function scrollByPage(pages: number): void {
    const { width, framesPerPixel } = viewport.value
    viewport.value = scrollBy(viewport.value, pages * width * framesPerPixel, contentFrames.value)
  }

  /** Turns the page where `frame` is not seen. */
  function reveal(frame: number): void {
    viewport.value = revealFrame(viewport.value, frame, contentFrames.value)
  }

  /** Selects from `start` to `end`, in either order, within the project; an empty stretch selects nothing. */
  function selectTime(start: number, end: number, trackIds: readonly string[]): void {
    const [from, to] = [start, end].map((frame) => Math.min(contentFrames.value, Math.max(0, Math.round(frame)))).sort((a, b) => a - b)
    selection.value = from! < to! ? { start: from!, end: to!, trackIds } : undefined
  }

  /** Lets the selection begin or end at `frame`; its other edge stays, or becomes that of the project where it would be on the wrong side. */
  function selectEdge(edge: 'start' | 'end', frame: number, trackIds: readonly string[]): void {
    const { start, end, trackIds: tracks } = selection.value ?? { start: 0, end: contentFrames.value, trackIds }
    if (edge === 'start') selectTime(frame, end > frame ? end : contentFrames.value, tracks)
    else selectTime(start < frame ? start : 0, frame, tracks)
  }

  function clearSelection(): void {
    selection.value = undefined
    spectral.value = undefined
  }

  /** Focuses the lane `step` places below (above when negative) the focused one, staying within `trackIds`. */
  function focusLane(trackIds: readonly string[], step: number): void {
    const at = focusedTrackId.value === undefined ? -1 : trackIds.indexOf(focusedTrackId.value)
    const next = at < 0 ? (step > 0 ? 0 : trackIds.length - 1) : Math.min(trackIds.length - 1, Math.max(0, at + step))
    focusedTrackId.value = trackIds[next]
  }

  return {
    viewport, contentFrames, position, selection, spectral, focusedTrackId, tool, snap, follow, frequencyScale, colourMap, brushSize,
    hasSelection, setContentFrames, setViewport, zoomBy, zoomToFit, zoomToSelection, scrollByPage, reveal, selectTime,
    selectEdge, clearSelection, focusLane,
  }
})
