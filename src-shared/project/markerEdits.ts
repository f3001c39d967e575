import type { Marker, Project } from '#shared/project/project'

const inOrder = (markers: readonly Marker[]): Marker[] => markers.toSorted((a, b) => a.at - b.at)

/** Returns the project with one more marker; one of an id that is taken is not added. */
export function addMarker(project: Project, { id, at, name }: Marker): Project {
  if (project.markers.some((marker) => marker.id === id)) return project
  return { ...project, markers: inOrder([...project.markers, { id, at: Math.max(0, Math.round(at)), name }]) }
}

/** Returns the project with the marker at this frame of the timeline. */
export function moveMarker(project: Project, { markerId, at }: { markerId: string; at: number }): Project {
  return changeMarker(project, markerId, { at: Math.max(0, Math.round(at)) })
}

export function renameMarker(project: Project, { markerId, name }: { markerId: string; name: string }): Project {
  return changeMarker(project, markerId, { name: name.trim() })
}

export function removeMarker(project: Project, { markerId }: { markerId: string }): Project {
  const markers = project.markers.filter(({ id }) => id !== markerId)
  return markers.length === project.markers.length ? project : { ...project, markers }
}

/**
 * Returns the project whose loop goes from `start` to before `end`, in either order, or that has none where both are the same.
 * Without frames, only whether the loop there is is played.
 */
export function setLoop(project: Project, { start, end, enabled }: { start?: number; end?: number; enabled?: boolean }): Project {
  const { loop, ...rest } = project
  const edges = [start ?? loop?.start ?? 0, end ?? loop?.end ?? 0].map((at) => Math.max(0, Math.round(at)))
  const wanted = { start: Math.min(...edges), end: Math.max(...edges), enabled: enabled ?? loop?.enabled ?? true }
  if (wanted.start === wanted.end) return loop ? rest : project
  const same = loop?.start === wanted.start && loop.end === wanted.end && loop.enabled === wanted.enabled
  return same ? project : { ...rest, loop: wanted }
}

function changeMarker(project: Project, markerId: string, change: Partial<Marker>): Project {
  const before = project.markers.find(({ id }) => id === markerId)
  if (!before) return project
  const after = { ...before, ...change }
  if (after.at === before.at && after.name === before.name) return project
  return { ...project, markers: inOrder(project.markers.map((marker) => (marker === before ? after : marker))) }
}
