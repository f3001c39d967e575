import { onBeforeUnmount, onMounted } from 'vue'
import { readyOf, readyStemOf } from '#renderer/features/studio/readyStems'
import { openWav, type PlayableSound } from '#renderer/playback/wavSource'
import { useJobStore } from '#renderer/stores/jobStore'
import { usePlacementStore } from '#renderer/stores/placementStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useRepairStore } from '#renderer/stores/repairStore'
import { useSoundStore } from '#renderer/stores/soundStore'
import { useTransportStore } from '#renderer/stores/transportStore'
import { AppError } from '#shared/errors'
import { findSource } from '#shared/project/edits'

/** Connects the player to the open project and to the library while the component that is being set up is there. */
export function usePlayer(): void {
  const projects = useProjectStore()
  const placement = usePlacementStore()
  const sounds = useSoundStore()
  const jobs = useJobStore()
  const repairs = useRepairStore()
  const transport = useTransportStore()

  async function open(soundId: string): Promise<PlayableSound> {
    const ready = readyStemOf(soundId)
    if (!ready) return openWav((await sounds.get(soundId)).audioUrl)
    const stateOf = () => readyOf(jobs.find(ready.jobId)?.state)
    const split = placement.splits.find(({ jobId }) => jobId === ready.jobId)
    const now = stateOf()
    const frames = split?.range?.length ?? (split && findSource(projects.project, split.sourceId)?.frames)
    if (!now || frames === undefined) throw new AppError('SOUND_NOT_FOUND', 'This stem is not being made any more. Listen to the lanes below the song.')
    // Once the job has ended all of it is there, for a minute.
    return openWav(ready.stem === 'vocals' ? now.vocalsUrl : now.accompanimentUrl, { frames, ready: () => stateOf()?.frames ?? frames })
  }

  onMounted(() => transport.connect({ project: () => repairs.heard, sounds: open }))
  onBeforeUnmount(() => transport.disconnect())
}
