import { useRepairTarget } from '#renderer/features/studio/repair/repairTarget'
import type { ActionHandlers } from '#renderer/shortcuts/shortcuts'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { usePanelStore } from '#renderer/stores/panelStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useRepairStore } from '#renderer/stores/repairStore'
import { useSessionStore } from '#renderer/stores/sessionStore'
import { useTransportStore } from '#renderer/stores/transportStore'

/** What the keys of repairing, doubtful spots and comparing do. */
export function repairActions(): ActionHandlers {
  const repairs = useRepairStore()
  const panels = usePanelStore()
  const session = useSessionStore()
  const transport = useTransportStore()
  const notices = useNoticeStore()
  const projects = useProjectStore()
  const { source, pair, clip, regions, doubt, toTimeline, goToSpot } = useRepairTarget()

  const canRepair = () => pair.value !== undefined && regions.value.length > 0 && !repairs.running
  const stems = () => projects.project.sources.filter(({ stem }) => stem !== undefined)

  /** The nearest spot after the playhead, or before it; the first or last where there is none. */
  function jump(step: 1 | -1): void {
    const spots = (doubt.value?.spots ?? []).map(({ start }, index) => ({ at: toTimeline(start), index })).sort((a, b) => a.at - b.at)
    const here = transport.position
    const next = step > 0 ? (spots.find(({ at }) => at > here) ?? spots[0]) : (spots.findLast(({ at }) => at < here) ?? spots.at(-1))
    if (!next) return
    goToSpot(next.index)
    notices.say(`Doubtful spot ${spots.indexOf(next) + 1} of ${spots.length}`)
  }
  const hasSpots = () => (doubt.value?.spots.length ?? 0) > 0

  return {
    'repair.moveToOther': {
      run: () => {
        const moved = regions.value
        session.spectral = undefined
        void repairs.move(source.value!.id, moved)
      },
      isEnabled: canRepair,
    },
    'playback.spectralSelection': {
      run: () => void repairs.listen(source.value!.id, regions.value, clip.value!.start - clip.value!.offset),
      isEnabled: () => source.value !== undefined && regions.value.length > 0,
    },
    'doubt.toggle': {
      run: () => {
        panels.inspector = true
        panels.inspectorTab = 'repair'
        panels.showDoubt = !panels.showDoubt
        if (panels.showDoubt && !doubt.value) void repairs.findDoubt(source.value!.id)
      },
      isEnabled: () => pair.value !== undefined,
    },
    'doubt.next': { run: () => jump(1), isEnabled: hasSpots },
    'doubt.previous': { run: () => jump(-1), isEnabled: hasSpots },
    'playback.blindTest': { run: () => panels.open({ kind: 'blindTest' }), isEnabled: () => stems().length > 0 },
  }
}
