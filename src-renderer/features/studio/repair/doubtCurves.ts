import { computed, type ComputedRef } from 'vue'
import { usePanelStore } from '#renderer/stores/panelStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useRepairStore } from '#renderer/stores/repairStore'
import type { DoubtCurve } from '#renderer/timeline/timelineEvents'

/** Returns, by track, where the model guesses, for the lanes to draw; empty while that is not to be seen. */
export function useDoubtCurves(): ComputedRef<ReadonlyMap<string, DoubtCurve>> {
  const projects = useProjectStore()
  const repairs = useRepairStore()
  const panels = usePanelStore()
  return computed(() => {
    const curves = new Map<string, DoubtCurve>()
    if (!panels.showDoubt) return curves
    for (const { id, clips } of projects.project.tracks) {
      const clip = clips.find(({ sourceId }) => repairs.doubtOf(sourceId) !== undefined)
      const found = clip && repairs.doubtOf(clip.sourceId)
      if (found) curves.set(id, { start: clip.start - clip.offset, hop: found.hop, curve: found.curve })
    }
    return curves
  })
}
