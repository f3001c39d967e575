import { defineStore } from 'pinia'
import { useOutside } from '#renderer/api/host'
import { createPreparedDrags } from '#renderer/stores/preparedDrags'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useSessionStore } from '#renderer/stores/sessionStore'
import { useSettingsStore } from '#renderer/stores/settingsStore'
import type { RenderRequest } from '#shared/contract/render'
import type { Track } from '#shared/project/project'
import { sourcesOf } from '#shared/project/renderPlan'

/** What a lane gives when it is dragged out, rendered before that begins. */
export const useDragStore = defineStore('drag', () => {
  const { client } = useOutside()
  const projects = useProjectStore()
  const session = useSessionStore()
  const settings = useSettingsStore()

  /** The whole of a lane, or the part of it that is selected, as a WAV file. */
  function requestOf(track: Track): RenderRequest {
    const { start, end, trackIds } = session.selection ?? { start: 0, end: 0, trackIds: [] }
    const { format, template } = settings.settings.export
    return {
      project: projects.project,
      what: { kind: 'tracks', trackIds: [track.id] },
      ...(end > start && trackIds.includes(track.id) && { range: { start, end } }),
      format: format.startsWith('wav') ? format : 'wav24',
      template,
    }
  }

  function keyOf({ id }: Track, { project, range, format, template }: RenderRequest): string {
    const track = project.tracks.find((candidate) => candidate.id === id)!
    return JSON.stringify([track.name, track.clips, sourcesOf(project, [track]), range ?? project.tracks.map(({ clips }) => clips), format, template])
  }

  return createPreparedDrags<Track>({
    idOf: ({ id }) => id,
    nameOf: ({ name }) => name,
    keyOf: (track) => keyOf(track, requestOf(track)),
    start: (track) => client.render.prepareDrag(requestOf(track)),
  })
})
