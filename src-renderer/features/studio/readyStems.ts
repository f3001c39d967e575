import type { ClipSplit } from '#renderer/stores/placementStore'
import { findClip, findSource, placeStems, setTrack, stemPairSources } from '#shared/project/edits'
import type { Project } from '#shared/project/project'
import type { JobState } from '#shared/jobs/job'

/** What of a running split can be heard; undefined while nothing can. */
export function readyOf(state: JobState<unknown> | undefined) {
  return state?.status === 'running' ? state.progress.ready : undefined
}

/** Sound ids of stems that are still being made begin with this; their URLs are in the job's progress. */
const prefix = 'ready:'

/** Returns the job and the stem that a sound id of `readyProject` stands for, or undefined for one of the library. */
export function readyStemOf(soundId: string): { jobId: string; stem: 'vocals' | 'accompaniment' } | undefined {
  if (!soundId.startsWith(prefix)) return undefined
  const [stem, jobId] = soundId.slice(prefix.length).split('/')
  return { stem: stem as 'vocals' | 'accompaniment', jobId: jobId! }
}

/** Returns the project as it will be with the stems of a running split, of which `what` is heard; undefined when its clip is gone. */
export function readyProject(project: Project, split: ClipSplit, what: 'vocals' | 'accompaniment' | 'both'): Project | undefined {
  const mixture = findSource(project, split.sourceId)
  if (!mixture || !findClip(project, split.clipId)) return undefined
  const frames = split.range?.length ?? mixture.frames
  const sound = (stem: 'vocals' | 'accompaniment') => ({ id: `${prefix}${stem}`, soundId: `${prefix}${stem}/${split.jobId}`, name: stem })
  const pair = stemPairSources({
    mixture,
    frames,
    offset: split.range?.start ?? 0,
    modelId: '',
    quality: split.quality,
    vocals: sound('vocals'),
    accompaniment: sound('accompaniment'),
  })
  const lanes = { vocals: { trackId: 'ready-vocals', clipId: 'ready-vocals-clip' }, accompaniment: { trackId: 'ready-music', clipId: 'ready-music-clip' } }
  const placed = placeStems(project, { ...pair, mixtureClipId: split.clipId, lanes })
  const soloed = placed.tracks.filter(({ id }) => id === 'ready-vocals' ? what !== 'accompaniment' : id === 'ready-music' && what !== 'vocals')
  return placed.tracks.reduce((all, { id }) => setTrack(all, { trackId: id, soloed: soloed.some((track) => track.id === id) }), placed)
}
