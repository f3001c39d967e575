import type { Shortcuts } from '#renderer/shortcuts/shortcuts'
import type { TimelineMenuRequest } from '#renderer/timeline/timelineEvents'
import type { MenuItem } from '#renderer/ui/menuItem'
import { type ActionId, actionSpec } from '#shared/actions/actions'
import { showKeys } from '#shared/actions/keys'

const onClip: readonly (ActionId | '-')[] = [
  'split.clip', 'split.selection', '-', 'edit.splitClip', 'edit.delete', '-', 'repair.moveToOther', 'playback.spectralSelection', '-', 'loop.selection', 'view.zoomSelection', 'marker.add',
]
const elsewhere: readonly (ActionId | '-')[] = ['marker.add', 'loop.selection', '-', 'view.zoomSelection', 'view.fit', '-', 'edit.selectAll']

/** Returns the menu for a place of the timeline. */
export function clipMenu({ clipId }: TimelineMenuRequest, shortcuts: Shortcuts): MenuItem[] {
  return (clipId === undefined ? elsewhere : onClip).map((id): MenuItem => {
    if (id === '-') return { kind: 'line' }
    const [keys] = actionSpec(id).keys
    return {
      title: actionSpec(id).name,
      keys: keys === undefined ? undefined : showKeys(keys, shortcuts.mac),
      disabled: !shortcuts.isEnabled(id),
      run: () => void shortcuts.run(id),
    }
  })
}
