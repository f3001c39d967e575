import { createPinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import { createOutside, outsideKey, type Host, type PreparedDrag } from '#renderer/api/host'
import { useDragStore } from '#renderer/stores/dragStore'
import { useJobStore } from '#renderer/stores/jobStore'
import { useNoticeStore } from '#renderer/stores/noticeStore'
import { useProjectStore } from '#renderer/stores/projectStore'
import { useSessionStore } from '#renderer/stores/sessionStore'
import { preparedDragsKept, type RenderRequest } from '#shared/contract/render'
import { AppError } from '#shared/errors'
import { setTrack } from '#shared/project/edits'
import { projectOf, trackOf, wholeClip } from '#test/rendering'
import { songSource } from '#test/projects'

let asked: RenderRequest[]
let begun: PreparedDrag[]
let downloads: string[]
let refused: AppError | undefined

const song = songSource('a', { name: 'Night' })
const project = projectOf([song], [trackOf('Vocals', [wholeClip(song)]), trackOf('Music', [wholeClip(song, { length: 20_000 })])])
const lane = (name: string) => useProjectStore().project.tracks.find((track) => track.name === name)!

/** A dragstart as far as the store looks at it. */
function dragStart() {
  const event = { prevented: false, preventDefault: () => void (event.prevented = true) }
  return event as unknown as DragEvent & { prevented: boolean }
}

/** What the services answer: every request is a job of its own that has ended by the next turn. */
function finish(jobId: string): void {
  const url = `/media/${jobId}`
  const result = { files: [{ path: `${jobId}.wav`, name: `${jobId}.wav`, url }], gainDb: 0, warnings: [] }
  useJobStore().accept({ id: jobId, kind: 'drag', title: jobId, state: { status: 'succeeded', result } })
}

beforeEach(() => {
  asked = []
  begun = []
  downloads = []
  refused = undefined
  const host: Host = {
    transport: {
      async request(name, payload) {
        if (name !== 'render.prepareDrag') return { ok: true, result: undefined }
        asked.push(payload as RenderRequest)
        const jobId = `job-${asked.length}`
        queueMicrotask(() => finish(jobId))
        return { ok: true, result: { jobId } }
      },
      onEvent: () => () => {},
    },
    sourceOf: (file) => Promise.resolve({ path: file.name }),
    chooseExportTarget: () => Promise.resolve(undefined),
    async beginDrag(_event, prepared) {
      if (begun.length === 0 && refused) throw refused
      begun.push(prepared)
    },
    download: ({ name }) => void downloads.push(name),
  }
  const pinia = createPinia()
  createApp({}).provide(outsideKey, createOutside(host, () => 0)).use(pinia)
  setActivePinia(pinia)
  useProjectStore().apply('Open', () => project)
  useSessionStore().setContentFrames(song.frames)
})

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('dragging a lane out', () => {
  it('is rendered once, ahead of the drag, and begins without a wait', async () => {
    const drags = useDragStore()
    drags.prepare(lane('Vocals'))
    drags.prepare(lane('Vocals'))
    await settled()
    drags.prepare(lane('Vocals'))
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ what: { kind: 'tracks', trackIds: ['Vocals'] }, format: 'wav24' })
    const event = dragStart()
    drags.begin(event, lane('Vocals'))
    expect(begun).toEqual([{ jobId: 'job-1', files: [{ name: 'job-1.wav', url: '/media/job-1' }] }])
    expect(event.prevented).toBe(false)
  })

  it('takes the part that is selected on this lane', async () => {
    const drags = useDragStore()
    useSessionStore().selectTime(100, 900, ['Vocals'])
    drags.prepare(lane('Vocals'))
    drags.prepare(lane('Music'))
    expect(asked.map(({ range }) => range)).toEqual([{ start: 100, end: 900 }, undefined])
  })

  // Would catch: the file from before an edit being dragged out after it.
  it('what has changed is rendered again, and until then no old file is given', async () => {
    const drags = useDragStore()
    drags.prepare(lane('Vocals'))
    await settled()
    useSessionStore().selectTime(100, 900, ['Vocals'])
    const event = dragStart()
    drags.begin(event, lane('Vocals'))
    expect([event.prevented, begun]).toEqual([true, []])
    await settled()
    drags.begin(dragStart(), lane('Vocals'))
    expect(begun.map(({ jobId }) => jobId)).toEqual(['job-2'])
    expect(useNoticeStore().notices.map(({ text }) => text)).toContain('Vocals is ready to be dragged.')
  })

  it('what is only heard otherwise is the same file', async () => {
    const drags = useDragStore()
    drags.prepare(lane('Vocals'))
    await settled()
    useProjectStore().apply('Mute', (before) => setTrack(before, { trackId: 'Vocals', muted: true, gain: -6 }))
    drags.begin(dragStart(), lane('Vocals'))
    expect(begun).toHaveLength(1)
  })

  // Would catch: "Drag again to have it rendered anew" that never does, because the page takes the lost file for ready.
  it('a file that is gone by the time it is dragged is rendered again', async () => {
    const drags = useDragStore()
    drags.prepare(lane('Vocals'))
    await settled()
    refused = new AppError('FILE_NOT_FOUND', 'It is not there any more.')
    drags.begin(dragStart(), lane('Vocals'))
    await settled()
    refused = undefined
    drags.begin(dragStart(), lane('Vocals'))
    await settled()
    drags.begin(dragStart(), lane('Vocals'))
    expect([asked.length, begun.map(({ jobId }) => jobId)]).toEqual([2, ['job-2']])
  })

  // Would catch: a lane that was prepared first among many, whose file the services have removed since.
  it('what the services keep no longer is rendered again', async () => {
    const drags = useDragStore()
    drags.prepare(lane('Music'))
    await settled()
    for (let end = 1; end <= preparedDragsKept; end++) {
      useSessionStore().selectTime(0, 1000 * end, ['Vocals'])
      drags.prepare(lane('Vocals'))
      await settled()
    }
    drags.prepare(lane('Music'))
    await settled()
    expect(asked).toHaveLength(preparedDragsKept + 2)
  })

  it('can be downloaded instead', async () => {
    await useDragStore().download(lane('Music'))
    expect(downloads).toEqual(['job-1.wav'])
  })
})
