import { defineStore } from 'pinia'
import { useOutside, type PreparedDrag } from '#renderer/api/host'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useSessionStore } from '#renderer/stores/sessionStore'
import { useSettingsStore } from '#renderer/stores/settingsStore'
import { preparedDragsKept, type RenderRequest } from '#shared/contract/render'
import type { Track } from '#shared/project/project'
import { sourcesOf } from '#shared/project/renderPlan'

/** What a lane gives when it is dragged out, rendered before that begins. */
export const useDragStore = defineStore('drag', () => {
  const { client, host } = useOutside()
  const jobs = useJobStore()
  const notices = useNoticeStore()
  const projects = useProjectStore()
  const session = useSessionStore()
  const settings = useSettingsStore()
  /** By track: what was rendered last, and of what. */
  const prepared = new Map<string, { key: string; drag: PreparedDrag }>()
  /** Jobs whose files the services still keep, as far as this window asked for them. */
  let kept: string[] = []
  const preparing = new Map<string, { key: string; drag: Promise<PreparedDrag> }>()

  client.on('sounds.removed', ({ jobIds }) => (kept = kept.filter((id) => !jobIds.includes(id))))

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

  /** All that decides what is in the file. */
  function keyOf({ id }: Track, { project, range, format, template }: RenderRequest): string {
    const track = project.tracks.find((candidate) => candidate.id === id)!
    return JSON.stringify([track.name, track.clips, sourcesOf(project, [track]), range ?? project.tracks.map(({ clips }) => clips), format, template])
  }

  /** Renders ahead what a lane would give, unless that is done; what fails is told when it is dragged. */
  async function prepare(track: Track): Promise<PreparedDrag> {
    const request = requestOf(track)
    const key = keyOf(track, request)
    const done = rendered(track, key)
    if (done) return done
    const running = preparing.get(track.id)
    if (running?.key === key) return running.drag
    const drag = render(request)
    preparing.set(track.id, { key, drag })
    try {
      prepared.set(track.id, { key, drag: await drag })
      return await drag
    } finally {
      if (preparing.get(track.id)?.drag === drag) preparing.delete(track.id)
    }
  }

  function rendered({ id }: Track, key: string): PreparedDrag | undefined {
    const done = prepared.get(id)
    return done?.key === key && kept.includes(done.drag.jobId) ? done.drag : undefined
  }

  async function render(request: RenderRequest): Promise<PreparedDrag> {
    const { jobId } = await client.render.prepareDrag(request)
    const { files } = await jobs.resultOf(jobId, 'drag')
    kept = [...kept.filter((id) => id !== jobId), jobId].slice(-preparedDragsKept)
    return { jobId, files: files.map(({ name, url }) => ({ name, url })) }
  }

  /** Renders ahead without a word. */
  function prepareAhead(track: Track): void {
    void prepare(track).catch(() => {})
  }

  /** Begins a drag; to be called while `dragstart` is handled. What is not rendered yet is rendered for the next time. */
  function begin(event: DragEvent, track: Track): void {
    const done = rendered(track, keyOf(track, requestOf(track)))
    if (done) {
      void notices.attempt(() => dragged(event, done), track.name)
      return
    }
    event.preventDefault()
    notices.show(`${track.name} is being rendered. Drag it again in a moment.`)
    void notices.attempt(async () => {
      await prepare(track)
      notices.show(`${track.name} is ready to be dragged.`, 'good')
    }, track.name)
  }

  async function dragged(event: DragEvent, drag: PreparedDrag): Promise<void> {
    try {
      await host.beginDrag(event, drag)
    } catch (error) {
      // The files may be gone, so the next drag has them rendered again.
      kept = kept.filter((id) => id !== drag.jobId)
      throw error
    }
  }

  /** Gives a lane, or the part of it that is selected, to the user's downloads. */
  async function download(track: Track): Promise<void> {
    await notices.attempt(async () => {
      const { files } = await prepare(track)
      for (const file of files) host.download?.(file)
    }, track.name)
  }

  return { canDownload: host.download !== undefined, prepare: prepareAhead, begin, download }
})
